"""Read questions about people: members, teams, invitations, tokens."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from regulars.kernel import clock
from regulars.workspaces.models import ApiToken, Invitation, Member, Team, Workspace

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
    return Member.objects.filter(workspace_id=workspace_id).select_related("user")


def active_members_of(workspace_id: UUID) -> QuerySet[Member]:
    return members_of(workspace_id).filter(is_active=True)


def members_with_keys(workspace_id: UUID) -> QuerySet[Member]:
    """The oldest first; ``tokens_made``: how many tokens end with their right (None: 0)."""
    every = members_of(workspace_id).annotate(tokens_made=_TOKENS_MADE)
    return every.prefetch_related("teams").order_by("created_at")


def find_member(workspace_id: UUID, member_id: UUID) -> Member | None:
    return members_of(workspace_id).filter(id=member_id).first()


def teams_of(workspace_id: UUID) -> QuerySet[Team]:
    return Team.objects.filter(workspace_id=workspace_id).order_by("name")


def find_team(workspace_id: UUID, team_id: UUID) -> Team | None:
    return teams_of(workspace_id).filter(id=team_id).first()


def find_teams(workspace_id: UUID, ids: Collection[UUID]) -> list[Team]:
    return list(teams_of(workspace_id).filter(id__in=ids))


def open_invitations_of(workspace_id: UUID) -> QuerySet[Invitation]:
    return Invitation.objects.filter(workspace_id=workspace_id, accepted_at=None, expires_at__gt=clock.now())


def tokens_of(workspace_id: UUID) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(workspace_id=workspace_id)


def live_tokens_of(workspace_id: UUID) -> QuerySet[ApiToken]:
    live = tokens_of(workspace_id).filter(revoked_at=None)
    return live.select_related("created_by__user").order_by("-created_at")


def is_member_somewhere(user_id: UUID) -> bool:
    return Member.objects.filter(user_id=user_id, is_active=True).exists()


def active_members_with(emails: Collection[str]) -> QuerySet[Member]:
    return Member.objects.select_related("user").filter(user__email__in=emails, is_active=True)
