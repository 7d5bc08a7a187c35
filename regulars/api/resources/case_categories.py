"""How the workspace arranges its cases: categories, and how long a case can be reopened."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET, UnsetType

from regulars.api.paging import Page
from regulars.api.shapes.cases import (
    CaseSettingsChanges,
    CaseSettingsShape,
    CategoryChanges,
    CategoryShape,
    NewCategory,
    build_category,
)
from regulars.cases.access import access_category
from regulars.cases.operations import arranging
from regulars.cases.queries.settings import categories_in, reopen_hours
from regulars.workspaces.access import Actor


def list_categories(actor: Actor) -> Page[CategoryShape]:
    """Every category by name, all on one page."""
    return Page([build_category(each) for each in categories_in(actor.workspace_id)], None)


def get_category(actor: Actor, category_id: UUID) -> CategoryShape:
    """One category."""
    return build_category(access_category(actor, category_id))


def create_category(actor: Actor, body: NewCategory) -> CategoryShape:
    """A new category; 409 when there is one of this name, whatever its case or width."""
    made = arranging.create_category(
        actor.workspace_id, body.name, color=body.color, icon=body.icon, by=actor
    )
    return build_category(made)


def change_category(actor: Actor, category_id: UUID, body: CategoryChanges) -> CategoryShape:
    """Call a category something else, give it another color or drawing; cases keep it."""
    category = access_category(actor, category_id)
    written = {"name": body.name, "color": body.color, "icon": body.icon}
    changes = {name: str(value) for name, value in written.items() if value is not UNSET}
    arranging.change_category(category, changes, by=actor)
    return build_category(category)


def remove_category(actor: Actor, category_id: UUID) -> None:
    """Offer a category no more; cases that have it keep it."""
    arranging.remove_category(access_category(actor, category_id), by=actor)


def get_case_settings(actor: Actor) -> CaseSettingsShape:
    """How the workspace handles cases."""
    return CaseSettingsShape(reopen_hours=reopen_hours(actor.workspace_id))


def change_case_settings(actor: Actor, body: CaseSettingsChanges) -> CaseSettingsShape:
    """For how long a resolved case can be reopened as the same."""
    if not isinstance(body.reopen_hours, UnsetType):
        arranging.set_reopen_hours(actor.workspace_id, body.reopen_hours, by=actor)
    return get_case_settings(actor)
