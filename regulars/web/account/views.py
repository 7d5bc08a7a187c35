"""Your account: another password, and where you are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.errors import Invalid, NotFound
from regulars.web.account.browsers import browser_name, is_phone, platform_name
from regulars.web.account.forms import PasswordForm
from regulars.web.account.second_factors import ACTS as SECOND_FACTOR_ACTS
from regulars.web.account.second_factors import second_factor_context
from regulars.web.addresses import id_in
from regulars.web.administration.answers import attempt
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.intents import keeps_refusals
from regulars.web.problems import told_when
from regulars.web.settings.page import SettingsPage
from regulars.web.sign_in.devices import known_browser
from regulars.web.sign_in.middleware import source_of, this_session
from regulars.workspaces.guessing import Guess, TooManyAttempts, guessed_right, take_guess
from regulars.workspaces.models import BrowserSession
from regulars.workspaces.passwords import change_password
from regulars.workspaces.sessions import end_sessions, sessions_of


@dataclass(frozen=True, slots=True)
class SessionLine:
    session: BrowserSession
    name: str
    icon: str
    is_this: bool


@require_safe
@member_with(SIGNED_IN)
def account(request: MemberRequest) -> HttpResponse:
    return render(request, "account/account.html", _context(request))


def _context(request: MemberRequest, **more: Any) -> dict[str, Any]:
    lines = [_line(each, request) for each in sessions_of(request.member.user_id)]
    return {
        "form": PasswordForm(),
        "sessions": sorted(lines, key=lambda line: not line.is_this),
        "was_changed": "changed" in request.GET,
        "factor_told": request.GET.get("factor", ""),
        **second_factor_context(request),
        **more,
    }


def _line(session: BrowserSession, request: MemberRequest) -> SessionLine:
    parts = (browser_name(session.browser), platform_name(session.browser))
    name = " · ".join(filter(None, parts)) or _("An unknown browser")
    icon = "phone-app" if is_phone(session.browser) else "desktop"
    return SessionLine(session, name, icon, session == this_session(request))


@require_POST
@member_with(SIGNED_IN)
@keeps_refusals
def password(request: MemberRequest) -> HttpResponse:
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    user = request.member.user
    try:
        guess = take_guess(user.email, source_of(request), known_browser(request, user.email))
    except TooManyAttempts as problem:
        form.add_error("password", str(problem.detail))
        return told_when(_refused(request, form, problem.status), problem)
    if attempt(form, lambda: _change(request, form.cleaned_data, guess)):
        return redirect(f"{request.path.removesuffix('/password')}?changed")
    return _refused(request, form)


def _refused(
    request: MemberRequest, form: PasswordForm, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> HttpResponse:
    return render(request, "account/account.html", _context(request, form=form), status=status)


def _change(request: MemberRequest, given: dict[str, str], guess: Guess) -> bool:
    user = request.member.user
    if not user.check_password(given["password"]):
        raise Invalid(_("This is not your password"), fields={"password": ""})
    guessed_right(guess)
    about = [user.email, user.name, request.member.workspace.name]
    try:
        change_password(user, given["new_password"], about=about, in_session=this_session(request).id)
    except Invalid as problem:
        raise Invalid(problem.detail, fields={"new_password": ""}) from problem
    user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, user)
    return True


@require_POST
@member_with(SIGNED_IN)
def end_session(request: MemberRequest, session_id: str) -> HttpResponse:
    if not end_sessions(sessions_of(request.member.user_id).filter(id=id_in(session_id))):
        raise NotFound(_("This browser is signed out already"))
    return redirect("account")


@require_POST
@member_with(SIGNED_IN)
def end_others(request: MemberRequest) -> HttpResponse:
    end_sessions(sessions_of(request.member.user_id).exclude(id=this_session(request).id))
    return redirect("account")


ACCOUNT = SettingsPage(
    key="account",
    address="account",
    view=account,
    icon="account",
    label=gettext_lazy("Your account"),
    words=gettext_lazy("password, second factor, passkeys, browsers, where you are signed in"),
    acts=(
        path("settings/account/password", password, name="change-password"),
        path("settings/account/sessions/others/end", end_others, name="end-other-sessions"),
        path("settings/account/sessions/<str:session_id>/end", end_session, name="end-session"),
        *SECOND_FACTOR_ACTS,
    ),
)
