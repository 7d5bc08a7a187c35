"""Business hours: looked at and changed."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dates import WEEKDAYS as WEEKDAY_WORDS
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel import clock
from regulars.web.administration.answers import attempt
from regulars.web.administration.business_hours_form import BusinessHoursForm, country_name, written
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.business_hours import change_hours_of_work, days_off_from, hours_of_work
from regulars.workspaces.events import BusinessHoursChanged

CHANGING = "change-business-hours"
DAYS_SHOWN = 8
"""of the next days off"""


@require_safe
@member_with("teams:read")
def business_hours(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/business_hours.html", _context(request))


def _context(request: MemberRequest, refused: BusinessHoursForm | None = None) -> dict[str, Any]:
    work = hours_of_work(request.actor.workspace_id)
    week = work.week
    return {
        "work": work,
        "days": [(WEEKDAY_WORDS[place], written(openings)) for place, openings in enumerate(week.days)]
        if week
        else [],
        "coming": days_off_from(
            week, clock.now().astimezone(ZoneInfo(work.time_zone)).date(), DAYS_SHOWN, get_language() or "en"
        ),
        "country": country_name(week.country) if week and week.country else "",
        "changing": _changing(refused or BusinessHoursForm(work=work))
        if request.actor.can("hours:manage")
        else None,
    }


def _changing(form: BusinessHoursForm) -> FormDialog:
    return FormDialog(
        key=CHANGING,
        title=_("Business hours"),
        action=reverse("change-business-hours"),
        form=form,
        submit=_("Save"),
        note=_("Counts from now on; waits that were measured stay as they were."),
    )


@require_POST
@member_with("hours:manage")
def change(request: MemberRequest) -> HttpResponse:
    workspace_id = request.actor.workspace_id
    form = BusinessHoursForm(request.POST, work=hours_of_work(workspace_id))
    if form.is_valid():
        wanted = form.cleaned_data["work"]
        if attempt(form, lambda: change_hours_of_work(workspace_id, wanted, by=request.actor) or True):
            return redirect("business-hours")
    return render(request, "administration/business_hours.html", _context(request, form), status=422)


BUSINESS_HOURS = SettingsPage(
    key="business-hours",
    address="business-hours",
    view=business_hours,
    icon="clock",
    label=gettext_lazy("Business hours"),
    words=gettext_lazy("opening times, holidays, time zone, episodes"),
    changed_by=(BusinessHoursChanged,),
    acts=(path("settings/business-hours/change", change, name="change-business-hours"),),
)
