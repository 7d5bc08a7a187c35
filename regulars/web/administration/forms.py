"""The administration's forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.formats import time_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from regulars.conversations.queries.teams import TeamLine
from regulars.kernel.jobs.kinds import JobKind
from regulars.tags.models import COLORS, Tag
from regulars.tags.names import DESCRIPTION_LENGTH
from regulars.tags.names import NAME_LENGTH as TAG_NAME_LENGTH
from regulars.web.design.form_dialogs import Choice
from regulars.web.roles import role_description, role_word
from regulars.workspaces.models import Role, Team
from regulars.workspaces.permissions import USUAL_ROLE
from regulars.workspaces.teams import NAME_LENGTH


def role_field(label: Any, roles: Sequence[Role], **more: Any) -> forms.ChoiceField:
    choices = [(role.handle, Choice(role_word(role), role_description(role))) for role in roles]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **more)


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(_("Role"), roles, initial=USUAL_ROLE)


class MemberTeamsForm(forms.Form):
    teams_shown = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)

    def __init__(self, *args: Any, teams: Iterable[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"] = _teams_field(_("Teams"), teams)


def _teams_field(label: Any, teams: Iterable[Team], **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(str(team.id), team.name) for team in teams],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        **more,
    )


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=NAME_LENGTH)


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name of the tag"), max_length=TAG_NAME_LENGTH)
    color = forms.ChoiceField(
        label=_("Color"), choices=lambda: [(color, color_word(color)) for color in COLORS], initial="gray"
    )
    description = forms.CharField(
        label=_("When to use it"),
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class MergeTagForm(forms.Form):
    def __init__(self, *args: Any, others: Iterable[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose a tag")), *((str(tag.id), tag.name) for tag in others)]
        self.fields["into"] = forms.ChoiceField(label=_("Merge it into"), choices=choices)


def color_word(color: str) -> str:
    return {
        "gray": pgettext("color", "Gray"),
        "blue": pgettext("color", "Blue"),
        "green": pgettext("color", "Green"),
        "amber": pgettext("color", "Amber"),
        "red": pgettext("color", "Red"),
        "purple": pgettext("color", "Purple"),
        "cyan": pgettext("color", "Cyan"),
        "olive": pgettext("color", "Olive"),
    }[color]


class RemoveTeamForm(forms.Form):
    """What becomes of what hangs on a team. Only teams with somebody in them can take it over."""

    def __init__(self, *args: Any, line: TeamLine, lines: Iterable[TeamLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = Choice(_("No team"), _("Whoever staffs the number sees them."))
        takers = [each.team for each in lines if each.members and each.team.id != line.team.id]
        taking = _("It also staffs its numbers then.")
        self.fields["to"] = forms.ChoiceField(
            label=_("Its conversations go to"),
            choices=[("", nobody), *((str(team.id), Choice(team.name, taking)) for team in takers)],
            required=False,
            widget=forms.RadioSelect,
        )
        if line.alone:
            self.fields["opens"] = forms.MultipleChoiceField(
                label=_("Nobody else staffs these numbers. Everybody staffs them then:"),
                help_text=_("Tick each, unless another team takes over."),
                choices=[(str(number.id), number.name) for number in line.alone],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(_("Role"), roles, initial=USUAL_ROLE)


def _portfolio_field() -> forms.RegexField:
    return forms.RegexField(
        r"^\d{5,20}$",
        label=_("Business portfolio ID"),
        required=False,
        help_text=_("Business settings → Business info. Left empty, Meta is asked for it"),
        error_messages={"invalid": _("The portfolio ID has 5 to 20 digits and nothing else")},
    )


class ConnectionForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For your people, for example the brand")
    )
    account_id = forms.RegexField(
        r"^[0-9]{5,20}$",
        label=_("WhatsApp Business account ID"),
        help_text=_("Business settings → WhatsApp accounts; digits only"),
        error_messages={"invalid": _("The account ID has 5 to 20 digits and nothing else")},
    )
    portfolio = _portfolio_field()
    access_token = forms.CharField(
        label=_("Access token"),
        strip=True,
        help_text=_("Of a system user with whatsapp_business_messaging"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    app_secret = forms.CharField(
        label=_("App secret"),
        strip=True,
        help_text=_("App dashboard → Settings → Basic"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class PortfolioForm(forms.Form):
    portfolio = _portfolio_field()


class InboxForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.RegexField(
        r"^[0-9]{5,20}$",
        label=_("Phone number ID"),
        help_text=_("WhatsApp Manager → Phone numbers; digits only"),
        error_messages={"invalid": _("The phone number ID has 5 to 20 digits and nothing else")},
    )
    display_address = forms.CharField(
        label=_("Number as it is shown to people"), max_length=40, required=False
    )


class NumberForm(forms.Form):
    """What a number is called, who staffs it, and whether it sends."""

    name = forms.CharField(label=_("Name"), max_length=80)
    paused_reason = forms.CharField(
        label=_("Stop sending, because"),
        max_length=200,
        required=False,
        help_text=_("Members read it where they would write. Left empty, the number sends."),
    )

    def __init__(self, *args: Any, teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = (
            _("None chosen: everybody.")
            if teams
            else _("Everybody. Create teams under Teams to narrow this.")
        )
        self.fields["team"] = _teams_field(_("Staffed by"), teams, help_text=hint)


class CredentialsForm(forms.Form):
    """New credentials; what is left empty stays as it is."""

    access_token = forms.CharField(
        label=_("New access token"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    app_secret = forms.CharField(
        label=_("New app secret"),
        required=False,
        help_text=_("The old ones stay valid while Meta rotates"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, secret_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if secret_count > 1:
            valid = ngettext(
                "%(count)s app secret is valid now.", "%(count)s app secrets are valid now.", secret_count
            )
            self.fields["ends_older"] = forms.BooleanField(
                label=_("End the older app secrets now"),
                required=False,
                help_text=format_lazy(
                    "{} {}", valid % {"count": secret_count}, _("Once Meta signs with the newest one only")
                ),
            )


class ScheduleForm(forms.Form):
    """What starts by itself, and when: times that a word says. REST takes any."""

    EVERY = (
        ("hour", _("Every hour")),
        ("day", _("Every day")),
        ("week", _("Every Monday")),
        ("month", _("On the first of every month")),
    )
    CRONS = {"hour": "{m} * * * *", "day": "{m} {h} * * *", "week": "{m} {h} * * 1", "month": "{m} {h} 1 * *"}

    def __init__(self, *args: Any, kinds: Sequence[JobKind[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Job"), choices=[(each.key, Choice(each.label, _about_kind(each))) for each in kinds]
        )
        self.fields["every"] = forms.ChoiceField(label=_("How often"), choices=self.EVERY, initial="day")
        self.fields["at"] = forms.TimeField(
            label=_("At"),
            initial=time(3, 30),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            help_text=_("Every hour: only the minute counts."),
        )

    def cron(self) -> str:
        at = self.cleaned_data["at"]
        return self.CRONS[self.cleaned_data["every"]].format(m=at.minute, h=at.hour)

    @classmethod
    def in_words(cls, cron: str) -> str:
        """As the form says it; what only REST can say stays as it is."""
        fields = cron.split()
        for (key, label), pattern in zip(cls.EVERY, cls.CRONS.values(), strict=True):
            if fields[0].isdecimal() and pattern.format(m=fields[0], h=fields[1]) == cron:
                if key == "hour":
                    return _("%(often)s, at minute %(minute)s") % {"often": label, "minute": fields[0]}
                if fields[1].isdecimal():
                    at = time_format(time(int(fields[1]), int(fields[0])))
                    return _("%(often)s at %(time)s") % {"often": label, "time": at}
        return cron


def _about_kind(kind: JobKind[Any]) -> Any:
    if kind.describe is None or kind.scheduled_arguments is None:
        return ""
    return kind.describe(kind.read(kind.scheduled_arguments))
