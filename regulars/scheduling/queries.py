"""Read questions about what waits for its time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.conversations.models import SILENT_KINDS, Conversation, Message
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.scheduling.access import scheduled_visible_to
from regulars.scheduling.models import ScheduledMessage
from regulars.workspaces.access import Actor

Order = Literal["next", "last"]
"""what leaves next first, or what left last"""
UNDECIDED = ("waiting", "refused")
"""what still stands in the thread"""


def scheduled_in(conversation: Conversation) -> QuerySet[ScheduledMessage]:
    """What stands below the thread, the next first."""
    found = ScheduledMessage.objects.filter(conversation=conversation, state__in=UNDECIDED)
    return found.select_related("author_member__user").order_by("due_at", "id")


def list_scheduled(
    actor: Actor, *, states: Collection[str], member_id: UUID | None = None
) -> QuerySet[ScheduledMessage]:
    """The next first; ``member_id``: only what that member wrote."""
    found = scheduled_visible_to(actor).filter(state__in=states)
    if member_id is not None:
        found = found.filter(author_member_id=member_id)
    return found.order_by("due_at", "id")


@dataclass(frozen=True, slots=True)
class ScheduledPage:
    items: list[ScheduledMessage]
    next_cursor: str | None


def page_of(rows: QuerySet[ScheduledMessage], order: Order, limit: int, cursor: str | None) -> ScheduledPage:
    """From behind the place where the page before ended: what leaves meanwhile shifts nothing. Raises ``Invalid``."""
    if cursor:
        at, last_id = _read(cursor)
        behind = Q(due_at=at, id__gt=last_id) if order == "next" else Q(due_at=at, id__lt=last_id)
        rows = rows.filter(behind | (Q(due_at__gt=at) if order == "next" else Q(due_at__lt=at)))
    ordered = rows.order_by("due_at", "id") if order == "next" else rows.order_by("-due_at", "-id")
    found = list(ordered[: limit + 1])
    page = found[:limit]
    more = write_cursor([page[-1].due_at.isoformat(), str(page[-1].id)]) if len(found) > limit else None
    return ScheduledPage(page, more)


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, last_id = read_cursor(cursor)
        place = datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise unknown_cursor() from error
    if place[0].tzinfo is None:
        raise unknown_cursor()
    return place


def count_refused(actor: Actor) -> int:
    """Of their own, waiting for a decision."""
    if actor.member_id is None:
        return 0
    own = ScheduledMessage.objects.filter(workspace_id=actor.workspace_id, author_member_id=actor.member_id)
    return own.filter(state="refused").count()


def next_due_at() -> datetime | None:
    """Of all workspaces."""
    waiting = ScheduledMessage.objects.filter(state="waiting")  # unscoped: whoever is next
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def newest_said(conversation: Conversation) -> UUID | None:
    """The contact's newest message (ids grow as messages arrive)."""
    said = Message.objects.filter(conversation=conversation, direction="in").exclude(kind__in=SILENT_KINDS)
    return said.order_by("-sent_at", "-id").values_list("id", flat=True).first()
