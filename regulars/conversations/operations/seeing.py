"""What somebody had before their eyes when they decided. What came later is not decided about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from regulars.conversations.models import SILENT_KINDS, Conversation, Message


class Seen(NamedTuple):
    """What stood before the eyes of whoever decides: a member's id, a message's; None when there was none."""

    id: UUID | None


class Unseen(NamedTuple):
    """What the contact said after that: how many messages, and since when they wait."""

    messages: int
    since: datetime | None


def count_unseen(conversation: Conversation, seen: Seen) -> int:
    return _said_after(conversation.id, seen).count()


def lock_and_look(conversation_ids: Collection[UUID], seen: Mapping[UUID, Seen]) -> dict[UUID, Unseen]:
    """What came after what was seen, with the conversations locked: nothing arrives until the transaction ends.

    Two steps, because a row that came in while the lock was waited for is not in the sight of the query that waited.
    """
    # unscoped: whoever writes in these conversations was let in to them
    locked = Conversation.objects.select_for_update().filter(id__in=conversation_ids).order_by("id")
    list(locked.values_list("id"))
    return {key: _look(key, each) for key, each in seen.items()}


def _look(conversation_id: UUID, seen: Seen) -> Unseen:
    said = _said_after(conversation_id, seen).aggregate(messages=Count("id"), since=Min("sent_at"))
    return Unseen(**said)


def _said_after(conversation_id: UUID, seen: Seen) -> QuerySet[Message]:
    """Ids grow as messages arrive, so one says where the others begin."""
    said = Message.objects.filter(conversation_id=conversation_id, direction="in").exclude(source="history")
    said = said.exclude(kind__in=SILENT_KINDS)
    return said.filter(id__gt=seen.id) if seen.id else said
