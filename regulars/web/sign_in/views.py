"""The doors: first owner, sign-in, sign-out, invitations, and how a member reads the screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kernel.crypto import fingerprint
from regulars.kernel.errors import ProductError
from regulars.web.context import DENSITIES
from regulars.web.doors import SIGNED_IN, MemberRequest, WebRequest, member_with, public
from regulars.web.sign_in.demo import demo_accounts
from regulars.web.sign_in.forms import AccountForm, OwnerForm, SignInForm, time_zones
from regulars.web.sign_in.middleware import MEMBER_KEY
from regulars.workspaces.guessing import TooManyAttempts, check_attempts, forget_attempts, note_failed_attempt
from regulars.workspaces.models import Invitation, Member, User
from regulars.workspaces.operations import accept_invitation, create_owner

COOKIE_AGE = 365 * 24 * 3600
THEMES = ("system", "light", "dark")


@public
def sign_in(request: WebRequest) -> HttpResponse:
    """Ask who it is; on a fresh installation, ask for the first owner instead."""
    if request.member:
        return redirect(_next(request))
    if not User.objects.exists():
        return redirect("set-up")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = _try_to_enter(request, form.cleaned_data["email"], form.cleaned_data["password"])
        if not problem:
            return redirect(_next(request))
        form.add_error(None, problem)
    context = {
        "form": form,
        "next": _next(request),
        "demo_accounts": demo_accounts() if settings.DEMO else [],
    }
    return render(request, "sign_in/sign_in.html", context)


def _try_to_enter(request: WebRequest, email: str, password: str) -> str:
    """Sign in; returns what to tell when that does not work. Guessing is slowed down."""
    source = request.META.get("REMOTE_ADDR", "")
    try:
        check_attempts(email, source)
    except TooManyAttempts as problem:
        return str(problem.detail)
    user = authenticate(request, username=email.lower(), password=password)
    if user is None or not Member.objects.filter(user_id=user.pk, is_active=True).exists():
        note_failed_attempt(email, source)
        return _("E-mail and password do not belong together.")
    forget_attempts(email)
    login(request, user)
    return ""


def _next(request: WebRequest) -> str:
    """Where to go afterwards; only ever an address of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("home")


@require_POST
@member_with(SIGNED_IN)
def sign_out(request: MemberRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@public
def set_up(request: WebRequest) -> HttpResponse:
    """The first owner's account and workspace; closed for good once there is one."""
    if User.objects.exists():
        return redirect("sign-in")
    form = OwnerForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        member = _create(form, lambda values: create_owner(**values))
        if member:
            return _enter(request, member, reverse("connections"))
    return render(request, "sign_in/set_up.html", {"form": form})


@public
def invitation(request: WebRequest, secret: str) -> HttpResponse:
    """The invited person's door."""
    invited = (
        Invitation.objects.select_related("workspace").filter(token_fingerprint=fingerprint(secret)).first()
    )
    form = AccountForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        member = _create(form, lambda values: accept_invitation(secret, **values))
        if member:
            return _enter(request, member, reverse("home"))
    context = {"form": form, "invited": invited, "is_open": bool(invited and not invited.accepted_at)}
    return render(request, "sign_in/invitation.html", context, status=200 if invited else 404)


def _create(form: forms.Form, create: Any) -> Member | None:
    """Run the operation; what it refuses is shown at the field that it names."""
    try:
        made: Member = create(form.cleaned_data)
    except ProductError as problem:
        named = [name for name in dict(problem.facts.get("fields") or {}) if name in form.fields]  # type: ignore[call-overload]
        form.add_error(named[0] if named else None, str(problem.detail or problem.title))
        return None
    return made


def _enter(request: WebRequest, member: Member, url: str) -> HttpResponse:
    login(request, member.user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[MEMBER_KEY] = str(member.id)
    return HttpResponseRedirect(url)


@require_POST
@public
def choose_language(request: WebRequest) -> HttpResponse:
    """The language of the doors, kept in a cookie until somebody is signed in."""
    response = redirect(_next(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_AGE, samesite="Lax")
    return response


@require_POST
@member_with(SIGNED_IN)
def preferences(request: MemberRequest) -> HttpResponse:
    """Theme, language and time zone belong to the person, density to the browser."""
    user = request.member.user
    if request.POST.get("theme") in THEMES:
        user.theme = request.POST["theme"]
    if request.POST.get("language") in dict(settings.LANGUAGES):
        user.language = request.POST["language"]
    if request.POST.get("time_zone") in dict(time_zones()):
        user.time_zone = request.POST["time_zone"]
    user.save(update_fields=["theme", "language", "time_zone"])
    response = redirect(_back(request))
    if request.POST.get("density") in DENSITIES:
        response.set_cookie("regulars_density", request.POST["density"], max_age=COOKIE_AGE, samesite="Lax")
    return response


def _back(request: MemberRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else reverse("home")
