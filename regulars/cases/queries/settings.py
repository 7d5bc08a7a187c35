"""How a workspace arranges its cases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from regulars.cases.models import Case, CaseCategory, CaseSettings
from regulars.workspaces.access import Actor


def reopen_hours(workspace_id: UUID) -> int:
    found = CaseSettings.objects.filter(workspace_id=workspace_id).values_list("reopen_hours", flat=True)
    return next(iter(found), CaseSettings._meta.get_field("reopen_hours").default)  # noqa: SLF001 -- Django's public way to a field


def reopen_within(workspace_id: UUID) -> timedelta:
    return timedelta(hours=reopen_hours(workspace_id))


def categories_in(workspace_id: UUID) -> QuerySet[CaseCategory]:
    """Those that a case can get, by name."""
    return CaseCategory.objects.filter(workspace_id=workspace_id, removed_at=None).order_by("key")


def find_category(workspace_id: UUID, category_id: UUID) -> CaseCategory | None:
    return categories_in(workspace_id).filter(id=category_id).first()


def usual_category(actor: Actor) -> CaseCategory | None:
    """What whoever opens a case probably means: the category of the last one that they opened."""
    if actor.id is None:
        return None
    opened = Case.objects.filter(workspace_id=actor.workspace_id, opened_by_id=actor.id)
    last = opened.filter(category__removed_at=None, category__isnull=False).select_related("category")
    found = last.order_by("-number").first()
    return found.category if found else None
