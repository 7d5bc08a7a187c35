"""By when answers are due, and what is at risk: of conversations that somebody was let in to, or by a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from regulars.conversations.models import Conversation
from regulars.service_levels.models import AnswerClock

OPEN = {"met_at__isnull": True, "stopped_at__isnull": True}


def open_clocks(workspace_id: UUID) -> QuerySet[AnswerClock]:
    return AnswerClock.objects.filter(workspace_id=workspace_id, **OPEN)


def due_times_of(workspace_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Those of which a clock runs. One query."""
    running = open_clocks(workspace_id).filter(conversation_id__in=conversation_ids, due_at__isnull=False)
    rows = running.values_list("conversation_id", "due_at")
    return {conversation_id: due_at for conversation_id, due_at in rows if due_at}


def clocks_of(conversation_ids: Collection[UUID]) -> dict[UUID, AnswerClock]:
    """The open clocks of conversations that somebody was let in to. One query."""
    found = AnswerClock.objects.filter(conversation_id__in=conversation_ids, **OPEN)
    return {each.conversation_id: each for each in found}


def attach_clocks(conversations: Iterable[Conversation]) -> None:
    """Set ``answer_clock`` (an AnswerClock or None) on each of those that somebody was let in to. One query."""
    shown = list(conversations)
    found = clocks_of([each.id for each in shown])
    for each in shown:
        each.answer_clock = found.get(each.id)  # type: ignore[attr-defined]
