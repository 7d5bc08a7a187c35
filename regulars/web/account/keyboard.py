"""The page of one's keys. Which commands there are and which keys are free only the browser knows."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.settings.page import SettingsPage


@require_safe
@member_with(SIGNED_IN)
def keyboard(request: MemberRequest) -> HttpResponse:
    return render(request, "account/keyboard.html")


KEYBOARD = SettingsPage(
    key="keyboard",
    address="keyboard",
    view=keyboard,
    icon="keyboard",
    label=gettext_lazy("Keyboard"),
    words=gettext_lazy("shortcuts, keys, hotkeys, presets, single letters"),
)
