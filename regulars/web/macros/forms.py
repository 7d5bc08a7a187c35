"""The form of a macro: its name and for whom it is; its steps are rows beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.macros.operations import NAME_LENGTH
from regulars.workspaces.models import Team

AUDIENCES = {
    "member": pgettext_lazy("audience of a macro", "Only me"),
    "teams": pgettext_lazy("audience of a macro", "Teams"),
    "all": pgettext_lazy("audience of a macro", "Everybody"),
}
MOMENTS = {
    "later_today": _("Later today"),
    "afternoon": _("This afternoon"),
    "evening": _("This evening"),
    "tomorrow": _("Tomorrow"),
    "weekend": _("At the weekend"),
    "next_week": _("Next week"),
}
Step = dict[str, Any]
_VALUES = {
    "team": "team",
    "priority": "priority",
    "note": "text",
    "snooze": "until",
    "insert_reply": "reply",
}
"""what a row's one value is called in the step"""


class MacroForm(forms.Form):
    name = forms.CharField(label=_("Name of the macro"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, teams: Iterable[Team], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            return
        teams = list(teams)
        self.fields["audience"] = forms.ChoiceField(
            label=_("Who has it"),
            choices=[(each, word) for each, word in AUDIENCES.items() if teams or each != "teams"],
            widget=forms.RadioSelect,
            initial="member",
            help_text=_("Each step asks for the right of whoever runs it."),
        )
        if teams:
            self.fields["teams"] = forms.MultipleChoiceField(
                label=_("Teams that have it"),
                choices=[(str(team.id), team.name) for team in teams],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the form has it: at most two values, whatever it is."""

    do: str
    label: Any
    value: str = ""
    more: str = ""
    options: Sequence[tuple[str, Any]] = field(default_factory=list)
    """what ``value`` can be"""
    more_options: Sequence[tuple[str, Any]] = field(default_factory=list)


def values_of(step: Step) -> tuple[str, str]:
    """As a row shows it."""
    match step["do"]:
        case "assign":
            return str(step["member"] or ""), ""
        case "tag" | "untag":
            return ", ".join(step["tags"]), ""
        case "open_case":
            return step.get("title", ""), str(step.get("category") or "")
    name = _VALUES.get(step["do"])
    return (str(step[name] or ""), "") if name else ("", "")


def steps_in(given: QueryDict) -> list[Step]:
    """The rows that were sent, in their order, as steps are kept."""
    rows = zip(given.getlist("step"), given.getlist("value"), given.getlist("more"), strict=False)
    return [_step(do, value.strip(), more) for do, value, more in rows]


def _step(do: str, value: str, more: str) -> Step:
    match do:
        case "assign":
            return {"do": do, "member": value or None}
        case "team":
            return {"do": do, "team": value or None}
        case "tag" | "untag":
            written = value.replace("،", ",").replace("、", ",").split(",")
            return {"do": do, "tags": [each.strip() for each in written if each.strip()]}
        case "open_case":
            return {"do": do, "title": value, "category": more or None}
        case "priority":
            return {"do": do, "priority": value}
        case "note":
            return {"do": do, "text": value}
        case "snooze":
            return {"do": do, "until": value}
        case "insert_reply":
            return {"do": do, "reply": value}
    return {"do": do}
