"""The only door to saved views from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.saved_views.models import SavedView
from regulars.workspaces import audiences
from regulars.workspaces.access import Actor

MANAGING = "saved_views:manage"


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
    usable = audiences.usable_by(actor, SavedView)
    return SavedView.objects.filter(usable, workspace_id=actor.workspace_id, removed_at=None)


def can_change(actor: Actor, view: SavedView) -> bool:
    return audiences.can_change(actor, view, MANAGING)


def no_such_view() -> NotFound:
    return NotFound(_("There is no such view, or it is somebody else's own"))


def _seen(actor: Actor) -> QuerySet[SavedView]:
    actor.require("conversations:read")
    every = SavedView.objects.filter(workspace_id=actor.workspace_id)
    return every.filter(audiences.seen_by(actor, SavedView, MANAGING))
