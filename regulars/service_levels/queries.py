"""Read questions: what is due next, what is at risk or late and whose it is, and what waits for a follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from regulars.conversations.access import visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import (
    ConversationFilter,
    Page,
    attach_shown,
    count_up_to,
    first_of,
)
from regulars.kernel import clock
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.ids import parse_id
from regulars.service_levels.due import OPEN, open_clocks
from regulars.service_levels.levels import settings_of
from regulars.service_levels.models import AnswerClock, FollowUp
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import active_members_of

State = Literal["running", "warned", "breached", "paused"]
"""of an open clock"""


def state_of(found: AnswerClock) -> State:
    """Told by what was told of it: a clock that has just run out is late when it has rung."""
    if found.breached_at is not None:
        return "breached"
    if found.due_at is None:
        return "paused"
    return "warned" if found.warned_at is not None else "running"


def overdue_matching(workspace_id: UUID) -> Q:
    """Open conversations in which we have said nothing for longer than the workspace's follow-up window."""
    before = clock.now() - settings_of(workspace_id).follow_up_within
    rows = FollowUp.objects.filter(workspace_id=workspace_id, since__lt=before)
    return Q(id__in=rows.values("conversation_id"))


def batch_matching(workspace_id: UUID) -> Q:
    """Conversations that are answered one after the other, when there is time for it."""
    rows = open_clocks(workspace_id).filter(is_batch=True)
    return Q(id__in=rows.values("conversation_id"))


def at_risk_matching(workspace_id: UUID) -> Q:
    """Whose answer is nearly due, or late."""
    rows = open_clocks(workspace_id).filter(Q(warned_at__isnull=False) | Q(breached_at__isnull=False))
    return Q(id__in=rows.values("conversation_id"))


def list_by_due(
    actor: Actor, wanted: ConversationFilter, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """What is due soonest first, then what has no clock that runs, the longest wait first.

    Pages go on behind the last one's due time and id: what is answered meanwhile is left out, what begins to wait
    meanwhile stands where it is due.
    """
    place = _read_place(cursor) if cursor else _Place("due", None, None)
    found: list[Conversation] = []
    if place.part == "due":
        found = list(first_of(actor, wanted, lambda rows: _due_after(rows, place), limit + 1))
        place = place if len(found) > limit else _Place("rest", None, None)
    if len(found) <= limit:
        rest = first_of(actor, wanted, lambda rows: _rest_after(rows, place), limit + 1 - len(found))
        found += [*rest]
    items = found[:limit]
    attach_shown(items)
    return Page(items, _write_place(items[-1]) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended: among what is due, or in the rest."""

    part: Literal["due", "rest"]
    at: datetime | None
    id: UUID | None


def _running(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    due = AnswerClock.objects.filter(conversation_id=OuterRef("pk"), due_at__isnull=False, **OPEN)
    return rows.annotate(due_at=Subquery(due.values("due_at")[:1]))


def _due_after(rows: QuerySet[Conversation], place: _Place) -> QuerySet[Conversation]:
    clocks = AnswerClock.objects.filter(due_at__isnull=False, **OPEN)
    found = _running(rows.filter(id__in=clocks.values("conversation_id"))).order_by(F("due_at").asc(), "id")
    if place.at is None or place.id is None:
        return found
    return found.filter(Q(due_at__gt=place.at) | Q(due_at=place.at, id__gt=place.id))


def _rest_after(rows: QuerySet[Conversation], place: _Place) -> QuerySet[Conversation]:
    clocks = AnswerClock.objects.filter(conversation_id=OuterRef("pk"), due_at__isnull=False, **OPEN)
    found = rows.filter(~Exists(clocks)).annotate(due_at=Subquery(clocks.values("due_at")[:1]))
    found = found.order_by(F("waiting_since").asc(nulls_last=True), "id")
    if place.id is None:
        return found
    if place.at is None:
        return found.filter(waiting_since__isnull=True, id__gt=place.id)
    later = Q(waiting_since__gt=place.at) | Q(waiting_since__isnull=True)
    return found.filter(later | Q(waiting_since=place.at, id__gt=place.id))


def _write_place(last: Conversation) -> str:
    due_at: datetime | None = last.due_at  # type: ignore[attr-defined]  # annotated above
    at = due_at or last.waiting_since
    return write_cursor(["due" if due_at else "rest", at.isoformat() if at else None, str(last.id)])


def _read_place(cursor: str) -> _Place:
    match read_cursor(cursor):
        case ["due" | "rest" as part, str() | None as written, str(last_id)]:
            found = parse_id(last_id)
            at = _time(written) if written is not None else None
            if found is None or (part == "due" and at is None):
                raise unknown_cursor()
            return _Place("due" if part == "due" else "rest", at, found)
        case _:
            raise unknown_cursor()


def _time(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise unknown_cursor() from error
    if moment.tzinfo is None or not clock.is_nameable(moment):
        raise unknown_cursor()
    return moment


MOST_OVERDUE = 1_000
"""of more nobody counts the rest"""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Whose promises are nearly over or broken. Without a member: nobody's."""

    member_id: UUID | None
    name: str
    warned: int
    breached: int
    due_at: datetime | None
    """the oldest of them"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is answered in a batch: how much of it is left, by when all of it is due, and how much is done."""

    waiting: int
    due_at: datetime | None
    answered: int
    """in the last 24 hours"""


@dataclass(frozen=True, slots=True)
class Promises:
    """What was promised, as far as somebody sees it."""

    running: int
    """neither at risk nor late"""
    warned: int
    breached: int
    holders: Sequence[HolderLine]
    batch: Batch
    overdue: int
    """open ones without a message of ours for too long; of more than ``MOST_OVERDUE`` the rest is not counted"""


def promises_of(actor: Actor) -> Promises:
    """Six queries."""
    actor.require("service_levels:read")
    lines = _holders(actor)
    overdue = ConversationFilter(status="open", narrowing="overdue")
    return Promises(
        _seen(actor).filter(warned_at=None, breached_at=None).count(),
        sum(each.warned for each in lines),
        sum(each.breached for each in lines),
        lines,
        batch_of(actor),
        count_up_to(actor, overdue, MOST_OVERDUE),
    )


def batch_of(actor: Actor) -> Batch:
    """Two queries."""
    found = _seen(actor).filter(is_batch=True).aggregate(count=Count("id"), due_at=Min("due_at"))
    met = AnswerClock.objects.filter(
        workspace_id=actor.workspace_id, is_batch=True, met_at__gt=clock.now() - DAY
    )
    answered = met.filter(conversation_id__in=visible_to(actor).order_by().values("id")).count()
    return Batch(found["count"], found["due_at"], answered)


def _seen(actor: Actor) -> QuerySet[AnswerClock]:
    return open_clocks(actor.workspace_id).filter(
        conversation_id__in=visible_to(actor).order_by().values("id")
    )


def _holders(actor: Actor) -> list[HolderLine]:
    """Those with the most that is late first."""
    at_risk = _seen(actor).filter(Q(warned_at__isnull=False) | Q(breached_at__isnull=False))
    rows = at_risk.values_list("conversation__assignee_id").annotate(
        warned=Count("id", filter=Q(breached_at__isnull=True)),
        breached=Count("id", filter=Q(breached_at__isnull=False)),
        due_at=Min("due_at"),
    )
    names = {each.id: str(each) for each in active_members_of(actor.workspace_id)}
    lines = [HolderLine(row[0], names.get(row[0], ""), *row[1:]) for row in rows]
    return sorted(lines, key=lambda each: (-each.breached, -each.warned, each.name.casefold()))
