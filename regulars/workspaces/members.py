"""What becomes of a member: role, in or out, and teams, all at once or nothing of it."""

from __future__ import annotations

from django.db import transaction

from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.operations import change_role, set_member_active
from regulars.workspaces.teams import hold_teams, set_teams


@transaction.atomic
def change_member(
    member: Member,
    *,
    by: Actor,
    role: str | None = None,
    is_active: bool | None = None,
    teams: list[Team] | None = None,
) -> None:
    """Another role, in or out, exactly these teams; what is left out stays. Raises what each of them raises."""
    if teams is not None:  # held before what locks members, as where a team is removed
        hold_teams(member.workspace_id, teams)
    if role is not None:
        change_role(member, role, by=by)
    if is_active is not None:
        set_member_active(member, is_active, by=by)
    if teams is not None:
        set_teams(member, teams, by=by)
