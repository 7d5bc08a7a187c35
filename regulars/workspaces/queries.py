"""Read questions about people: members, teams, invitations, tokens."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.workspaces.access import Actor
from regulars.workspaces.models import ApiToken, Invitation, Member, Role, Team, User, Workspace

_TOKENS_MADE = Subquery(
    ApiToken.objects.filter(created_by=OuterRef("pk"), revoked_at=None)
    .values("created_by")
    .annotate(count=Count("pk"))
    .values("count")
)


def time_zone_of(workspace_id: UUID) -> str:
    return Workspace.objects.values_list("time_zone", flat=True).get(id=workspace_id)


def members_of(workspace_id: UUID) -> QuerySet[Member]:
    """Those who are out, too."""
    return Member.objects.filter(workspace_id=workspace_id).select_related("user", "role")


def active_members_of(workspace_id: UUID) -> QuerySet[Member]:
    return members_of(workspace_id).filter(is_active=True)


def members_with_keys(workspace_id: UUID) -> QuerySet[Member]:
    """The oldest first; ``tokens_made``: how many tokens end with their right (None: 0)."""
    every = members_of(workspace_id).annotate(tokens_made=_TOKENS_MADE)
    return every.prefetch_related("teams").order_by("created_at")


def find_member(workspace_id: UUID, member_id: UUID) -> Member | None:
    return members_of(workspace_id).filter(id=member_id).first()


def roles_of(workspace_id: UUID) -> QuerySet[Role]:
    """The oldest first: the built-in ones, the widest at the head. ``holders``: how many active members have it."""
    holders = Count("members", filter=Q(members__is_active=True))
    roles = Role.objects.filter(workspace_id=workspace_id).annotate(holders=holders)
    return roles.order_by("created_at", "id")


def givable_roles(actor: Actor) -> list[Role]:
    """Those that allow nothing beyond the actor's own: theirs to give and to take. The narrowest built-in first."""
    covered = [role for role in roles_of(actor.workspace_id) if actor.role_rights.cover(role.rights)]
    built_in = [role for role in covered if role.key is not None]
    return [*reversed(built_in), *(role for role in covered if role.key is None)]


def find_role(workspace_id: UUID, handle: str) -> Role | None:
    """By its key or id, or by its name in any case."""
    roles = Role.objects.filter(workspace_id=workspace_id)
    if role_id := parse_id(handle):
        return roles.filter(id=role_id).first()
    return roles.filter(key=handle).first() or roles.filter(name__iexact=handle.strip()).first()


def teams_of(workspace_id: UUID) -> QuerySet[Team]:
    return Team.objects.filter(workspace_id=workspace_id).order_by("name")


def find_team(workspace_id: UUID, team_id: UUID) -> Team | None:
    return teams_of(workspace_id).filter(id=team_id).first()


def find_teams(workspace_id: UUID, ids: Collection[UUID]) -> list[Team]:
    return list(teams_of(workspace_id).filter(id__in=ids))


def open_invitations_of(workspace_id: UUID) -> QuerySet[Invitation]:
    every = Invitation.objects.filter(workspace_id=workspace_id).select_related("role")
    return every.filter(accepted_at=None, expires_at__gt=clock.now())


def is_invitation_open(workspace_id: UUID, invitation_id: UUID) -> bool:
    return open_invitations_of(workspace_id).filter(id=invitation_id).exists()


def tokens_of(workspace_id: UUID) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(workspace_id=workspace_id).select_related("role", "created_by__role")


def live_tokens_of(workspace_id: UUID) -> QuerySet[ApiToken]:
    live = tokens_of(workspace_id).filter(revoked_at=None)
    return live.select_related("created_by__user").order_by("-created_at")


def is_member_somewhere(user_id: UUID) -> bool:
    return Member.objects.filter(user_id=user_id, is_active=True).exists()


def find_user_with_second_factor(user_id: UUID | None) -> User | None:
    """Somebody who may sign in, by one."""
    users = User.objects.filter(is_active=True, second_factor_at__isnull=False)
    return users.filter(id=user_id).first() if user_id else None


def active_members_with(emails: Collection[str]) -> QuerySet[Member]:
    return Member.objects.select_related("user", "role").filter(user__email__in=emails, is_active=True)
