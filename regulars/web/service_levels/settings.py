"""Settings of service levels: who is answered by when, the night, the follow-up window, the next days off."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.service_levels.access import access_level, access_levels
from regulars.service_levels.events import CLOCK_EVENTS, SERVICE_LEVEL_EVENTS
from regulars.service_levels.levels import ASKED_ABOUT, settings_of
from regulars.service_levels.models import ServiceLevel
from regulars.service_levels.operations import (
    change_level,
    change_settings,
    create_level,
    general_of,
    move_level,
    remove_level,
    wanted_of,
)
from regulars.service_levels.queries import promises_of
from regulars.web.administration.answers import attempt
from regulars.web.administration.business_hours_form import country_name
from regulars.web.design.arranged import moves_of, place_in
from regulars.web.design.conditions.kept import form_of, sentence_of_written, written_in
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.service_levels.forms import (
    GeneralForm,
    LevelForm,
    general_in,
    general_initial,
    initial_of,
    wanted_in,
)
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.business_hours import days_off_from, hours_of_work, write_minute
from regulars.workspaces.events import BusinessHoursChanged

CHANGING = "change-service-level-settings"
DAYS_SHOWN = 5


@require_safe
@member_with("service_levels:read")
def service_levels(request: MemberRequest) -> HttpResponse:
    return render(request, "service_levels/service_levels.html", _context(request))


def _context(request: MemberRequest, refused: GeneralForm | None = None) -> dict[str, Any]:
    actor = request.actor
    levels = access_levels(actor)
    settings, work = settings_of(actor.workspace_id), hours_of_work(actor.workspace_id)
    today = clock.now().astimezone(ZoneInfo(work.time_zone)).date()
    can_manage = actor.can("service_levels:manage")
    week = work.week
    return {
        "rows": [_row(level, place, len(levels), actor.workspace_id) for place, level in enumerate(levels)],
        "settings": settings,
        "night_from": write_minute(settings.night_start),
        "night_to": write_minute(settings.night_end),
        "has_night": settings.night_start != settings.night_end,
        "work": work,
        "country": country_name(week.country) if week and week.country else "",
        "coming": days_off_from(week, today, DAYS_SHOWN, get_language() or "en"),
        "promises": promises_of(actor),
        "can_manage": can_manage,
        "changing": _changing(refused or _general_form(request)) if can_manage else None,
    }


def _row(level: ServiceLevel, place: int, count: int, workspace_id: UUID) -> dict[str, Any]:
    return {
        "level": level,
        "sentence": sentence_of_written(level.conditions, ASKED_ABOUT, workspace_id),
        "is_one_promise": level.first_answer == level.next_answer,
        "moves": moves_of(place, count),
    }


def _general_form(request: MemberRequest, said: Any = None) -> GeneralForm:
    settings = settings_of(request.actor.workspace_id)
    return GeneralForm(said, initial=general_initial(general_of(settings)))


def _changing(form: GeneralForm) -> FormDialog:
    return FormDialog(
        key=CHANGING,
        title=_("Night and follow-up"),
        action=reverse("change-service-level-settings"),
        form=form,
        submit=_("Save"),
    )


@require_POST
@member_with("service_levels:manage")
def change(request: MemberRequest) -> HttpResponse:
    form = _general_form(request, request.POST)
    if form.is_valid() and attempt(form, lambda: _change(request, form.cleaned_data)):
        return redirect("service-levels")
    return render(request, "service_levels/service_levels.html", _context(request, form), status=422)


def _change(request: MemberRequest, told: dict[str, Any]) -> bool:
    change_settings(request.actor.workspace_id, general_in(told), by=request.actor)
    return True


@require_safe
@member_with("service_levels:manage")
def new_level(request: MemberRequest) -> HttpResponse:
    return _show(request, None, LevelForm(), {"all": []})


@require_POST
@member_with("service_levels:manage")
def add_level(request: MemberRequest) -> HttpResponse:
    form, written = LevelForm(request.POST), written_in(request.POST, request.actor.workspace_id)
    if form.is_valid() and attempt(form, lambda: _add(request, form.cleaned_data, written)):
        return redirect("service-levels")
    return _show(request, None, form, written, status=422)


def _add(request: MemberRequest, told: dict[str, Any], written: dict[str, Any]) -> bool:
    create_level(request.actor.workspace_id, wanted_in(told, written), by=request.actor)
    return True


@require_safe
@member_with("service_levels:manage")
def show_level(request: MemberRequest, level_id: str) -> HttpResponse:
    level = access_level(request.actor, parse_id(level_id))
    wanted = wanted_of(level)
    return _show(request, level, LevelForm(initial=initial_of(wanted)), dict(wanted.conditions))


@require_POST
@member_with("service_levels:manage")
def edit_level(request: MemberRequest, level_id: str) -> HttpResponse:
    level = access_level(request.actor, parse_id(level_id))
    form, written = LevelForm(request.POST), written_in(request.POST, request.actor.workspace_id)
    if form.is_valid() and attempt(form, lambda: _edit(request, level, form.cleaned_data, written)):
        return redirect("service-levels")
    return _show(request, level, form, written, status=422)


def _edit(request: MemberRequest, level: ServiceLevel, told: dict[str, Any], written: dict[str, Any]) -> bool:
    version = request.POST.get("version")
    change_level(level, wanted_in(told, written), by=request.actor, versions=[version] if version else None)
    return True


@require_POST
@member_with("service_levels:manage")
def move(request: MemberRequest, level_id: str) -> HttpResponse:
    place = place_in(request.POST)
    if place is not None:
        move_level(access_level(request.actor, parse_id(level_id)), place, by=request.actor)
    return redirect("service-levels")


@require_POST
@member_with("service_levels:manage")
def remove(request: MemberRequest, level_id: str) -> HttpResponse:
    remove_level(access_level(request.actor, parse_id(level_id)), by=request.actor)
    return redirect("service-levels")


def _show(
    request: MemberRequest,
    level: ServiceLevel | None,
    form: LevelForm,
    written: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    conditions = form_of(written, ASKED_ABOUT, request.actor.workspace_id, shows_gaps=status != 200)
    context = {"level": level, "form": form, "conditions": conditions}
    return render(request, "service_levels/level.html", context, status=status)


SERVICE_LEVELS = SettingsPage(
    key="service-levels",
    address="service-levels",
    view=service_levels,
    icon="clock",
    label=gettext_lazy("Service levels"),
    words=gettext_lazy("SLA, promises, response times, deadlines, tiers, night, follow-up, holidays, batch"),
    changed_by=(*SERVICE_LEVEL_EVENTS, *CLOCK_EVENTS, BusinessHoursChanged),
    acts=(
        path("settings/service-levels/change", change, name="change-service-level-settings"),
        path("settings/service-levels/new", new_level, name="new-service-level"),
        path("settings/service-levels/add", add_level, name="add-service-level"),
        path("settings/service-levels/<str:level_id>", show_level, name="service-level"),
        path("settings/service-levels/<str:level_id>/change", edit_level, name="change-service-level"),
        path("settings/service-levels/<str:level_id>/move", move, name="move-service-level"),
        path("settings/service-levels/<str:level_id>/removal", remove, name="remove-service-level"),
    ),
)
