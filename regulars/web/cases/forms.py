"""The forms of cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.cases.models import ICONS, OUTCOMES, PRIORITIES, CaseCategory
from regulars.cases.operations.arranging import LONGEST_REOPEN_HOURS, NAME_LENGTH
from regulars.cases.operations.checking import TEXT_LENGTH, TITLE_LENGTH
from regulars.tags.models import COLORS
from regulars.web.administration.forms import color_word
from regulars.web.cases.words import icon_word, outcome_word, priority_word
from regulars.workspaces.models import Member, Team


class MomentField(forms.DateTimeField):
    """A day and an hour as the clocks of the workspace show them."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, zone: str, **more: Any) -> None:
        super().__init__(**more)
        self.zone = ZoneInfo(zone)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().clean(value)


def _text(label: Any, rows: int, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, max_length=TEXT_LENGTH, required=False, widget=area, **more)


def _priorities() -> list[tuple[str, str]]:
    return [(each, priority_word(each)) for each in PRIORITIES]


class CaseForm(forms.Form):
    """A case to open, or what of one is written down."""

    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("Left empty, it is called as its category is."),
    )

    def __init__(
        self,
        *args: Any,
        zone: str,
        categories: Iterable[CaseCategory] = (),
        members: Iterable[Member] = (),
        teams: Iterable[Team] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = _choice(_("Category"), _("None"), categories)
        self.fields["owner"] = _choice(_("Owner"), pgettext_lazy("owner of a case", "Nobody"), members)
        self.fields["team"] = _choice(_("Team"), _("None"), teams)
        self.fields["priority"] = forms.ChoiceField(
            label=_("Priority"), choices=_priorities, initial="normal", required=False
        )
        self.fields["due_at"] = MomentField(zone=zone, label=_("Due"), required=False)
        self.fields["about"] = _text(_("What it is about"), 3)


def _choice(label: Any, nothing: Any, things: Iterable[Any]) -> forms.ChoiceField:
    choices = [("", nothing), *((str(each.id), str(each)) for each in things)]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class DescriptionForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"] = MomentField(zone=zone, label=_("Due"), required=False)
        self.fields["about"] = _text(_("What it is about"), 5)


class ResolutionForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=lambda: [(each, outcome_word(each)) for each in OUTCOMES],
        widget=forms.RadioSelect,
        initial="solved",
    )
    resolution = _text(_("What was done"), 4)


class NumberForm(forms.Form):
    """Another case by its number, with or without the sign."""

    number = forms.RegexField(
        r"^\s*#?\s*\d{1,18}\s*$",
        label=_("Number of the case"),
        widget=forms.TextInput(attrs={"placeholder": "#1042", "autocomplete": "off"}),
        error_messages={"invalid": _("Write the number of a case, like #1042")},
    )

    def clean_number(self) -> int:
        return int(self.cleaned_data["number"].strip().removeprefix("#"))


class PersonForm(forms.Form):
    person = forms.CharField(
        label=_("Name or number"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


class CommentForm(forms.Form):
    text = forms.CharField(max_length=TEXT_LENGTH)


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name of the category"), max_length=NAME_LENGTH)
    color = forms.ChoiceField(
        label=_("Color"), choices=lambda: [(color, color_word(color)) for color in COLORS], initial="gray"
    )
    icon = forms.ChoiceField(
        label=_("Drawing"), choices=lambda: [(icon, icon_word(icon)) for icon in ICONS], initial="case"
    )


class ReopenForm(forms.Form):
    reopen_hours = forms.IntegerField(
        label=_("Hours in which a resolved case can be reopened"),
        min_value=0,
        max_value=LONGEST_REOPEN_HOURS,
        help_text=_("Later, reopening makes a new case that follows the old one."),
    )
