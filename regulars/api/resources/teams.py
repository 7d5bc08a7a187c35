"""Teams: who works together, and which numbers they staff."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from regulars.api.paging import Page
from regulars.api.parsing import parse_reference
from regulars.api.shapes.common import Id, Ref
from regulars.conversations.operations.teams import remove_team as take_away
from regulars.conversations.queries.teams import TeamLine, team_lines
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.workspaces.access import Actor, access_team, access_workspace
from regulars.workspaces.models import Team
from regulars.workspaces.teams import create_team as make_team
from regulars.workspaces.teams import rename_team as call_team


class TeamShape(msgspec.Struct, kw_only=True):
    """A team and what hangs on it."""

    id: Id
    name: Annotated[str, told("No other team's.", "Care")]
    members: Annotated[list[Ref], told("The active ones.")]
    inboxes: Annotated[list[Ref], told("The numbers that it staffs.")]
    only_staff_of: Annotated[list[Ref], told("Those of them that nobody would staff without it.")]
    queue_count: Annotated[int, told("Conversations handed to it that are not resolved.", 3)]


class TeamName(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a team is called."""

    name: Annotated[str, told("1 to 80 characters, and no other team's name.", "Night shift")]


class TeamRemoval(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What becomes of what hangs on a team that goes."""

    to: Annotated[
        str | None,
        told(
            "The team that takes over its conversations and numbers; without one, its conversations are in no"
            " team's queue.",
            EXAMPLE_ID,
        ),
    ] = None
    opens: Annotated[
        str,
        told(
            "Ids, by comma, of numbers in `only_staff_of` that everybody staffs then; needed for each without `to`.",
            EXAMPLE_ID,
        ),
    ] = ""


def list_teams(actor: Actor) -> Page[TeamShape]:
    """Every team by name, all on one page."""
    return Page([_build(line) for line in team_lines(actor)], None)


def get_team(actor: Actor, team_id: UUID) -> TeamShape:
    """One team."""
    return _line_of(actor, access_team(actor, team_id))


def create_team(actor: Actor, body: TeamName) -> TeamShape:
    """A new team with nobody in it."""
    return _build(TeamLine(make_team(access_workspace(actor), body.name, by=actor)))


def rename_team(actor: Actor, team_id: UUID, body: TeamName) -> TeamShape:
    """Call a team something else; everything stays with it."""
    team = access_team(actor, team_id)
    call_team(team, body.name, by=actor)
    return _line_of(actor, team)


def remove_team(actor: Actor, team_id: UUID, query: TeamRemoval) -> None:
    """Take a team away; refused while a number would be left to nobody and is not named in ``opens``."""
    team = access_team(actor, team_id)
    to = access_team(actor, parse_reference(query.to, "to")) if query.to else None
    opens = [parse_reference(written, "opens") for written in query.opens.split(",") if written]
    take_away(team, to=to, opens=opens, by=actor)


def _line_of(actor: Actor, team: Team) -> TeamShape:
    return _build(next(line for line in team_lines(actor) if line.team.id == team.id))


def _build(line: TeamLine) -> TeamShape:
    return TeamShape(
        id=str(line.team.id),
        name=line.team.name,
        members=[Ref(str(member.id), str(member)) for member in line.members],
        inboxes=[Ref(str(number.id), number.name) for number in line.numbers],
        only_staff_of=[Ref(str(number.id), number.name) for number in line.alone],
        queue_count=line.conversation_count,
    )
