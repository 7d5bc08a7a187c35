"""Who is asking, and the only door to members, teams, tokens and parked events from outside this room.

An :class:`Actor` is a member at a screen or a token at the REST face. Its role, id and teams decide which
conversations are visible; rooms turn them into a query and a predicate (both in their ``access.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import reactions
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.events import Doer
from regulars.kernel.models import ParkedEvent
from regulars.workspaces.models import ApiToken, Member, Team, Workspace
from regulars.workspaces.permissions import may_grant, permissions_of


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: ``kind`` member or token; ``member_id`` is set for members only."""

    kind: Literal["member", "token", "system"]
    id: UUID | None
    workspace_id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    team_ids: frozenset[UUID] = frozenset()

    @property
    def member_id(self) -> UUID | None:
        return self.id if self.kind == "member" else None

    @property
    def sees_all(self) -> bool:
        return self.role in {"owner", "admin"} or self.kind == "system"

    @property
    def doer(self) -> Doer:
        return Doer(self.kind, self.id, self.name)

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        if not self.can(permission):
            raise NotAllowed(f"the permission {permission} is missing", permission=permission)


def actor_of_member(member: Member) -> Actor:
    """One query for the teams, unless they were prefetched."""
    return Actor(
        kind="member",
        id=member.id,
        workspace_id=member.workspace_id,
        name=str(member.user),
        role=member.role,
        permissions=permissions_of(member.role) if member.is_active else frozenset(),
        team_ids=frozenset(team.id for team in member.teams.all()),
    )


def actor_of_token(token: ApiToken) -> Actor:
    """A token sees like its role without teams."""
    allowed = permissions_of(token.role)
    return Actor(
        kind="token",
        id=token.id,
        workspace_id=token.workspace_id,
        name=token.name,
        role=token.role,
        permissions=allowed & frozenset(token.scopes) if token.scopes else allowed,
    )


def access_member(actor: Actor, member_id: UUID | None) -> Member:
    actor.require("members:read")
    members = Member.objects.filter(workspace_id=actor.workspace_id).select_related("user")
    found = members.filter(id=member_id).first() if member_id else None
    if found is None:
        raise NotFound(_("There is no such member"))
    return found


def access_api_token(actor: Actor, token_id: UUID | None) -> ApiToken:
    actor.require("tokens:manage")
    tokens = ApiToken.objects.filter(workspace_id=actor.workspace_id)
    found = tokens.filter(id=token_id).first() if token_id else None
    if found is None:
        raise NotFound(_("There is no such token"))
    return found


def access_own_token(actor: Actor) -> ApiToken:
    tokens = ApiToken.objects.filter(workspace_id=actor.workspace_id)
    return tokens.select_related("workspace", "created_by").get(id=actor.id or "")


def access_workspace(actor: Actor) -> Workspace:
    return Workspace.objects.get(id=actor.workspace_id)


def access_team(actor: Actor, team_id: UUID | None) -> Team:
    actor.require("teams:read")
    teams = Team.objects.filter(workspace_id=actor.workspace_id)
    found = teams.filter(id=team_id).first() if team_id else None
    if found is None:
        raise NotFound(_("There is no such team"))
    return found


def parked_events_of(actor: Actor) -> QuerySet[ParkedEvent]:
    actor.require("connections:manage")
    return reactions.parked_in(actor.workspace_id)


def access_parked_event(actor: Actor, parked_id: int) -> ParkedEvent:
    found = parked_events_of(actor).filter(id=parked_id).first()
    if found is None:
        raise NotFound(_("There is no such parked event, or it went through meanwhile"))
    return found


def still_holds(maker: Member | None, role: str) -> bool:
    """Whether what a member handed out (a token, an invitation) with ``role`` is theirs to hand out now.

    What the house itself made (the command line) has no maker and stays.
    """
    return maker is None or (maker.is_active and may_grant(maker.role, role))


def system_actor(workspace_id: UUID, name: str) -> Actor:
    return Actor("system", None, workspace_id, name, "owner", permissions_of("owner"))
