"""The door through which screens keep how somebody reads them."""

from __future__ import annotations

import msgspec
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.kernel.errors import Invalid
from regulars.web.addresses import own_address
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.sign_in.forms import time_zones
from regulars.workspaces.models import User
from regulars.workspaces.preferences import (
    change_shortcut,
    choose_shortcuts,
    choose_undo_time,
    keep_looks,
    switch_single_keys,
)


class TimeZoneForm(forms.Form):
    """The zones are hundreds: the browser writes them in when somebody looks (``layouts/preferences.js``)."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Times are shown in"), widget=forms.Select(attrs={"data-all-zones": True})
    )

    def __init__(self, current: str) -> None:
        super().__init__(initial={"time_zone": current})
        self.fields["time_zone"].widget.choices = [(current, current)]


def time_zone_dialog(user: User) -> FormDialog:
    return FormDialog(
        key="time-zone",
        title=_("Time zone"),
        action=reverse("preferences"),
        form=TimeZoneForm(user.time_zone),
        submit=_("Save"),
    )


@require_POST
@member_with(SIGNED_IN)
def preferences(request: MemberRequest) -> HttpResponse:
    """A script has shown it already."""
    given, user = request.POST, request.member.user
    keep_looks(
        user,
        theme=given.get("theme", ""),
        density=given.get("density", ""),
        language=_known(given.get("language", ""), dict(settings.LANGUAGES)),
        time_zone=_known(given.get("time_zone", ""), dict(time_zones())),
    )
    if given.get("single_keys") in {"on", "off"}:
        switch_single_keys(user, on=given["single_keys"] == "on")
    if given.get("undo_send", "").isdecimal():
        choose_undo_time(user, int(given["undo_send"]))
    if "shortcut" in given:
        change_shortcut(user, given["shortcut"], given.get("key"))
    if "shortcuts" in given:
        choose_shortcuts(user, _read_shortcuts(given["shortcuts"]))
    if request.headers.get("X-Fragment"):
        return HttpResponse(status=204)
    return redirect(own_address(request, given.get("next", "")) or reverse("home"))


def _read_shortcuts(written: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(written, type=dict[str, str])
    except msgspec.MsgspecError as problem:
        raise Invalid(_("This is no shortcut"), fields={"shortcuts": "keys by command, in JSON"}) from problem


def _known(value: str, choices: dict[str, str]) -> str:
    return value if value in choices else ""
