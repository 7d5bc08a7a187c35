"""What changed a message later: reactions, edits and revokes, whoever sent them and in whatever order they came.

A provider's id alone proves nothing: anybody can name the id of anything. A reaction counts in the conversation of
the message that it names; an edit or a revoke only from the author of that message, in the same conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from regulars.contacts.numbers import TELLS_NUMBERS, shown_words
from regulars.conversations.models import Message

MODIFIERS = ("reaction", "edit", "revoke")
"""kinds that show on the message they change, when we have it"""
REWRITING = ("edit", "revoke")
"""kinds that only the author of the message may send"""


@dataclass(slots=True)
class MessageChanges:
    """What changed one message; ``edits`` are in the order of time."""

    reactions: list[Message] = field(default_factory=list)
    """the last one of each person, and of our side, taken-back ones left out"""
    edits: list[Message] = field(default_factory=list)
    """those whose wording we got"""
    is_edited: bool = False
    revoked_by: Message | None = None

    def text_of(self, message: Message) -> str:
        """As whoever looks may read it: of a number that changed the platform writes both in its words, and people's
        cards may be called by nothing but a number.
        """
        if message.kind in TELLS_NUMBERS:
            return shown_words(message.text)
        said: str = self.edits[-1].text if self.edits else message.text
        return said

    def earlier_of(self, message: Message) -> list[Message]:
        return [message, *self.edits[:-1]] if self.edits else []


def may_change(modifier: Message, target: Message) -> bool:
    if modifier.conversation_id != target.conversation_id or target.kind in MODIFIERS:
        return False
    return modifier.kind not in REWRITING or _is_same_author(modifier, target)


def _is_same_author(one: Message, other: Message) -> bool:
    if one.direction != other.direction:
        return False
    return one.direction == "out" or one.contact_id == other.contact_id


def read_changes(
    messages: Sequence[Message], kinds: Collection[str] = MODIFIERS
) -> dict[UUID, MessageChanges]:
    """Message id -> what changed it, of these kinds; whatever the number of messages, a query, and one more if there
    is any change: most messages have none, and the short question costs an eighth of the long one.
    """
    targets = {(each.conversation_id, each.provider_id): each for each in messages if each.provider_id}
    changes = {each.id: MessageChanges() for each in messages}
    if not targets:
        return changes
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM conversations_message WHERE inbox_id = ANY(%s::uuid[])"
            " AND target_provider_id = ANY(%s::text[]) AND kind = ANY(%s::text[])",
            [
                list({each.inbox_id for each in targets.values()}),
                list({provider_id for _conversation, provider_id in targets}),
                list(kinds),
            ],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return changes
    # unscoped: found in the numbers of the messages that were given
    naming = Message.objects.filter(id__in=ids)
    found: dict[UUID, list[Message]] = {}
    for modifier in naming.select_related("contact", "author_member__user").order_by("sent_at", "id"):
        target = targets.get((modifier.conversation_id, modifier.target_provider_id or ""))
        if target is not None and may_change(modifier, target):
            found.setdefault(target.id, []).append(modifier)
    changes.update((message_id, _fold(modifiers)) for message_id, modifiers in found.items())
    return changes


def _fold(modifiers: Iterable[Message]) -> MessageChanges:
    changes = MessageChanges()
    last_reactions: dict[UUID | None, Message] = {}
    for modifier in modifiers:
        if modifier.kind == "reaction" and modifier.status != "failed":
            last_reactions[modifier.contact_id if modifier.direction == "in" else None] = modifier
        elif modifier.kind == "edit":
            changes.is_edited = True
            if _has_wording(modifier):
                changes.edits.append(modifier)
        elif modifier.kind == "revoke":
            changes.revoked_by = modifier
    changes.reactions = [each for each in last_reactions.values() if emoji_of(each)]
    return changes


def _has_wording(edit: Message) -> bool:
    """Whether we got what the message says now: a text, or a file whose caption went."""
    return bool(edit.text) or (isinstance(edit.content, dict) and bool(edit.content.get("media")))


def emoji_of(message: Message) -> str:
    text: str = message.text
    if message.direction == "out" and text:
        return text
    reaction = message.content.get("reaction") if isinstance(message.content, dict) else None
    emoji = reaction.get("emoji") if isinstance(reaction, dict) else ""
    return emoji if isinstance(emoji, str) and emoji else text
