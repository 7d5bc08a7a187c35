"""The forms of service levels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.service_levels.operations import (
    HOUR,
    LONGEST_FOLLOW_UP,
    LONGEST_PROMISE,
    MINUTE,
    NAME_LENGTH,
    General,
    Wanted,
    hours,
    minutes,
    parse_night,
)
from regulars.workspaces.business_hours import write_minute

_MOST = LONGEST_PROMISE // MINUTE


class LevelForm(forms.Form):
    """Everything of a service level but its conditions, which have a form of their own."""

    name = forms.CharField(label=_("Name of the service level"), max_length=NAME_LENGTH)
    first_answer_minutes = forms.IntegerField(
        label=_("First answer within so many minutes"),
        min_value=1,
        max_value=_MOST,
        initial=60,
        help_text=_("Of what opens a conversation. 120 are two hours, 1440 a day."),
    )
    next_answer_minutes = forms.IntegerField(
        label=_("Every further answer within so many minutes"), min_value=1, max_value=_MOST, initial=60
    )
    night_answer_minutes = forms.IntegerField(
        label=_("At night within so many minutes"),
        min_value=1,
        max_value=_MOST,
        required=False,
        help_text=_("For what is written at night, in place of both. Empty: as by day."),
    )
    counted_by = forms.ChoiceField(
        label=_("The time is counted"),
        choices=[("calendar", _("by the clock, day and night")), ("business", _("in business hours only"))],
        widget=forms.RadioSelect,
        initial="calendar",
    )
    warn_percent = forms.IntegerField(
        label=_("Warn at so many percent of the time"), min_value=1, max_value=100, initial=75
    )
    is_batch = forms.BooleanField(
        label=_("Answered in a batch, one after the other, when there is time for it"), required=False
    )


def initial_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "first_answer_minutes": wanted.first_answer // MINUTE,
        "next_answer_minutes": wanted.next_answer // MINUTE,
        "night_answer_minutes": None if wanted.night_answer is None else wanted.night_answer // MINUTE,
        "counted_by": wanted.counted_by,
        "warn_percent": wanted.warn_percent,
        "is_batch": wanted.is_batch,
    }


def wanted_in(told: dict[str, Any], conditions: dict[str, Any]) -> Wanted:
    return Wanted(
        told["name"],
        conditions,
        _minutes(told, "first_answer_minutes"),
        _minutes(told, "next_answer_minutes"),
        _minutes(told, "night_answer_minutes") if told["night_answer_minutes"] else None,
        told["counted_by"],
        told["warn_percent"],
        told["is_batch"],
    )


def _minutes(told: dict[str, Any], name: str) -> timedelta:
    return minutes(name, told[name])


class GeneralForm(forms.Form):
    """The night, and the follow-up window."""

    night_from = forms.CharField(
        label=_("The night begins at"), max_length=5, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    night_to = forms.CharField(
        label=_("The night ends at"),
        max_length=5,
        help_text=_("By the clock of the business. The same as its beginning: there is no night."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    follow_up_hours = forms.IntegerField(
        label=_("Follow up within so many hours"),
        min_value=1,
        max_value=LONGEST_FOLLOW_UP // HOUR,
        help_text=_("An open conversation in which you have written nothing for longer is overdue."),
    )


def general_initial(general: General) -> dict[str, Any]:
    return {
        "night_from": write_minute(general.night_start),
        "night_to": write_minute(general.night_end),
        "follow_up_hours": general.follow_up_within // HOUR,
    }


def general_in(told: dict[str, Any]) -> General:
    return General(
        parse_night("night_from", told["night_from"]),
        parse_night("night_to", told["night_to"]),
        hours("follow_up_hours", told["follow_up_hours"]),
    )
