"""Who is asking, and the only door to members, teams, tokens and parked events from outside this room.

An :class:`Actor` is a member at a screen or a token at the REST face. Its reach, id and teams decide which objects are
visible; rooms turn them into a query and a predicate (both in their ``access.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import reactions
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.events import Doer
from regulars.kernel.models import ParkedEvent
from regulars.workspaces.models import ApiToken, Invitation, Member, Role, Team, Workspace
from regulars.workspaces.permissions import EVERYTHING, Reach, Rights, Thing


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: ``kind`` member or token; ``member_id`` is set for members only."""

    kind: Literal["member", "token", "system"]
    id: UUID | None
    workspace_id: UUID
    name: str
    role: str
    """its handle (``Role.handle``), to be told; what it allows stands in the other fields"""
    permissions: frozenset[str]
    team_ids: frozenset[UUID] = frozenset()
    reach: Mapping[Thing, Reach] = field(default_factory=dict)
    role_id: UUID | None = None
    role_permissions: frozenset[str] | None = None
    """what a token that scopes narrow would have without them; None when nothing narrows"""

    @property
    def member_id(self) -> UUID | None:
        return self.id if self.kind == "member" else None

    @property
    def rights(self) -> Rights:
        return Rights(self.permissions, self.reach)

    @property
    def role_rights(self) -> Rights:
        return Rights(
            self.permissions if self.role_permissions is None else self.role_permissions, self.reach
        )

    @property
    def sees_all(self) -> bool:
        """Of the conversations, and so of the numbers that they are in."""
        return self.far("conversations") == "all"

    def far(self, thing: Thing) -> Reach:
        return self.reach.get(thing, "own")

    @property
    def doer(self) -> Doer:
        return Doer(self.kind, self.id, self.name)

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        if not self.can(permission):
            raise NotAllowed(f"the permission {permission} is missing", permission=permission)


def actor_of_member(member: Member) -> Actor:
    """A query each for the teams and the role, unless they were fetched with the member."""
    rights = member.role.rights if member.is_active else Rights()
    return Actor(
        kind="member",
        id=member.id,
        workspace_id=member.workspace_id,
        name=str(member.user),
        role=member.role.handle,
        permissions=rights.permissions,
        team_ids=frozenset(team.id for team in member.teams.all()),
        reach=rights.reach,
        role_id=member.role_id,
    )


def actor_of_token(token: ApiToken) -> Actor:
    """A token sees like its role without teams. Two queries, unless roles and maker were fetched with it."""
    rights = token.rights
    whole = token.role.rights
    if token.created_by:
        whole = whole.within(token.created_by.role.rights)
    return Actor(
        kind="token",
        id=token.id,
        workspace_id=token.workspace_id,
        name=token.name,
        role=token.role.handle,
        permissions=rights.permissions,
        reach=rights.reach,
        role_id=token.role_id,
        role_permissions=whole.permissions,
    )


def access_member(actor: Actor, member_id: UUID | None) -> Member:
    actor.require("members:read")
    members = Member.objects.filter(workspace_id=actor.workspace_id).select_related("user", "role")
    found = members.filter(id=member_id).first() if member_id else None
    if found is None:
        raise NotFound(_("There is no such member"))
    return found


def access_invitation(actor: Actor, invitation_id: UUID | None) -> Invitation:
    actor.require("members:manage")
    every = Invitation.objects.filter(workspace_id=actor.workspace_id).select_related("role")
    found = every.filter(id=invitation_id, accepted_at=None).first() if invitation_id else None
    if found is None:
        raise NotFound(_("There is no such invitation; it may have been used or withdrawn"))
    return found


def access_api_token(actor: Actor, token_id: UUID | None) -> ApiToken:
    actor.require("tokens:manage")
    tokens = ApiToken.objects.filter(workspace_id=actor.workspace_id).select_related(
        "role", "created_by__role"
    )
    found = tokens.filter(id=token_id).first() if token_id else None
    if found is None:
        raise NotFound(_("There is no such token"))
    return found


def access_own_token(actor: Actor) -> ApiToken:
    tokens = ApiToken.objects.filter(workspace_id=actor.workspace_id)
    return tokens.select_related("workspace", "created_by__role", "role").get(id=actor.id or "")


def access_workspace(actor: Actor) -> Workspace:
    return Workspace.objects.get(id=actor.workspace_id)


def access_team(actor: Actor, team_id: UUID | None) -> Team:
    actor.require("teams:read")
    teams = Team.objects.filter(workspace_id=actor.workspace_id)
    found = teams.filter(id=team_id).first() if team_id else None
    if found is None:
        raise NotFound(_("There is no such team"))
    return found


def access_role(actor: Actor, role_id: UUID | None) -> Role:
    actor.require("members:read")
    roles = Role.objects.filter(workspace_id=actor.workspace_id)
    found = roles.filter(id=role_id).first() if role_id else None
    if found is None:
        raise NotFound(_("There is no such role"))
    return found


def parked_events_of(actor: Actor) -> QuerySet[ParkedEvent]:
    actor.require("connections:manage")
    return reactions.parked_in(actor.workspace_id)


def access_parked_event(actor: Actor, parked_id: int) -> ParkedEvent:
    found = parked_events_of(actor).filter(id=parked_id).first()
    if found is None:
        raise NotFound(_("There is no such parked event, or it went through meanwhile"))
    return found


def still_holds(maker: Member | None, given: Rights, permission: str) -> bool:
    """Whether what a member handed out by a permission (a token, an invitation) is theirs to hand out now.

    What the house itself made (the command line) has no maker and stays.
    """
    if maker is None:
        return True
    rights = maker.role.rights
    return maker.is_active and permission in rights.permissions and rights.cover(given)


def system_actor(workspace_id: UUID, name: str) -> Actor:
    return Actor("system", None, workspace_id, name, "system", EVERYTHING.permissions, reach=EVERYTHING.reach)
