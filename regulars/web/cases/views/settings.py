"""The settings of cases: categories, and how long a case can be reopened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.cases.access import access_category
from regulars.cases.events import CATEGORY_EVENTS
from regulars.cases.models import CaseCategory
from regulars.cases.operations.arranging import (
    change_category,
    create_category,
    remove_category,
    set_reopen_hours,
)
from regulars.cases.queries.settings import categories_in, reopen_hours
from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.cases.forms import CategoryForm, ReopenForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage

NEW, REOPENING = "new-case-category", "case-reopening"
COLUMNS = (Column(gettext_lazy("Category")),)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category; the dialogs are there for whoever may use them."""

    category: CaseCategory
    changing: FormDialog | None = None
    removing: FormDialog | None = None


@require_safe
@member_with("cases:read")
def case_settings(request: MemberRequest) -> HttpResponse:
    return render(request, "cases/settings.html", _context(request))


def _context(request: MemberRequest, refused: FormDialog | None = None) -> dict[str, Any]:
    may_manage, workspace_id = request.actor.can("cases:manage"), request.actor.workspace_id
    hours = reopen_hours(workspace_id)
    rows = [_row(each, refused) if may_manage else CategoryRow(each) for each in categories_in(workspace_id)]
    context: dict[str, Any] = {
        "columns": COLUMNS,
        "rows": rows,
        "reopen_hours": hours,
        "reopen_days": hours // 24,
    }
    if may_manage:
        adding, reopening = _adding(CategoryForm()), _reopening(ReopenForm(initial={"reopen_hours": hours}))
        context["new_category"] = refused if refused and refused.key == NEW else adding
        context["reopening"] = refused if refused and refused.key == REOPENING else reopening
    return context


def _row(category: CaseCategory, refused: FormDialog | None) -> CategoryRow:
    initial = {"name": category.name, "color": category.color, "icon": category.icon}
    dialogs = (_changing(category, CategoryForm(initial=initial)), _removing(category))
    changing, removing = (refused if refused and refused.key == each.key else each for each in dialogs)
    return CategoryRow(category, changing, removing)


def _adding(form: CategoryForm) -> FormDialog:
    return FormDialog(
        key=NEW,
        title=_("New category"),
        action=reverse("add-case-category"),
        form=form,
        submit=_("Create the category"),
    )


def _reopening(form: ReopenForm) -> FormDialog:
    return FormDialog(
        key=REOPENING,
        title=_("Reopening cases"),
        action=reverse("case-reopening"),
        form=form,
        submit=_("Save"),
    )


def _changing(category: CaseCategory, form: CategoryForm) -> FormDialog:
    return FormDialog.about_one(
        "change-case-category",
        category,
        form,
        title=_("Change %(name)s") % {"name": category.name},
        submit=_("Save"),
    )


def _removing(category: CaseCategory) -> FormDialog:
    return FormDialog.about_one(
        "remove-case-category",
        category,
        Form(),
        title=_("Remove the category %(name)s?") % {"name": category.name},
        about=_("It is not offered any more. Cases that have it keep it."),
        submit=_("Remove the category"),
        is_dangerous=True,
    )


@require_POST
@member_with("cases:manage")
def add(request: MemberRequest) -> HttpResponse:
    form = CategoryForm(request.POST)
    if form.is_valid():
        made = attempt(form, lambda: _create(request, form))
        if made:
            return redirect("case-settings")
    return _refused(request, _adding(form))


def _create(request: MemberRequest, form: CategoryForm) -> CaseCategory:
    said = form.cleaned_data
    return create_category(
        request.actor.workspace_id, said["name"], color=said["color"], icon=said["icon"], by=request.actor
    )


@require_POST
@member_with("cases:manage")
def change(request: MemberRequest, category_id: str) -> HttpResponse:
    category = access_category(request.actor, parse_id(category_id))
    form = CategoryForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: change_category(category, form.cleaned_data, by=request.actor) or True
    ):
        return redirect("case-settings")
    return _refused(request, _changing(category, form))


@require_POST
@member_with("cases:manage")
def remove(request: MemberRequest, category_id: str) -> HttpResponse:
    remove_category(access_category(request.actor, parse_id(category_id)), by=request.actor)
    return redirect("case-settings")


@require_POST
@member_with("cases:manage")
def set_reopening(request: MemberRequest) -> HttpResponse:
    form = ReopenForm(request.POST)
    if form.is_valid():
        hours = form.cleaned_data["reopen_hours"]
        if attempt(
            form, lambda: set_reopen_hours(request.actor.workspace_id, hours, by=request.actor) or True
        ):
            return redirect("case-settings")
    return _refused(request, _reopening(form))


def _refused(request: MemberRequest, dialog: FormDialog) -> HttpResponse:
    return render(request, "cases/settings.html", _context(request, dialog), status=422)


CASE_SETTINGS = SettingsPage(
    key="case-settings",
    address="cases",
    view=case_settings,
    icon="case",
    label=gettext_lazy("Case categories"),
    words=gettext_lazy("kinds of cases, tickets, complaints, how long a case can be reopened"),
    changed_by=CATEGORY_EVENTS,
    acts=(
        path("settings/cases/new", add, name="add-case-category"),
        path("settings/cases/reopening", set_reopening, name="case-reopening"),
        path("settings/cases/<str:category_id>/change", change, name="change-case-category"),
        path("settings/cases/<str:category_id>/removal", remove, name="remove-case-category"),
    ),
)
