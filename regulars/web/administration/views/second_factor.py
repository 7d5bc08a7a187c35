"""Of whom a second factor is asked, and who has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel import clock
from regulars.web.administration.answers import attempt
from regulars.web.design.form_dialogs import Choice, FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.roles import role_word
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import MEMBER_EVENTS, ROLE_EVENTS, SECOND_FACTOR_EVENTS
from regulars.workspaces.models import Role
from regulars.workspaces.queries import active_members_of, roles_of
from regulars.workspaces.second_factor_rule import (
    PERMISSION,
    SecondFactorRule,
    change_rule,
    rule_of,
)

NOBODY, EVERYBODY, ROLES = "nobody", "everybody", "roles"
KEEP = "keep"
GRACE_DAYS = (0, 1, 3, 7, 14, 30)


class RuleForm(forms.Form):
    """``current``: what counts now, so that another role does not move everybody's moment."""

    def __init__(self, *args: Any, roles: Sequence[Role], current: SecondFactorRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._current = current
        self.fields["asked"] = forms.ChoiceField(
            label=_("Who needs a second factor"),
            choices=[
                (NOBODY, Choice(_("Nobody"), _("Everybody may have one, as they like."))),
                (EVERYBODY, Choice(_("Everybody"), _("Whoever comes later, too."))),
                (ROLES, Choice(_("Some roles"), _("Those below."))),
            ],
            widget=forms.RadioSelect,
            initial=EVERYBODY if current.everybody_from else ROLES if current.roles else NOBODY,
        )
        self.fields["roles"] = forms.MultipleChoiceField(
            label=_("Roles"),
            choices=[(str(role.id), role_word(role)) for role in roles],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[str(key) for key, _moment in current.roles],
        )
        self.fields["grace"] = forms.ChoiceField(
            label=_("From when on"),
            choices=[*([(KEEP, _("As it is now"))] if current.is_anybody_asked else []), *_grace_choices()],
            help_text=_("Until then they are asked at each sign-in and may put it off."),
            initial=KEEP if current.is_anybody_asked else "7",
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("asked") == ROLES and not given.get("roles"):
            self.add_error("roles", _("Choose at least one role"))
        return given

    def wanted(self, roles: Sequence[Role]) -> SecondFactorRule:
        asked = self.cleaned_data["asked"]
        if asked == NOBODY:
            return SecondFactorRule()
        if asked == EVERYBODY:
            return SecondFactorRule(everybody_from=self._moment(self._current.everybody_from))
        before = dict(self._current.roles)
        chosen = [role for role in roles if str(role.id) in self.cleaned_data["roles"]]
        return SecondFactorRule(roles=tuple((role.id, self._moment(before.get(role.id))) for role in chosen))

    def _moment(self, before: datetime | None) -> datetime:
        if self.cleaned_data["grace"] != KEEP:
            return clock.now() + timedelta(days=int(self.cleaned_data["grace"]))
        moments = [self._current.everybody_from, *(moment for _key, moment in self._current.roles)]
        return before or min(moment for moment in moments if moment)


def _grace_choices() -> list[tuple[str, str]]:
    words = {
        0: _("At once"),
        1: _("In one day"),
        3: _("In three days"),
        7: _("In a week"),
        14: _("In two weeks"),
        30: _("In 30 days"),
    }
    return [(str(days), words[days]) for days in GRACE_DAYS]


@require_safe
@member_with("members:read")
def second_factor(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/second_factor.html", _context(request))


def _context(request: MemberRequest, refused: RuleForm | None = None) -> dict[str, Any]:
    workspace_id = request.actor.workspace_id
    current = rule_of(workspace_id)
    roles = list(roles_of(workspace_id))
    named = {role.id: role for role in roles}
    members = list(active_members_of(workspace_id).select_related("workspace").order_by("created_at", "id"))
    return {
        "rule": current,
        "asked_roles": [(named[key], moment) for key, moment in current.roles if key in named],
        "members": sorted(members, key=lambda each: each.user.second_factor_at is not None),
        "with_one": sum(each.user.second_factor_at is not None for each in members),
        "changing": _changing(refused or RuleForm(roles=roles, current=current))
        if request.actor.can(PERMISSION)
        else None,
    }


def _changing(form: RuleForm) -> FormDialog:
    return FormDialog(
        key="change-second-factor-rule",
        title=_("Who needs a second factor"),
        action=reverse("change-second-factor-rule"),
        form=form,
        submit=_("Save"),
        note=_("Scripts go on with their tokens, whatever is chosen here."),
    )


@require_POST
@member_with(PERMISSION)
def change(request: MemberRequest) -> HttpResponse:
    roles = list(roles_of(request.actor.workspace_id))
    form = RuleForm(request.POST, roles=roles, current=rule_of(request.actor.workspace_id))
    if form.is_valid() and attempt(form, lambda: change_rule(form.wanted(roles), by=request.actor) or True):
        return redirect("second-factor")
    return render(request, "administration/second_factor.html", _context(request, form), status=422)


SECOND_FACTOR = SettingsPage(
    key="second-factor",
    address="second-factor",
    view=second_factor,
    icon="shield",
    label=gettext_lazy("Second factor"),
    words=gettext_lazy("two-step sign-in, two-factor, passkeys, authenticator app, safety"),
    changed_by=(*SECOND_FACTOR_EVENTS, *MEMBER_EVENTS, *ROLE_EVENTS),
    acts=(path("settings/second-factor/change", change, name="change-second-factor-rule"),),
)
