"""The form of the business hours: a line of times for each weekday, a line for each day off."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from django import forms
from django.utils.dates import WEEKDAYS as WEEKDAY_WORDS
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from regulars.kernel.errors import Invalid
from regulars.web.design.form_dialogs import Choice
from regulars.web.sign_in.forms import time_zones
from regulars.workspaces.business_hours import (
    LONGEST_EPISODE_GAP,
    WEEKDAYS,
    HoursOfWork,
    parse_week,
    write_minute,
)
from regulars.workspaces.business_time import Opening, Week
from regulars.workspaces.public_holidays import countries

LONGEST_LINE = 200
LONGEST_HOLIDAYS = 40_000
USUAL = "09:00–18:00"
"""what stands there until somebody writes something else, Monday to Friday"""
_BETWEEN = re.compile(r"\s*[-–—~〜]\s*")
_APART = re.compile(r"\s*[,;،、]\s*")


class BusinessHoursForm(forms.Form):
    """``work``: as it is now."""

    def __init__(self, *args: Any, work: HoursOfWork, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _initial(work), **kwargs})
        self.fields["when"] = forms.ChoiceField(
            label=_("Which hours count"),
            widget=forms.RadioSelect,
            choices=[
                ("always", Choice(_("Every hour of every day"))),
                ("week", Choice(_("The hours below"), _("Only they count in waits by business time."))),
            ],
        )
        for place, weekday in enumerate(WEEKDAYS):
            self.fields[weekday] = forms.CharField(
                label=WEEKDAY_WORDS[place],
                required=False,
                max_length=LONGEST_LINE,
                help_text=_("09:00–12:30, 13:30–18:00; empty for a day off") if place == 0 else "",
                widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
            )
        self.fields["holidays"] = forms.CharField(
            label=_("Days off"),
            required=False,
            max_length=LONGEST_HOLIDAYS,
            help_text=_("One a line: 2026-12-25 Christmas"),
            widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        )
        self.fields["country"] = forms.ChoiceField(
            label=_("Public holidays of"),
            required=False,
            choices=_countries(work.week.country if work.week else ""),
            help_text=_("They are days off, too. Own days off are added above."),
        )
        zones = dict(time_zones())
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=list({work.time_zone: work.time_zone, **zones}.items())
        )
        self.fields["episode_hours"] = forms.IntegerField(
            label=_("The same episode within"),
            min_value=0,
            max_value=LONGEST_EPISODE_GAP,
            help_text=_(
                "Hours: a conversation that is opened again within them goes on with the same episode."
            ),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            try:
                said["work"] = HoursOfWork(said["time_zone"], _week(said), said["episode_hours"])
            except Invalid as problem:
                fields = problem.facts.get("fields")
                for name in fields if isinstance(fields, dict) else ():
                    self.add_error(name, str(problem.detail))
        return said


def _week(said: dict[str, Any]) -> Week | None:
    if said["when"] == "always":
        return None
    days = {weekday: [_times(weekday, each) for each in _parts(said[weekday])] for weekday in WEEKDAYS}
    holidays = [line.strip().partition(" ") for line in said["holidays"].splitlines() if line.strip()]
    return parse_week(days, [(day, name) for day, _space, name in holidays], said["country"])


def country_name(code: str) -> str:
    """In the reader's language, with the part of it, if it is one."""
    country, _dash, part = code.partition("-")
    names = Locale.parse(to_locale(get_language() or "en")).territories
    return f"{names.get(country, country)}: {part}" if part else str(names.get(country, country))


def _countries(chosen: str) -> list[tuple[str, Any]]:
    """By name; a part of a country stands there when REST chose one."""
    codes = {*countries(), *([chosen] if chosen else [])}
    listed = sorted(((code, country_name(code)) for code in codes), key=lambda each: each[1])
    return [("", _("None")), *listed]


def _parts(line: str) -> list[str]:
    return [part for part in _APART.split(line.strip()) if part]


def _times(weekday: str, part: str) -> tuple[str, str]:
    times = _BETWEEN.split(part.strip())
    if len(times) != 2:
        raise Invalid(gettext("Write from when until when, as 09:00–18:00"), fields={weekday: "09:00–18:00"})
    return times[0], times[1]


def _initial(work: HoursOfWork) -> dict[str, Any]:
    week = work.week
    holidays = week.holidays if week else ()
    return {
        "when": "always" if week is None else "week",
        **{
            weekday: (USUAL if place < 5 else "") if week is None else written(week.days[place])
            for place, weekday in enumerate(WEEKDAYS)
        },
        "country": week.country if week else "",
        "holidays": "\n".join(f"{each.date.isoformat()} {each.name}".strip() for each in holidays),
        "time_zone": work.time_zone,
        "episode_hours": work.episode_hours,
    }


def written(openings: tuple[Opening, ...]) -> str:
    return ", ".join(f"{write_minute(each.start)}–{write_minute(each.end)}" for each in openings)
