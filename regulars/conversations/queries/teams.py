"""What hangs on the teams of a workspace: people, numbers, conversations."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from regulars.conversations.access import read_staffing
from regulars.conversations.models import Conversation
from regulars.inboxes.models import Inbox
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import teams_of


@dataclass(slots=True)
class TeamLine:
    """A team and what hangs on it. ``alone``: the numbers that nobody would staff without it."""

    team: Team
    members: list[Member] = field(default_factory=list)
    """the active ones"""
    numbers: list[Inbox] = field(default_factory=list)
    alone: list[Inbox] = field(default_factory=list)
    conversation_count: int = 0
    """those handed to it that are not resolved"""


def team_lines(actor: Actor) -> list[TeamLine]:
    """By name; five queries, whatever their number."""
    actor.require("teams:read")
    lines = {team.id: TeamLine(team) for team in teams_of(actor.workspace_id)}
    people = Member.objects.filter(workspace_id=actor.workspace_id, is_active=True).select_related("user")
    for member in people.prefetch_related("teams").order_by("created_at", "id"):
        for team in member.teams.all():
            lines[team.id].members.append(member)
    _add_numbers(actor.workspace_id, lines)
    handed_on = Conversation.objects.filter(workspace_id=actor.workspace_id, team__isnull=False)
    counted = handed_on.exclude(status="resolved").values_list("team_id").annotate(count=Count("id"))
    for team_id, count in counted:
        if team_id in lines:
            lines[team_id].conversation_count = count
    return list(lines.values())


def _add_numbers(workspace_id: UUID, lines: dict[UUID, TeamLine]) -> None:
    staffed_by = read_staffing(workspace_id).inbox_teams
    working = {team_id for team_id, line in lines.items() if line.members}
    for number in Inbox.objects.filter(workspace_id=workspace_id).order_by("name", "id"):
        teams = staffed_by.get(number.id, frozenset())
        for team_id in teams & set(lines):
            lines[team_id].numbers.append(number)
            if not (teams - {team_id}) & working:
                lines[team_id].alone.append(number)
