"""Write verbs of saved views: kept, changed, removed and brought back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.queries.asking import read_condition
from regulars.kernel import clock
from regulars.kernel.conditions.tree import write
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.saved_views.access import can_change, no_such_view
from regulars.saved_views.asking import ASKED_ABOUT
from regulars.saved_views.events import (
    SavedViewChanged,
    SavedViewCreated,
    SavedViewRemoved,
    SavedViewRestored,
)
from regulars.saved_views.models import ORDERS, SavedView
from regulars.workspaces.access import Actor
from regulars.workspaces.audiences import Audience, give_to
from regulars.workspaces.models import Team
from regulars.workspaces.operations import audit

Order = Literal["longest_waiting", "newest", "closing", "waking"]
NAME_LENGTH = 60
MOST_SHARED, MOST_OWN = 100, 50
KEPT_REMOVED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """Everything of a view that people write."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=lambda: {"all": []})
    order: Order = "longest_waiting"
    audience: Audience = "member"
    """``member``: of whoever keeps it"""
    team_ids: tuple[UUID, ...] = ()


def draft_of(view: SavedView) -> ViewDraft:
    return ViewDraft(
        view.name,
        view.conditions or {"all": []},
        view.order,  # type: ignore[arg-type]  # held by a constraint
        view.audience,  # type: ignore[arg-type]  # held by a constraint
        tuple(sorted(view.teams.values_list("id", flat=True))),
    )


@transaction.atomic
def create_view(draft: ViewDraft, *, by: Actor) -> SavedView:
    """Raises ``Invalid`` with what is wrong by field, ``Conflict`` where there are too many."""
    by.require("conversations:read")
    _require_for(draft.audience, by)
    hold(f"saved_views:{by.workspace_id}")
    view = SavedView(workspace_id=by.workspace_id)
    teams = _fill(view, draft, by)
    _check_room(view)
    view.save(force_insert=True)
    view.teams.set(teams)
    record(SavedViewCreated(by.workspace_id, view.id, view.owner_id, by.doer))
    audit(by, "saved_views:create", "saved_view", str(view.id), name=view.name)
    return view


@transaction.atomic
def change_view(
    view: SavedView, draft: ViewDraft, *, by: Actor, versions: Collection[str] | None = None
) -> SavedView:
    """``versions``: those that somebody looked at when they decided; None: whatever it is by now."""
    held = _hold(view, by)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    before = draft_of(held)
    if draft.audience != before.audience:
        _require_for(draft.audience, by)
    owner_before = held.owner_id
    teams = _fill(held, draft, by)
    after = ViewDraft(
        held.name, held.conditions, draft.order, draft.audience, tuple(sorted(each.id for each in teams))
    )
    changed = tuple(
        each.name for each in fields(ViewDraft) if getattr(after, each.name) != getattr(before, each.name)
    )
    if not changed:
        return held
    if owner_before != held.owner_id:
        _check_room(held)
    held.version += 1
    held.save()
    held.teams.set(teams)
    owner = held.owner_id if held.owner_id == owner_before else None
    record(SavedViewChanged(held.workspace_id, held.id, owner, changed, by.doer))
    audit(by, "saved_views:change", "saved_view", str(held.id), name=held.name, fields=list(changed))
    return held


@transaction.atomic
def remove_view(view: SavedView, *, by: Actor) -> None:
    """It can be brought back for a day, with its place in everybody's navigation."""
    held = _hold(view, by)
    held.removed_at = clock.now()
    held.save(update_fields=["removed_at"])
    record(SavedViewRemoved(held.workspace_id, held.id, held.owner_id, by.doer))
    audit(by, "saved_views:remove", "saved_view", str(held.id), name=held.name)


@transaction.atomic
def restore_view(view: SavedView, *, by: Actor) -> SavedView:
    """Again as it was when it was removed; repeating it changes nothing."""
    hold(f"saved_views:{view.workspace_id}")
    held = SavedView.objects.select_for_update(of=("self",)).filter(id=view.id).first()
    if held is None:
        raise no_such_view()
    _require_change(held, by)
    if held.removed_at is None:
        return held
    _check_room(held)
    held.removed_at = None
    held.save(update_fields=["removed_at"])
    record(SavedViewRestored(held.workspace_id, held.id, held.owner_id, by.doer))
    audit(by, "saved_views:restore", "saved_view", str(held.id), name=held.name)
    return held


def purge_removed() -> int:
    """Those that nobody can bring back any more."""
    # unscoped: time passes for all
    old = SavedView.objects.filter(removed_at__lt=clock.now() - KEPT_REMOVED)
    return old.delete()[1].get("saved_views.SavedView", 0)


def _require_for(audience: str, by: Actor) -> None:
    if audience != "member":
        by.require("saved_views:manage")
    elif by.member_id is None:
        raise Invalid(_("A token has no views of its own"), fields={"audience": "all or teams"})


def _require_change(view: SavedView, by: Actor) -> None:
    if view.audience != "member":
        by.require("saved_views:manage")
    elif not can_change(by, view):
        raise NotAllowed(_("It is somebody else's own view"))


def _hold(view: SavedView, by: Actor) -> SavedView:
    hold(f"saved_views:{view.workspace_id}")
    held = SavedView.objects.select_for_update(of=("self",)).filter(id=view.id, removed_at=None).first()
    if held is None:
        raise no_such_view()
    _require_change(held, by)
    return held


def _fill(view: SavedView, draft: ViewDraft, by: Actor) -> list[Team]:
    view.name = _clean_name(draft.name)
    view.conditions = write(read_condition(draft.conditions, ASKED_ABOUT, by))
    if draft.order not in ORDERS:
        raise Invalid(
            _("Choose one of those that there are"), fields={"order": f"one of {', '.join(ORDERS)}"}
        )
    view.order = draft.order
    return give_to(view, draft.audience, draft.team_ids, by=by)


def _clean_name(name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a view has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    return wanted


def _check_room(view: SavedView) -> None:
    others = SavedView.objects.filter(workspace_id=view.workspace_id, removed_at=None).exclude(id=view.id)
    most = MOST_OWN if view.audience == "member" else MOST_SHARED
    if others.filter(owner_id=view.owner_id).count() >= most:
        raise Conflict(_("There are at most %(limit)s views; remove one first") % {"limit": most})
