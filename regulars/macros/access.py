"""The only door to macros from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.macros.models import Macro
from regulars.workspaces import audiences
from regulars.workspaces.access import Actor

MANAGING = "macros:manage"


def access_macro(actor: Actor, macro_id: UUID | None) -> Macro:
    """Also one of another team for who manages them."""
    found = macros_visible_to(actor).filter(id=macro_id).first() if macro_id else None
    if found is None:
        raise no_such_macro()
    return found


def access_removed_macro(actor: Actor, macro_id: UUID | None) -> Macro:
    """One that can be brought back."""
    found = _seen(actor).filter(id=macro_id, removed_at__isnull=False).first() if macro_id else None
    if found is None:
        raise no_such_macro()
    return found


def macros_visible_to(actor: Actor) -> QuerySet[Macro]:
    """One's own, those of everybody and of one's teams, and with ``macros:manage`` those of every team."""
    return _seen(actor).filter(removed_at=None)


def macros_offered_to(actor: Actor) -> QuerySet[Macro]:
    """Those that the actor can run."""
    actor.require("conversations:read")
    usable = audiences.usable_by(actor, Macro)
    return Macro.objects.filter(usable, workspace_id=actor.workspace_id, removed_at=None)


def can_change(actor: Actor, macro: Macro) -> bool:
    return audiences.can_change(actor, macro, MANAGING)


def no_such_macro() -> NotFound:
    return NotFound(_("There is no such macro, or it is somebody else's own"))


def _seen(actor: Actor) -> QuerySet[Macro]:
    actor.require("conversations:read")
    every = Macro.objects.filter(workspace_id=actor.workspace_id)
    return every.filter(audiences.seen_by(actor, Macro, MANAGING))
