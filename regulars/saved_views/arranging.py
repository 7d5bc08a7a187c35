"""Which views a member has, in which order, and which of them they have counted: all of it the member's own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record
from regulars.kernel.ordering import moved_to
from regulars.saved_views.access import no_such_view, views_offered_to
from regulars.saved_views.events import SavedViewsArranged
from regulars.saved_views.models import SavedView, ViewPlace
from regulars.workspaces.access import Actor

MOST_COUNTED = 5
"""of a member: what stands beside each view costs a count whenever something happens"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A view as somebody has it."""

    view: SavedView
    place: int | None
    """None: they have not put it anywhere"""
    is_counted: bool


def in_order(actor: Actor) -> list[Placed]:
    """Those that the actor is offered; what they have not put anywhere comes last, the oldest first.

    One query for a token, two for a member.
    """
    views = list(views_offered_to(actor).order_by("created_at", "id"))
    own = ViewPlace.objects.filter(member_id=actor.member_id, view__in=views) if actor.member_id else ()
    rows = {row.view_id: row for row in own}
    placed = [
        Placed(view, row.place if row else None, is_counted=bool(row and row.is_counted))
        for view in views
        for row in [rows.get(view.id)]
    ]
    return sorted(placed, key=lambda each: (each.place is None, each.place or 0))


@transaction.atomic
def move_view(view: SavedView, place: int, *, by: Actor) -> None:
    """In the member's own navigation. ``place``: 0 is the first; beyond the end is the last."""
    member_id = _member(by)
    ordered = [each.view.id for each in in_order(by)]
    if view.id not in ordered:
        raise no_such_view()
    wanted = moved_to(place, view.id, ordered)
    if wanted == ordered:
        return
    rows = [ViewPlace(view_id=each, member_id=member_id, place=number) for number, each in enumerate(wanted)]
    ViewPlace.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "view"], update_fields=["place"]
    )
    record(SavedViewsArranged(by.workspace_id, member_id, by.doer))


@transaction.atomic
def count_view(view: SavedView, *, by: Actor, is_counted: bool) -> None:
    """Whether the member sees beside it how many it has. Raises ``Conflict`` when they have too many counted."""
    member_id = _member(by)
    if not views_offered_to(by).filter(id=view.id).exists():
        raise no_such_view()
    own = ViewPlace.objects.filter(member_id=member_id, is_counted=True, view__in=views_offered_to(by))
    if own.filter(view=view).exists() == is_counted:
        return
    if is_counted and own.count() >= MOST_COUNTED:
        sentence = _("At most %(limit)s views are counted; take the count off another one first")
        raise Conflict(sentence % {"limit": MOST_COUNTED}, fields={"is_counted": "false"})
    ViewPlace.objects.bulk_create(
        [ViewPlace(view=view, member_id=member_id, is_counted=is_counted)],
        update_conflicts=True,
        unique_fields=["member", "view"],
        update_fields=["is_counted"],
    )
    record(SavedViewsArranged(by.workspace_id, member_id, by.doer))


def _member(by: Actor) -> UUID:
    if by.member_id is None:
        raise Invalid(
            _("Only members have views in an order of their own"), fields={"place": "a member's own"}
        )
    return by.member_id
