"""Tags on conversations; each that comes or goes is a quiet line of the thread."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from regulars.conversations.events import ConversationTagged, ConversationUntagged
from regulars.conversations.models import Conversation, ConversationTagging
from regulars.conversations.operations.telling import tell_all
from regulars.tags import tagging
from regulars.tags.models import Tag
from regulars.tags.taggings import Said
from regulars.workspaces.access import Actor

CONVERSATIONS = tagging.Taggable(
    taggings=ConversationTagging,
    table="conversations_conversation",
    permission="conversations:assign",
    tagged=lambda workspace_id, conversation_id, tag, said: ConversationTagged(
        workspace_id, conversation_id, tag_id=tag.id, tag_name=tag.name, reason=said.reason, by=said.by
    ),
    untagged=ConversationUntagged,
    tell=tell_all,
)


def tag_conversations(
    conversations: Collection[Conversation], tags: Collection[Tag], *, by: Actor, said: Said | None = None
) -> int:
    """Returns how many taggings are new."""
    return len(tagging.put_tags(CONVERSATIONS, _ids(conversations), tags, by=by, said=said))


def untag_conversations(
    conversations: Collection[Conversation], tags: Collection[Tag], *, by: Actor, reason: str = ""
) -> int:
    """Returns how many taggings ended."""
    return len(tagging.take_tags(CONVERSATIONS, _ids(conversations), tags, by=by, reason=reason))


def set_conversation_tags(conversation: Conversation, names: Sequence[str], *, by: Actor) -> bool:
    return tagging.set_tags(CONVERSATIONS, conversation.id, names, by=by)


def _ids(conversations: Collection[Conversation]) -> list[UUID]:
    return [conversation.id for conversation in conversations]
