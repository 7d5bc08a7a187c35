"""The form of a view, but for its conditions, which have one of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.saved_views.models import ORDERS
from regulars.saved_views.operations import NAME_LENGTH, ViewDraft
from regulars.web.saved_views import words
from regulars.workspaces.models import Team


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=NAME_LENGTH)
    order = forms.ChoiceField(
        label=_("Sort"), choices=[(each, words.ORDERS[each]) for each in ORDERS], initial=ORDERS[0]
    )

    def __init__(self, *args: Any, teams: Iterable[Team], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            return
        teams = list(teams)
        audiences = [each for each in words.AUDIENCES if teams or each != "teams"]
        self.fields["audience"] = forms.ChoiceField(
            label=_("Who has it"),
            choices=[(each, words.AUDIENCES[each]) for each in audiences],
            widget=forms.RadioSelect,
            initial="member",
            help_text=_("Everybody sees in it only the conversations that they may see anyway."),
        )
        if teams:
            self.fields["teams"] = forms.MultipleChoiceField(
                label=_("Teams that have it"),
                choices=[(str(team.id), team.name) for team in teams],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


def initial_of(draft: ViewDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "order": draft.order,
        "audience": draft.audience,
        "teams": [str(each) for each in draft.team_ids],
    }
