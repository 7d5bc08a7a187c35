"""Macros: made, changed, run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import UNSET

from regulars.api.paging import Page
from regulars.api.parsing import parse_reference
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.acts import build_act
from regulars.api.shapes.macros import (
    MacroChanges,
    MacroShape,
    NewMacro,
    RunOrder,
    RunShape,
    build_macros,
)
from regulars.macros import operations
from regulars.macros.access import access_macro, access_removed_macro, macros_visible_to
from regulars.macros.models import Macro
from regulars.macros.operations import MacroDraft, draft_of
from regulars.macros.queries import uses_of
from regulars.macros.running import run_macro as run
from regulars.workspaces.access import Actor


def list_macros(actor: Actor) -> Page[MacroShape]:
    """Those of everybody, of your teams, and your own; who manages them sees those of all teams. All on one page."""
    macros = list(macros_visible_to(actor).prefetch_related("teams").order_by("name", "id"))
    return Page(build_macros(macros, uses_of(macros), actor.member_id), None)


def get_macro(actor: Actor, macro_id: UUID) -> MacroShape:
    """One macro."""
    return _shape(actor, access_macro(actor, macro_id))


def create_macro(actor: Actor, body: NewMacro) -> MacroShape:
    """Make a macro. For others than oneself it takes `macros:manage`."""
    draft = MacroDraft(body.name, body.steps, body.audience, _ids(body.teams))
    return _shape(actor, operations.create_macro(draft, by=actor))


def change_macro(actor: Actor, macro_id: UUID, body: MacroChanges, if_match: IfMatch) -> MacroShape:
    """Change some of it.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.
    """
    macro = access_macro(actor, macro_id)
    draft = replace(draft_of(macro), **_changes(body))
    return _shape(actor, operations.change_macro(macro, draft, by=actor, versions=if_match))


def remove_macro(actor: Actor, macro_id: UUID) -> None:
    """It can be restored for a day."""
    operations.remove_macro(access_macro(actor, macro_id), by=actor)


def restore_macro(actor: Actor, macro_id: UUID) -> MacroShape:
    """Bring a removed one back, as it was."""
    return _shape(actor, operations.restore_macro(access_removed_macro(actor, macro_id), by=actor))


def run_macro(actor: Actor, macro_id: UUID, body: RunOrder) -> RunShape:
    """Run it. Each conversation gets all of its steps or none, and what is refused says why.

    Each step asks for its own permission. `insert_reply` sends nothing: it names the reply, for one conversation only.
    """
    macro = access_macro(actor, macro_id)
    ids = [parse_reference(each, "conversations") for each in body.conversations]
    ran = run(macro, ids, by=actor, looked_at=body.looked_at)
    return RunShape(act=build_act(ran.outcome), insert_reply=str(ran.inserts) if ran.inserts else None)


def _shape(actor: Actor, macro: Macro) -> MacroShape:
    return build_macros([macro], uses_of([macro]), actor.member_id)[0]


def _changes(body: MacroChanges) -> dict[str, Any]:
    names = ("name", "steps", "audience")
    told = {name: getattr(body, name) for name in names if getattr(body, name) is not UNSET}
    if body.teams is not UNSET:
        told["team_ids"] = _ids(body.teams)
    return told


def _ids(written: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(parse_reference(each, "teams") for each in written)
