"""The forms of routing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.routing.models import METHODS
from regulars.routing.operations import (
    LONGEST_SPECIALIST_SECONDS,
    MOST_PRIORITY_AFTER,
    NAME_LENGTH,
    Wanted,
)
from regulars.web.routing.words import METHODS as METHOD_WORDS
from regulars.workspaces.availability_models import MOST_CAPACITY
from regulars.workspaces.models import Member, Team
from regulars.workspaces.serving import LONGEST_AWAY_MINUTES, WORD_LENGTH


class QueueForm(forms.Form):
    """Everything of a queue but its conditions, which have a form of their own."""

    name = forms.CharField(label=_("Name of the queue"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, teams: Iterable[Team], members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"] = forms.MultipleChoiceField(
            label=_("Who serves it"),
            choices=[(str(team.id), team.name) for team in teams],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Without a team: whoever staffs the number."),
        )
        self.fields["skill"] = forms.CharField(
            label=_("Skill that they need"), max_length=WORD_LENGTH, required=False
        )
        self.fields["wants_language"] = forms.BooleanField(
            label=_("They speak the contact's language, where anybody of them does"), required=False
        )
        self.fields["specialist"] = forms.ChoiceField(
            label=_("Specialist who is asked first"),
            choices=[("", _("Nobody")), *((str(member.id), str(member)) for member in members)],
            required=False,
        )
        self.fields["specialist_seconds"] = forms.IntegerField(
            label=_("Others get it after so many seconds"),
            min_value=0,
            max_value=LONGEST_SPECIALIST_SECONDS,
            initial=30,
        )
        self.fields["method"] = forms.ChoiceField(
            label=_("Of several who are free"),
            choices=[(each, METHOD_WORDS[each]) for each in METHODS],
            widget=forms.RadioSelect,
            initial=METHODS[0],
        )


def initial_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "teams": [str(each) for each in wanted.team_ids],
        "skill": wanted.skill,
        "wants_language": wanted.wants_language,
        "specialist": str(wanted.specialist_id or ""),
        "specialist_seconds": wanted.specialist_seconds,
        "method": wanted.method,
    }


class RoutingForm(forms.Form):
    """Which numbers are routed, and what happens by itself."""

    def __init__(self, *args: Any, inboxes: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inboxes"] = forms.MultipleChoiceField(
            label=_("Numbers that are routed"),
            choices=[(str(inbox.id), inbox.name) for inbox in inboxes],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("What waits there is given out at once."),
        )
        self.fields["returns_to_previous"] = forms.BooleanField(
            label=_(
                "Whoever writes again goes to who had them last, or to the contact's owner, if they are free"
            ),
            required=False,
        )
        self.fields["priority_after"] = forms.IntegerField(
            label=_("Go before everybody after more than so many messages without an answer"),
            min_value=0,
            max_value=MOST_PRIORITY_AFTER,
            help_text=_("0: nobody does."),
        )
        self.fields["reply_claims"] = forms.BooleanField(
            label=_("Whoever answers what is nobody's has it from then on"), required=False
        )
        self.fields["capacity"] = forms.IntegerField(
            label=_("So many may wait for a member's answer"),
            min_value=0,
            max_value=MOST_CAPACITY,
            help_text=_("Unless the member has a number of their own."),
        )
        self.fields["away_after_minutes"] = forms.IntegerField(
            label=_("Away after so many minutes without an open screen"),
            min_value=0,
            max_value=LONGEST_AWAY_MINUTES,
            help_text=_("0: never by itself."),
        )


class WorkForm(forms.Form):
    """How much a member takes, and what they are good at."""

    work_shown = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)
    capacity = forms.IntegerField(
        label=_("So many may wait for their answer"),
        min_value=0,
        max_value=MOST_CAPACITY,
        required=False,
        help_text=_("0: nothing. Empty: as many as is usual."),
    )
    skills = forms.CharField(
        label=_("Skills"), required=False, help_text=_("Words, with commas between them.")
    )
    languages = forms.CharField(
        label=_("Languages that they answer in"), required=False, help_text=_("Codes such as ko, en, th.")
    )


def words_in(written: str) -> list[str]:
    return [each for each in written.replace("،", ",").replace("、", ",").split(",") if each.strip()]


class OffDutyForm(forms.Form):
    """What becomes of what is open."""

    def __init__(self, *args: Any, teams: Iterable[Team], members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets: list[tuple[str, Any]] = [
            ("keep", _("They stay with me")),
            ("queue", _("Back to the queue, for whoever is free")),
        ]
        teams, members = list(teams), list(members)
        if teams:
            targets.append(("team", _("To a team")))
        if members:
            targets.append(("member", _("To a colleague")))
        self.fields["to"] = forms.ChoiceField(
            label=_("Your open conversations"),
            choices=targets,
            widget=forms.RadioSelect,
            initial="queue",
        )
        if teams:
            self.fields["team"] = forms.ChoiceField(
                label=_("Team"), choices=[(str(team.id), team.name) for team in teams], required=False
            )
        if members:
            self.fields["member"] = forms.ChoiceField(
                label=_("Colleague"),
                choices=[(str(member.id), str(member)) for member in members],
                required=False,
            )
