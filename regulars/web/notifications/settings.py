"""The page on which a member chooses what they are told of, by which ways, and when it is quiet."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.notifications.choosing import choice_of
from regulars.notifications.keys import key_pair
from regulars.notifications.levels import KINDS, PRESETS, WAYS, Choice
from regulars.notifications.models import PushSubscription
from regulars.notifications.operations import choose_preset, choose_privacy, choose_quiet, choose_ways
from regulars.notifications.subscribing import browsers_of, remove_browser, subscribe, unsubscribe
from regulars.web.account.browsers import browser_name, is_phone, platform_name
from regulars.web.administration.answers import attempt
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.notifications.words import KIND_WORDS, PRESET_WORDS, WAY_WORDS
from regulars.web.settings.page import SettingsPage
from regulars.web.sign_in.middleware import this_session

PLACE = "notification-settings"


@dataclass(frozen=True, slots=True)
class Cell:
    way: str
    label: str | Promise
    is_on: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    label: str | Promise
    help: str | Promise
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class BrowserLine:
    row: PushSubscription
    name: str
    icon: str


class QuietForm(forms.Form):
    """Both ends, or neither."""

    start = forms.TimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    end = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )


@require_safe
@member_with(SIGNED_IN)
def notification_settings(request: MemberRequest) -> HttpResponse:
    return render(request, "notifications/settings.html", _context(request))


def _context(request: MemberRequest, refused: QuietForm | None = None) -> dict[str, Any]:
    choice = choice_of(request.member)
    return {
        "rows": _rows(choice),
        "presets": [(name, PRESET_WORDS[name], name == choice.preset) for name in PRESETS],
        "ways": [WAY_WORDS[way] for way in WAYS],
        "quiet": refused or _quiet_form(choice),
        "choice": choice,
        "browsers": [_line(each) for each in browsers_of(request.member)],
    }


def _rows(choice: Choice) -> list[KindRow]:
    return [
        KindRow(
            kind,
            label,
            told,
            [Cell(way, WAY_WORDS[way], way in choice.levels.get(kind, ())) for way in WAYS],
        )
        for kind, (label, told) in KIND_WORDS.items()
    ]


def _quiet_form(choice: Choice) -> QuietForm:
    quiet = choice.quiet
    return QuietForm(initial={"start": quiet.start, "end": quiet.end} if quiet else {})


def _line(row: PushSubscription) -> BrowserLine:
    parts = (browser_name(row.browser), platform_name(row.browser))
    name = " · ".join(filter(None, parts)) or _("An unknown browser")
    return BrowserLine(row, name, "phone-app" if is_phone(row.browser) else "desktop")


@require_POST
@member_with(SIGNED_IN)
def ways(request: MemberRequest) -> HttpResponse:
    """The whole table: a box that is not ticked is not sent."""
    chosen = {kind: request.POST.getlist(kind) for kind in KINDS if f"has-{kind}" in request.POST}
    choose_ways(request.member, chosen)
    return redirect(PLACE)


@require_POST
@member_with(SIGNED_IN)
def preset(request: MemberRequest) -> HttpResponse:
    choose_preset(request.member, request.POST.get("preset", ""))
    return redirect(PLACE)


@require_POST
@member_with(SIGNED_IN)
def quiet(request: MemberRequest) -> HttpResponse:
    form = QuietForm(request.POST)
    if form.is_valid():
        start, end = form.cleaned_data["start"], form.cleaned_data["end"]
        if attempt(form, lambda: choose_quiet(request.member, start, end) or True):
            return redirect(PLACE)
    context = _context(request, form)
    return render(request, "notifications/settings.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@member_with(SIGNED_IN)
def privacy(request: MemberRequest) -> HttpResponse:
    choose_privacy(request.member, "private" in request.POST)
    return redirect(PLACE)


@require_POST
@member_with(SIGNED_IN)
def add_browser(request: MemberRequest) -> HttpResponse:
    """What the browser's own subscription says; said again with every visit, it stays one."""
    given = request.POST
    subscribe(
        request.member,
        endpoint=given.get("endpoint", ""),
        public_key=given.get("public_key", ""),
        secret=given.get("secret", ""),
        session=this_session(request),
        browser=request.headers.get("User-Agent", ""),
    )
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@member_with(SIGNED_IN)
def leave_browser(request: MemberRequest) -> HttpResponse:
    unsubscribe(request.member, request.POST.get("endpoint", ""))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@member_with(SIGNED_IN)
def drop_browser(request: MemberRequest, subscription_id: str) -> HttpResponse:
    remove_browser(request.member, parse_id(subscription_id))
    return redirect(PLACE)


@require_POST
@member_with(SIGNED_IN)
def push_key(request: MemberRequest) -> HttpResponse:
    """What a browser subscribes with; the first who asks has it made."""
    return JsonResponse({"key": key_pair().public})


NOTIFICATION_SETTINGS = SettingsPage(
    key=PLACE,
    address="notifications",
    view=notification_settings,
    icon="bell",
    label=gettext_lazy("Notifications"),
    words=gettext_lazy("push, sound, desktop, quiet hours, mail, do not disturb"),
    acts=(
        path("settings/notifications/ways", ways, name="choose-notification-ways"),
        path("settings/notifications/preset", preset, name="choose-notification-preset"),
        path("settings/notifications/quiet", quiet, name="choose-quiet-hours"),
        path("settings/notifications/privacy", privacy, name="choose-push-privacy"),
        path("settings/notifications/key", push_key, name="push-key"),
        path("settings/notifications/browsers", add_browser, name="add-push-browser"),
        path("settings/notifications/browsers/leave", leave_browser, name="leave-push-browser"),
        path(
            "settings/notifications/browsers/<str:subscription_id>/remove",
            drop_browser,
            name="remove-push-browser",
        ),
    ),
)
