"""How a workspace arranges its cases: categories, and how long a case can be reopened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.cases.events import CaseCategoryChanged, CaseCategoryCreated, CaseCategoryRemoved
from regulars.cases.models import ICONS, CaseCategory, CaseSettings
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotFound
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.kernel.visible import is_invisible
from regulars.tags.models import COLORS
from regulars.tags.names import clean_name, fold_name
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

NAME_LENGTH = 64
MOST_CATEGORIES = 200
LONGEST_REOPEN_HOURS = 24 * 365


@transaction.atomic
def create_category(
    workspace_id: UUID, name: str, *, color: str = "gray", icon: str = "case", by: Actor
) -> CaseCategory:
    by.require("cases:manage")
    hold(f"{workspace_id}:case categories")
    if CaseCategory.objects.filter(workspace_id=workspace_id, removed_at=None).count() >= MOST_CATEGORIES:
        raise Invalid(_("There are too many categories"), fields={"name": f"at most {MOST_CATEGORIES}"})
    category = CaseCategory(workspace_id=workspace_id)
    _give_name(category, name)
    category.color, category.icon = _word(color, COLORS, "color"), _word(icon, ICONS, "icon")
    category.save(force_insert=True)
    record(CaseCategoryCreated(workspace_id, category.id, category.name, by.doer))
    audit(by, "case_categories:create", "case_category", str(category.id), name=category.name)
    return category


@transaction.atomic
def change_category(category: CaseCategory, changes: Mapping[str, str], *, by: Actor) -> None:
    """``changes``: any of name, color and icon."""
    by.require("cases:manage")
    held = _hold(category)
    before = {name: getattr(held, name) for name in ("name", "color", "icon")}
    if "name" in changes:
        _give_name(held, changes["name"])
    if "color" in changes:
        held.color = _word(changes["color"], COLORS, "color")
    if "icon" in changes:
        held.icon = _word(changes["icon"], ICONS, "icon")
    facts = {name: [was, getattr(held, name)] for name, was in before.items() if was != getattr(held, name)}
    for name in (*before, "key"):
        setattr(category, name, getattr(held, name))
    if facts:
        held.save(update_fields=["name", "key", "color", "icon"])
        record(CaseCategoryChanged(held.workspace_id, held.id, tuple(facts), by.doer))
        audit(by, "case_categories:change", "case_category", str(held.id), **facts)


@transaction.atomic
def remove_category(category: CaseCategory, *, by: Actor) -> None:
    """It is not offered any more; cases that have it keep it."""
    by.require("cases:manage")
    held = _hold(category)
    held.removed_at = clock.now()
    held.save(update_fields=["removed_at"])
    record(CaseCategoryRemoved(held.workspace_id, held.id, held.name, by.doer))
    audit(by, "case_categories:remove", "case_category", str(held.id), name=held.name)


@transaction.atomic
def set_reopen_hours(workspace_id: UUID, hours: int, *, by: Actor) -> None:
    by.require("cases:manage")
    if not 0 <= hours <= LONGEST_REOPEN_HOURS:
        raise Invalid(
            _("Choose 0 to %(limit)s hours") % {"limit": LONGEST_REOPEN_HOURS},
            fields={"reopen_hours": f"0 to {LONGEST_REOPEN_HOURS}"},
        )
    row, _made = CaseSettings.objects.select_for_update().get_or_create(workspace_id=workspace_id)
    if row.reopen_hours != hours:
        before, row.reopen_hours = row.reopen_hours, hours
        row.save(update_fields=["reopen_hours"])
        audit(by, "cases:set_reopen_hours", "workspace", str(workspace_id), before=before, after=hours)


def _hold(category: CaseCategory) -> CaseCategory:
    hold(f"{category.workspace_id}:case categories")
    rows = CaseCategory.objects.select_for_update().filter(
        workspace_id=category.workspace_id, removed_at=None
    )
    found = rows.filter(id=category.id).first()
    if found is None:
        raise NotFound(_("There is no such category"))
    return found


def _give_name(category: CaseCategory, written: str) -> None:
    name = clean_name(written)
    if not name or len(name) > NAME_LENGTH or is_invisible(name):
        raise Invalid(
            _("A category has a name of 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    key = fold_name(name)
    others = CaseCategory.objects.filter(workspace_id=category.workspace_id, removed_at=None, key=key)
    if others.exclude(id=category.id).exists():
        raise Conflict(
            _("There is a category of this name already"), fields={"name": "no other category's name"}
        )
    category.name, category.key = name, key


def _word(written: str, known: Collection[str], field: str) -> str:
    if written not in known:
        raise Invalid(_("Unknown choice"), fields={field: ", ".join(known)})
    return written
