"""Read questions about people: members, teams, invitations, tokens."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from regulars.workspaces.models import Team


def teams_of(workspace_id: UUID) -> QuerySet[Team]:
    """The teams, by name."""
    return Team.objects.filter(workspace_id=workspace_id).order_by("name")
