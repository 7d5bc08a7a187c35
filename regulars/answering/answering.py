"""Answering, after a look at whether somebody else does or did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.answering.holding import holders_of, let_go
from regulars.conversations.models import SILENT_KINDS, Conversation, Message
from regulars.conversations.operations.composing import Composition, compose
from regulars.inboxes.ports import ChannelFacts
from regulars.kernel.errors import Conflict
from regulars.protection.fields import read_text
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member

LONGEST_TOLD = 300
"""characters of a colleague's answer that a refusal repeats"""


class Known(NamedTuple):
    """What whoever answers knows of: our newest answers before their eyes, else the contact's newest message there."""

    message_ids: tuple[UUID, ...]


class AnsweredMeanwhile(Conflict):
    """A colleague answered since: ``name``, ``text``, ``message_id``, ``at``. Nothing was sent."""

    code = "answered-meanwhile"
    title = gettext_lazy("Somebody answered in the meantime")


class BeingAnswered(Conflict):
    """A colleague writes an answer right now and began first: ``name``, ``member``. Nothing was sent."""

    code = "being-answered"
    title = gettext_lazy("Somebody else is answering")


@dataclass(frozen=True, slots=True)
class _Answer:
    message_id: UUID
    name: str
    text: str
    at: datetime


def answer(composition: Composition, known: Known, *, by: Actor, channel: ChannelFacts) -> list[Message]:
    """Compose, unless a colleague answered beyond what is ``known``, or holds the conversation.

    Both are looked at with the conversation locked, so of two who press at once the second is told. What was sent
    before, under the same intent, is answered as ``compose`` does.
    """
    with transaction.atomic():
        if not _was_sent(composition):
            _look(composition.conversation, known, by)
        return answer_anyway(composition, by=by, channel=channel)


def answer_anyway(composition: Composition, *, by: Actor, channel: ChannelFacts) -> list[Message]:
    """Compose, and let go of the conversation: who has looked decides."""
    sent = compose(composition, by=by, channel=channel)
    if by.member_id:
        let_go(composition.conversation.id, by.member_id)
    return sent


def _was_sent(composition: Composition) -> bool:
    intent, conversation = composition.intent, composition.conversation
    return intent is not None and Message.objects.filter(id=intent, conversation=conversation).exists()


def _look(conversation: Conversation, known: Known, by: Actor) -> None:
    # unscoped: it was accessed
    locked = Conversation.objects.select_for_update(of=("self",)).filter(id=conversation.id)
    list(locked.values_list("id"))
    newer = _newer_answer(conversation.id, known, by)
    if newer is not None:
        raise AnsweredMeanwhile(
            _("%(name)s answered in the meantime. Read it before you send yours.") % {"name": newer.name},
            name=newer.name,
            text=newer.text,
            message_id=str(newer.message_id),
            at=newer.at.isoformat(),
        )
    holder = holders_of([conversation.id]).get(conversation.id)
    if holder is not None and holder != by.member_id:
        name = str(Member.objects.select_related("user").get(id=holder))  # unscoped: of this conversation
        raise BeingAnswered(
            _("%(name)s is writing an answer and began first. Ask before you send yours.") % {"name": name},
            name=name,
            member=str(holder),
        )


_NEWER = """
WITH seen AS (
  SELECT (array_agg(m.id ORDER BY m.id DESC))[1] AS id, max(m.created_at) AS created_at, max(m.sent_at) AS sent_at,
    max(o.sequence) AS sequence
  FROM conversations_message m LEFT JOIN conversations_outgoingmessage o ON o.message_id = m.id
  WHERE m.id = ANY(%(seen)s) AND m.conversation_id = %(conversation)s
)
SELECT m.id, m.author_name, m.text, m.created_at FROM conversations_message m
LEFT JOIN conversations_outgoingmessage o ON o.message_id = m.id
WHERE m.conversation_id = %(conversation)s AND m.direction = 'out'
  AND m.sent_at >= COALESCE((SELECT sent_at FROM seen) - interval '1 day', '-infinity')
  AND m.author_kind IN ('member', 'phone_app') AND m.author_member_id IS DISTINCT FROM %(member)s
  AND m.status <> 'failed' AND m.source <> 'history' AND NOT m.kind = ANY(%(silent)s)
  AND NOT m.id = ANY(%(seen)s)
  AND NOT EXISTS (SELECT 1 FROM seen WHERE CASE
    WHEN o.sequence IS NOT NULL AND seen.sequence IS NOT NULL THEN o.sequence <= seen.sequence
    WHEN o.sequence IS NULL AND seen.sequence IS NULL THEN m.id <= seen.id
    ELSE m.created_at <= seen.created_at END)
ORDER BY m.created_at DESC LIMIT 1
"""
"""By the sequence in which answers are queued, which is the order in which the conversation was locked for them. What
comes from outside has none: among itself it goes by our ids, beside answers of ours by when it was stored."""


def _newer_answer(conversation_id: UUID, known: Known, by: Actor) -> _Answer | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWER,
            {
                "conversation": conversation_id,
                "seen": list(known.message_ids),
                "member": by.member_id,
                "silent": sorted(SILENT_KINDS),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return _Answer(row[0], row[1] or _("A colleague"), read_text(row[2])[:LONGEST_TOLD], row[3])
