"""The only door to saved views from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.saved_views.models import SavedView
from regulars.workspaces.access import Actor


def access_view(actor: Actor, view_id: UUID | None) -> SavedView:
    """Also one of another team for who manages them."""
    found = views_visible_to(actor).filter(id=view_id).first() if view_id else None
    if found is None:
        raise no_such_view()
    return found


def access_removed_view(actor: Actor, view_id: UUID | None) -> SavedView:
    """One that can be brought back."""
    found = _seen(actor).filter(id=view_id, removed_at__isnull=False).first() if view_id else None
    if found is None:
        raise no_such_view()
    return found


def views_visible_to(actor: Actor) -> QuerySet[SavedView]:
    """One's own, those of everybody and of one's teams, and with ``saved_views:manage`` those of every team."""
    return _seen(actor).filter(removed_at=None)


def views_offered_to(actor: Actor) -> QuerySet[SavedView]:
    """Those that stand in the actor's navigation."""
    actor.require("conversations:read")
    return SavedView.objects.filter(_usable(actor), workspace_id=actor.workspace_id, removed_at=None)


def can_change(actor: Actor, view: SavedView) -> bool:
    if view.audience == "member":
        return view.owner_id is not None and view.owner_id == actor.member_id
    return actor.can("saved_views:manage")


def no_such_view() -> NotFound:
    return NotFound(_("There is no such view, or it is somebody else's own"))


def _seen(actor: Actor) -> QuerySet[SavedView]:
    actor.require("conversations:read")
    every = SavedView.objects.filter(workspace_id=actor.workspace_id)
    if actor.can("saved_views:manage"):
        return every.filter(~Q(audience="member") | _own(actor))
    return every.filter(_usable(actor))


def _usable(actor: Actor) -> Q:
    ours = SavedView.teams.through.objects.filter(
        savedview_id=OuterRef("pk"), team_id__in=list(actor.team_ids)
    )
    return Q(audience="all") | _own(actor) | Q(Exists(ours), audience="teams")


def _own(actor: Actor) -> Q:
    return Q(audience="member", owner_id=actor.member_id, owner_id__isnull=False)
