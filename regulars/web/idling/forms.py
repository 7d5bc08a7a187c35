"""The form of the rule for idle conversations, but for its conditions, which have a form of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.idling.operations import HOUR, LONGEST_IDLE, Wanted, parse_hours


class IdleRuleForm(forms.Form):
    is_on = forms.BooleanField(label=_("Resolve idle conversations by themselves"), required=False)
    idle_hours = forms.IntegerField(
        label=_("When nothing has come for so many hours"),
        min_value=1,
        max_value=LONGEST_IDLE // HOUR,
        help_text=_("72 are three days. No message, no note, and nothing that somebody did with it."),
    )
    counted_by = forms.ChoiceField(
        label=_("The time is counted"),
        choices=[("calendar", _("by the clock, day and night")), ("business", _("in business hours only"))],
        widget=forms.RadioSelect,
    )


def initial_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "is_on": wanted.is_on,
        "idle_hours": wanted.idle_for // HOUR,
        "counted_by": wanted.counted_by,
    }


def wanted_in(told: dict[str, Any], conditions: dict[str, Any]) -> Wanted:
    return Wanted(told["is_on"], parse_hours(told["idle_hours"]), told["counted_by"], conditions)
