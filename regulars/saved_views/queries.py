"""Read questions about saved views: which a member has, and how many conversations stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from psycopg.errors import QueryCanceled

from regulars.conversations.access import read_sight, visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.queries.asking import conversations_matching
from regulars.saved_views.access import views_offered_to
from regulars.saved_views.arranging import in_order
from regulars.saved_views.asking import condition_of
from regulars.saved_views.models import SavedView, ViewPlace
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member

MOST_SHOWN = 1_000
"""conversations in a view; of more nobody counts the rest"""
COUNTED_WITHIN_MS = 2_000
"""what a view asks is up to whoever wrote it; a count that takes longer is not told"""


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as a member has it."""

    view: SavedView
    is_counted: bool
    is_readable: bool
    """False where its conditions cannot be read any more, or ask what this member may not"""


def lines_for(actor: Actor) -> list[ViewLine]:
    """In the actor's own order; at most 150."""
    return [
        ViewLine(each.view, each.is_counted, condition_of(each.view, actor) is not None)
        for each in in_order(actor)
    ]


def find_view(actor: Actor, view_id: UUID) -> SavedView | None:
    return views_offered_to(actor).filter(id=view_id).first()


def count_in(actor: Actor, view: SavedView) -> int | None:
    """How many of the view the actor sees, up to one more than ``MOST_SHOWN``; None: it took too long."""
    return _count(actor, [view]).get(view.id)


def count_for_all(actors: Sequence[Actor]) -> list[dict[UUID, int]]:
    """Of each actor, what stands beside the views that they have counted, and are still offered. One query for all who
    have none; one more statement for everybody who sees the same, whatever they have counted.
    """
    members = {each.member_id for each in actors if each.member_id and each.can("conversations:read")}
    counted = ViewPlace.objects.filter(member_id__in=members, is_counted=True, view__removed_at=None)
    wanted: dict[UUID, list[SavedView]] = {}
    for row in counted.filter(_is_offered()).select_related("view"):
        wanted.setdefault(row.member_id, []).append(row.view)
    by_sight: dict[object, tuple[Actor, dict[UUID, SavedView]]] = {}
    for actor in actors:
        if actor.member_id in wanted:
            _first, views = by_sight.setdefault(_sight_of(actor), (actor, {}))
            views.update((each.id, each) for each in wanted[actor.member_id])
    found = {sight: _count(actor, [*views.values()]) for sight, (actor, views) in by_sight.items()}
    return [_own(actor, wanted, found) for actor in actors]


def _is_offered() -> Q:
    """Of places: whose view is for their member by now (``audiences.usable_by``, for many members at once)."""
    theirs = Member.teams.through.objects.filter(member_id=OuterRef(OuterRef("member_id")))
    shared = SavedView.teams.through.objects.filter(
        savedview_id=OuterRef("view_id"), team_id__in=theirs.values("team_id")
    )
    return (
        Q(view__audience="all")
        | Q(view__audience="member", view__owner_id=F("member_id"))
        | Q(Exists(shared), view__audience="teams")
    )


def _own(
    actor: Actor, wanted: Mapping[UUID, list[SavedView]], found: Mapping[object, Mapping[UUID, int]]
) -> dict[UUID, int]:
    views = wanted.get(actor.member_id, []) if actor.member_id else []
    counts = found.get(_sight_of(actor), {})
    return {view.id: counts[view.id] for view in views if view.id in counts}


def _sight_of(actor: Actor) -> tuple[object, ...]:
    """Actors with the same value see the same conversations, and may ask the same."""
    whose = None if actor.sees_all else actor.member_id
    return (actor.workspace_id, whose, actor.permissions, tuple(sorted(actor.reach.items())))


def _count(actor: Actor, views: Sequence[SavedView]) -> dict[UUID, int]:
    """One statement for all of them. Those that the actor cannot ask have nothing."""
    asked = [(view, condition_of(view, actor)) for view in views]
    counts = {view.id: 0 for view, condition in asked if condition is None}
    readable = {view.id: condition for view, condition in asked if condition}
    if not readable:
        return counts
    visible = visible_to(actor, read_sight(actor))
    parts = [_limited(visible.filter(conversations_matching(actor, each))) for each in readable.values()]
    text = " UNION ALL ".join(
        f"SELECT {place}, count(*) FROM ({part}) view_{place}"  # noqa: S608 (built of fields)
        for place, (part, _v) in enumerate(parts)
    )
    values = [value for _part, told in parts for value in told]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout TO {COUNTED_WITHIN_MS}")
            cursor.execute(text, values)
            rows = dict(cursor.fetchall())
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")  # the caller's transaction may go on
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return counts
    return counts | {view_id: rows[place] for place, view_id in enumerate(readable)}


def _limited(conversations: QuerySet[Conversation]) -> tuple[str, tuple[Any, ...]]:
    ids = conversations.order_by().values("id")[: MOST_SHOWN + 1]
    return ids.query.sql_with_params()
