"""The doors: first owner, sign-in, sign-out, invitations, and how a member reads the screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kernel.errors import ProductError
from regulars.web.doors import (
    SIGNED_IN,
    MemberRequest,
    WebRequest,
    member_with,
    public,
    serves_whoever_owes,
)
from regulars.web.problems import told_when
from regulars.web.sign_in.demo import account_for, demo_accounts
from regulars.web.sign_in.devices import known_browser
from regulars.web.sign_in.entering import enter, enter_as, next_of, place_of
from regulars.web.sign_in.forms import AccountForm, OwnerForm, SignInForm
from regulars.web.sign_in.middleware import source_of
from regulars.workspaces.guessing import Guess, TooManyAttempts, guessed_right, take_guess
from regulars.workspaces.models import Member, User
from regulars.workspaces.operations import (
    accept_invitation,
    find_account,
    find_open_invitation,
)
from regulars.workspaces.queries import is_member_somewhere
from regulars.workspaces.setting_up import create_first_owner, is_set_up, is_set_up_secret

COOKIE_AGE = 365 * 24 * 3600


FORM = ["GET", "HEAD", "POST"]
"""a page with a form that is sent to itself"""


@require_http_methods(FORM)
@public
def sign_in(request: WebRequest) -> HttpResponse:
    """On a fresh installation, asks for the first owner instead.

    In the demo ``?as=owner`` (or another role, or an e-mail address) is that person's own door: the page's script
    goes through it.
    """
    accounts = demo_accounts() if settings.DEMO else []
    door = account_for(accounts, request.GET.get("as", ""))
    if request.member and (door is None or door.id == str(request.member.id)):
        return redirect(_next(request))
    if not is_set_up():
        return redirect("set-up")
    form = SignInForm(request.POST or None)
    context = {
        "form": form,
        "next": _next(request),
        "demo_accounts": accounts,
        "door": door,
        "was_changed": "changed" in request.GET,
        "takes_passkeys": place_of(request).takes_passkeys,
    }
    if request.method == "POST" and form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        try:
            user = _judge(request, email, password)
        except TooManyAttempts as problem:
            form.add_error(None, str(problem.detail))
            return told_when(render(request, "sign_in/sign_in.html", context, status=problem.status), problem)
        if user:
            return enter(request, user, _next(request))
        form.add_error(None, _("Wrong e-mail or password."))
    return render(request, "sign_in/sign_in.html", context)


def _judge(request: WebRequest, email: str, password: str) -> User | None:
    """Raises ``TooManyAttempts`` unjudged when it has to wait."""
    guess = _take_guess(request, email)
    user = authenticate(request, username=email.lower(), password=password)
    if not isinstance(user, User) or not is_member_somewhere(user.pk):
        return None
    guessed_right(guess)
    return user


def _take_guess(request: WebRequest, email: str) -> Guess:
    return take_guess(email, source_of(request), known_browser(request, email))


def _next(request: WebRequest) -> str:
    return next_of(request, reverse("home"))


@require_POST
@member_with(SIGNED_IN)
@serves_whoever_owes
def sign_out(request: MemberRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@require_http_methods(FORM)
@public
def set_up(request: WebRequest) -> HttpResponse:
    """For whoever has the address that the start printed. Closed for good once there is somebody."""
    if is_set_up():
        return redirect("sign-in")
    secret = request.POST.get("secret") or request.GET.get("secret") or ""
    if not is_set_up_secret(secret):
        return render(request, "sign_in/set_up_locked.html", {"is_wrong": bool(secret)}, status=403)
    form = OwnerForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        member = _create(form, lambda values: create_first_owner(secret, **values))
        if member:
            return enter_as(request, member, reverse("connections"))
    return render(request, "sign_in/set_up.html", {"form": form, "secret": secret})


@require_http_methods(FORM)
@public
def invitation(request: WebRequest, secret: str) -> HttpResponse:
    """Who has an account already proves it with its password, guessed no faster here."""
    invited = find_open_invitation(secret)
    form = AccountForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    context = {"form": form, "invited": invited}
    if request.method == "POST" and invited and form.is_valid():
        is_known = find_account(invited.email) is not None
        try:
            guess = _take_guess(request, invited.email) if is_known else None
        except TooManyAttempts as problem:
            form.add_error(None, str(problem.detail))
            answer = render(request, "sign_in/invitation.html", context, status=problem.status)
            return told_when(answer, problem)
        member = _create(form, lambda values: accept_invitation(secret, **values))
        if member and guess:
            guessed_right(guess)
        if member:
            return enter_as(request, member, f"{reverse('inbox-view', args=['mine'])}?welcome=1")
    return render(request, "sign_in/invitation.html", context, status=200 if invited else 404)


def _create(form: forms.Form, create: Callable[[dict[str, Any]], Member]) -> Member | None:
    try:
        return create(form.cleaned_data)
    except ProductError as problem:
        named = [name for name in dict(problem.facts.get("fields") or {}) if name in form.fields]  # type: ignore[call-overload]
        form.add_error(named[0] if named else None, str(problem.detail or problem.title))
        return None


@require_POST
@public
def choose_language(request: WebRequest) -> HttpResponse:
    response = redirect(_next(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_AGE, samesite="Lax")
    return response
