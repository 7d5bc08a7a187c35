"""Write verbs about teams: who works together and, through the numbers they staff, who sees what."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record
from regulars.workspaces.access import Actor
from regulars.workspaces.events import MemberChanged
from regulars.workspaces.models import Member, Team, Workspace
from regulars.workspaces.operations import audit


@transaction.atomic
def create_team(workspace: Workspace, name: str, *, by: Actor) -> Team:
    by.require("teams:manage")
    if not name.strip():
        raise Invalid(_("The team needs a name"), fields={"name": "1 to 80 characters"})
    if Team.objects.filter(workspace=workspace, name__iexact=name.strip()).exists():
        raise Conflict(_("A team with this name exists already"))
    return Team.objects.create(workspace=workspace, name=name.strip())


@transaction.atomic
def set_teams(member: Member, teams: list[Team], *, by: Actor) -> None:
    """Put a member into exactly these teams."""
    by.require("teams:manage")
    if any(team.workspace_id != member.workspace_id for team in teams):
        raise Invalid(_("There is no such team"), fields={"teams": "teams of the member's workspace"})
    if set(teams) == set(member.teams.all()):
        return
    member.teams.set(teams)
    record(MemberChanged(member.workspace_id, member.id))
    audit(by, "members:set_teams", "member", str(member.id), teams=[str(team.id) for team in teams])
