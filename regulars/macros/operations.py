"""Write verbs of macros: made, changed, removed and brought back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.macros.access import MANAGING, can_change, no_such_macro
from regulars.macros.events import MacroChanged, MacroCreated, MacroRemoved, MacroRestored
from regulars.macros.models import Macro
from regulars.macros.planning import check_steps, kept, read_steps
from regulars.workspaces.access import Actor
from regulars.workspaces.audiences import Audience, give_to
from regulars.workspaces.models import Team
from regulars.workspaces.operations import audit

NAME_LENGTH = 60
MOST_SHARED, MOST_OWN = 200, 50
KEPT_REMOVED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MacroDraft:
    """Everything of a macro that people write."""

    name: str
    steps: Sequence[Any] = field(default_factory=list)
    """as they are kept"""
    audience: Audience = "member"
    """``member``: of whoever makes it"""
    team_ids: tuple[UUID, ...] = ()


def draft_of(macro: Macro) -> MacroDraft:
    return MacroDraft(
        macro.name,
        macro.steps,
        macro.audience,  # type: ignore[arg-type]  # held by a constraint
        tuple(sorted(macro.teams.values_list("id", flat=True))),
    )


@transaction.atomic
def create_macro(draft: MacroDraft, *, by: Actor) -> Macro:
    """Raises ``Invalid`` with what is wrong by field, ``Conflict`` where there are too many."""
    by.require("conversations:read")
    _require_for(draft.audience, by)
    hold(f"macros:{by.workspace_id}")
    macro = Macro(workspace_id=by.workspace_id)
    teams = _fill(macro, draft, by)
    _check_room(macro)
    macro.save(force_insert=True)
    macro.teams.set(teams)
    record(MacroCreated(by.workspace_id, macro.id, by.doer))
    audit(by, "macros:create", "macro", str(macro.id), name=macro.name)
    return macro


@transaction.atomic
def change_macro(
    macro: Macro, draft: MacroDraft, *, by: Actor, versions: Collection[str] | None = None
) -> Macro:
    """``versions``: those that somebody looked at when they decided; None: whatever it is by now."""
    held = _hold(macro, by)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    before, owner_before = draft_of(held), held.owner_id
    if draft.audience != before.audience:
        _require_for(draft.audience, by)
    teams = _fill(held, draft, by)
    after = MacroDraft(held.name, held.steps, draft.audience, tuple(sorted(each.id for each in teams)))
    changed = tuple(
        each.name for each in fields(MacroDraft) if getattr(after, each.name) != getattr(before, each.name)
    )
    if not changed:
        return held
    if owner_before != held.owner_id:
        _check_room(held)
    held.version += 1
    held.save()
    held.teams.set(teams)
    record(MacroChanged(held.workspace_id, held.id, changed, by.doer))
    audit(by, "macros:change", "macro", str(held.id), name=held.name, fields=list(changed))
    return held


@transaction.atomic
def remove_macro(macro: Macro, *, by: Actor) -> None:
    """It can be brought back for a day."""
    held = _hold(macro, by)
    held.removed_at = clock.now()
    held.save(update_fields=["removed_at"])
    record(MacroRemoved(held.workspace_id, held.id, by.doer))
    audit(by, "macros:remove", "macro", str(held.id), name=held.name)


@transaction.atomic
def restore_macro(macro: Macro, *, by: Actor) -> Macro:
    """Again as it was when it was removed; repeating it changes nothing."""
    hold(f"macros:{macro.workspace_id}")
    held = Macro.objects.select_for_update(of=("self",)).filter(id=macro.id).first()
    if held is None:
        raise no_such_macro()
    _require_change(held, by)
    if held.removed_at is None:
        return held
    _check_room(held)
    held.removed_at = None
    held.save(update_fields=["removed_at"])
    record(MacroRestored(held.workspace_id, held.id, by.doer))
    audit(by, "macros:restore", "macro", str(held.id), name=held.name)
    return held


def purge_removed() -> int:
    """Those that nobody can bring back any more."""
    # unscoped: time passes for all
    old = Macro.objects.filter(removed_at__lt=clock.now() - KEPT_REMOVED)
    return old.delete()[1].get("macros.Macro", 0)


def _require_for(audience: str, by: Actor) -> None:
    if audience != "member":
        by.require(MANAGING)
    elif by.member_id is None:
        raise Invalid(_("A token has no macros of its own"), fields={"audience": "all or teams"})


def _require_change(macro: Macro, by: Actor) -> None:
    if macro.audience != "member":
        by.require(MANAGING)
    elif not can_change(by, macro):
        raise NotAllowed(_("It is somebody else's own macro"))


def _hold(macro: Macro, by: Actor) -> Macro:
    hold(f"macros:{macro.workspace_id}")
    held = Macro.objects.select_for_update(of=("self",)).filter(id=macro.id, removed_at=None).first()
    if held is None:
        raise no_such_macro()
    _require_change(held, by)
    return held


def _fill(macro: Macro, draft: MacroDraft, by: Actor) -> list[Team]:
    macro.name = _clean_name(draft.name)
    steps = read_steps(draft.steps)
    check_steps(steps, by)
    macro.steps = kept(steps)
    return give_to(macro, draft.audience, draft.team_ids, by=by)


def _clean_name(name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a macro has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    return wanted


def _check_room(macro: Macro) -> None:
    others = Macro.objects.filter(workspace_id=macro.workspace_id, removed_at=None).exclude(id=macro.id)
    most = MOST_OWN if macro.audience == "member" else MOST_SHARED
    if others.filter(owner_id=macro.owner_id).count() >= most:
        raise Conflict(_("There are at most %(limit)s macros; remove one first") % {"limit": most})
