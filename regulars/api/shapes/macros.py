"""Macros as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.shapes.acts import ActShape, LookedAt
from regulars.api.shapes.common import Id, Ref
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.macros.models import Macro
from regulars.macros.queries import MacroUses

Audience = Literal["member", "teams", "all"]
_STEPS = (
    "What it does, in this order, a case last: `assign` (`member`: an id, `me` or null), `team`, `tag` and `untag`"
    " (`tags`), `priority`, `note` (`text`), `snooze` (`until`: `later_today`, `afternoon`, `evening`, `tomorrow`,"
    " `weekend` or `next_week`), `resolve`, `reopen`, `open_case` (`title`, `category`), `insert_reply` (`reply`)."
)
_EXAMPLE = [{"do": "tag", "tags": ["refund"]}, {"do": "assign", "member": "me"}]
_AUDIENCE = "Who has it: `member` is whoever made it alone; the others take `macros:manage`."


class MacroUsesShape(msgspec.Struct, kw_only=True):
    """How much it is in use."""

    count: Annotated[int, told("On how many conversations it was run.", 31)]
    last_at: Annotated[Moment | None, told("When last.")]


class MacroShape(msgspec.Struct, kw_only=True):
    """Steps under one name."""

    id: Id
    name: Annotated[str, told("1 to 60 characters.", "Refund, then snooze")]
    steps: Annotated[list[dict[str, Any]], told(_STEPS, _EXAMPLE)]
    audience: Annotated[Audience, told("Who has it.", "all")]
    teams: Annotated[list[Ref], told("The teams that have it, with the audience `teams`.")]
    is_own: Annotated[bool, told("Whether it is yours alone.", False)]
    uses: Annotated[MacroUsesShape, told("How much it is in use.")]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class NewMacro(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A macro to make."""

    name: Annotated[str, told("1 to 60 characters.", "Refund, then snooze")]
    steps: Annotated[list[dict[str, Any]], told(f"1 to 20. {_STEPS}", _EXAMPLE)]
    audience: Annotated[Audience, told(f"{_AUDIENCE} Tokens have none of their own.", "all")] = "all"
    teams: Annotated[list[str], told("Ids of the teams that have it.", [EXAMPLE_ID])] = msgspec.field(
        default_factory=list
    )


class MacroChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 60 characters.", "Refund, then snooze")] = UNSET
    steps: Annotated[list[dict[str, Any]] | UnsetType, told(f"1 to 20. {_STEPS}", _EXAMPLE)] = UNSET
    audience: Annotated[Audience | UnsetType, told(_AUDIENCE, "all")] = UNSET
    teams: Annotated[list[str] | UnsetType, told("Ids of the teams that have it.", [EXAMPLE_ID])] = UNSET


class RunOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """On which conversations it is run."""

    conversations: Annotated[list[str], told("Their ids, at most 200.", [EXAMPLE_ID])]
    looked_at: LookedAt = None


class RunShape(msgspec.Struct, kw_only=True):
    """What came of it."""

    act: Annotated[ActShape, told("What was changed, and what was refused; undo it as an act.")]
    insert_reply: Annotated[
        str | None, told("The id of the quick reply that somebody is to read and send now.", EXAMPLE_ID)
    ]


def build_macros(
    macros: list[Macro], uses: Mapping[UUID, MacroUses], member_id: UUID | None
) -> list[MacroShape]:
    """``teams`` want to be fetched with them."""
    return [
        MacroShape(
            id=str(macro.id),
            name=macro.name,
            steps=macro.steps,
            audience=macro.audience,  # type: ignore[arg-type]  # held by a constraint
            teams=[
                Ref(str(team.id), team.name) for team in sorted(macro.teams.all(), key=lambda each: each.name)
            ],
            is_own=macro.owner_id is not None and macro.owner_id == member_id,
            uses=MacroUsesShape(count=uses[macro.id].count, last_at=uses[macro.id].last_at),
            version=str(macro.version),
        )
        for macro in macros
    ]
