"""Write verbs about teams: who works together and, through the numbers they staff, who sees what.

Removing one also decides about numbers and conversations: ``conversations/operations/teams.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Conflict, Invalid, NotFound
from regulars.kernel.events import record, record_all
from regulars.workspaces.access import Actor
from regulars.workspaces.events import MemberTeamsChanged, TeamCreated, TeamRemoved, TeamRenamed
from regulars.workspaces.models import Member, Team, Workspace
from regulars.workspaces.operations import audit

NAME_LENGTH = 80


@transaction.atomic
def create_team(workspace: Workspace, name: str, *, by: Actor) -> Team:
    by.require("teams:manage")
    team = Team.objects.create(workspace=workspace, name=_free_name(workspace.id, name))
    record(TeamCreated(workspace.id, team.id, team.name, by.doer))
    audit(by, "teams:create", "team", str(team.id), name=team.name)
    return team


@transaction.atomic
def rename_team(team: Team, name: str, *, by: Actor) -> None:
    by.require("teams:manage")
    wanted = _free_name(team.workspace_id, name, but=team.id)
    fresh = Team.objects.select_for_update(no_key=True).filter(id=team.id).first()
    if fresh is None:
        raise NotFound(_("There is no such team"))
    before, team.name = fresh.name, wanted
    if wanted == before:
        return
    team.save(update_fields=["name"])
    record(TeamRenamed(team.workspace_id, team.id, before, wanted, by.doer))
    audit(by, "teams:rename", "team", str(team.id), before=before, after=wanted)


@transaction.atomic
def set_teams(member: Member, teams: list[Team], *, by: Actor) -> None:
    by.require("teams:manage")
    if not hold_teams(member.workspace_id, teams):
        raise Invalid(_("There is no such team"), fields={"teams": "teams of the member's workspace"})
    Member.objects.select_for_update(no_key=True).get(id=member.id)  # one after the other
    before = ids_of(member.teams.all())
    if before == ids_of(teams):
        return
    member.teams.set(teams)
    record(MemberTeamsChanged(member.workspace_id, member.id, before, ids_of(teams), by.doer))
    audit(by, "members:set_teams", "member", str(member.id), teams=[str(team.id) for team in teams])


def ids_of(teams: Iterable[Team]) -> tuple[UUID, ...]:
    return tuple(sorted({team.id for team in teams}))


def hold_teams(workspace_id: UUID, teams: Collection[Team]) -> bool:
    """Keep teams from being removed until the transaction ends; false when one is gone, or next door.

    ``FOR KEY SHARE``: those who only need them do not wait for each other. Comes before any other lock, as it does
    where a team is removed.
    """
    wanted = {team.id for team in teams}
    if not wanted:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM workspaces_team"
            " WHERE workspace_id = %s AND id = ANY(%b::uuid[]) ORDER BY id FOR KEY SHARE) held",
            [workspace_id, list(wanted)],
        )
        return bool(cursor.fetchone()[0] == len(wanted))


def lock_teams(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Team]:
    """Those that are still there; needs a transaction."""
    rows = Team.objects.select_for_update().filter(workspace_id=workspace_id, id__in=ids)
    return {team.id: team for team in rows.order_by("id")}


def has_active_member(team: Team) -> bool:
    return team.members.filter(is_active=True).exists()


def teams_with_members(workspace_id: UUID) -> set[UUID]:
    working = Member.objects.filter(workspace_id=workspace_id, is_active=True, teams__isnull=False)
    return set(working.values_list("teams", flat=True))


def drop_team(team: Team, *, by: Actor, facts: dict[str, object]) -> None:
    """Take a locked team away, once it is settled what becomes of its numbers and conversations (``facts``)."""
    team_id = team.id
    members = {each.id: ids_of(each.teams.all()) for each in team.members.prefetch_related("teams")}
    team.delete()
    record_all(
        MemberTeamsChanged(
            team.workspace_id, key, before, tuple(each for each in before if each != team_id), by.doer
        )
        for key, before in members.items()
    )
    record(TeamRemoved(team.workspace_id, team_id, team.name, by.doer))
    audit(by, "teams:remove", "team", str(team_id), name=team.name, members=len(members), **facts)


def _free_name(workspace_id: UUID, name: str, *, but: UUID | None = None) -> str:
    """A name that no other team has. The workspace's row is held: of two who want it at once, one gets it.

    ``NO KEY UPDATE`` lets rows be written that point to the workspace: messages do not wait.
    """
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a team has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)
    others = Team.objects.filter(workspace_id=workspace_id, name__iexact=wanted)
    if (others.exclude(id=but) if but else others).exists():
        raise Conflict(_("A team with this name exists already"), fields={"name": "a name of its own"})
    return wanted
