"""Your own second factors: an app, passkeys, recovery codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kernel.errors import Invalid, ProductError
from regulars.web.account.browsers import browser_name, platform_name
from regulars.web.addresses import id_in
from regulars.web.administration.answers import attempt
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with, serves_whoever_owes
from regulars.web.intents import keeps_refusals
from regulars.web.problems import told_when
from regulars.web.sign_in.entering import (
    keep_challenge,
    next_of,
    note_second_step,
    place_of,
    recently_proved,
    take_challenge,
)
from regulars.web.sign_in.middleware import this_session
from regulars.workspaces.guessing import TooManyAttempts, guessed_right, take_code_guess
from regulars.workspaces.models import PASSKEY, SecondFactor
from regulars.workspaces.passkeys import WrongPasskey, ask_for_new, read_new
from regulars.workspaces.recovery_codes import codes_left
from regulars.workspaces.sealing import seal_secret, unseal_secret
from regulars.workspaces.second_factors import (
    NAME_LENGTH,
    access_factor,
    add_app,
    add_passkey,
    factors_of,
    new_codes,
    remove_factor,
    rename_factor,
)
from regulars.workspaces.totp import new_totp_secret, totp_address

FORM = ["GET", "HEAD", "POST"]
ADDING = "add"
"""what a new passkey was asked for"""
FEW_CODES = 3


class AppForm(forms.Form):
    """``sealed``: the secret of the page, which the server keeps nowhere until it is used."""

    sealed = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )
    name = forms.CharField(
        label=gettext_lazy("What you call it"),
        help_text=gettext_lazy("So that you know it in the list, such as the name of your phone"),
        max_length=NAME_LENGTH,
        required=False,
    )


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)


def second_factor_context(request: MemberRequest) -> dict[str, Any]:
    """What the account's page says about it."""
    left = codes_left(request.member.user_id)
    factors = list(factors_of(request.member.user_id))
    return {
        "factors": factors,
        "renaming": [_renaming(each) for each in factors],
        "codes_left": left,
        "has_few_codes": left <= FEW_CODES,
        "asked_from": request.member.second_factor_from,
    }


def _renaming(factor: SecondFactor) -> FormDialog:
    return FormDialog.about_one(
        "rename-second-factor",
        factor,
        NameForm(initial={"name": factor.name}),
        title=_("What you call it"),
        submit=_("Save"),
    )


@require_http_methods(FORM)
@member_with(SIGNED_IN)
@serves_whoever_owes
@recently_proved
@keeps_refusals
def add(request: MemberRequest) -> HttpResponse:
    """The page with the QR code, and the form that proves that the app has it."""
    if request.method != "POST":
        secret = new_totp_secret()
        return _page(request, AppForm(initial={"sealed": seal_secret(request.member.user, secret)}), secret)
    form = AppForm(request.POST)
    sealed = unseal_secret(request.member.user, request.POST.get("sealed", ""))
    if sealed is None:
        return redirect(request.get_full_path())
    if not form.is_valid():
        return _page(request, form, sealed)
    try:
        guess = take_code_guess(request.member.user_id)
    except TooManyAttempts as problem:
        form.add_error("code", str(problem.detail))
        return told_when(_page(request, form, sealed, status=problem.status), problem)
    codes = attempt(form, lambda: _add_app(request, form, sealed))
    if codes is None:
        return _page(request, form, sealed)
    guessed_right(guess)
    return _added(request, codes)


def _add_app(request: MemberRequest, form: AppForm, secret: str) -> list[str]:
    return add_app(
        request.member,
        secret,
        form.cleaned_data["code"],
        name=form.cleaned_data["name"],
        by=request.actor,
        stays_in=this_session(request).id,
    )


def _page(
    request: MemberRequest, form: AppForm, secret: str, problem: str = "", status: int = 0
) -> HttpResponse:
    import segno

    member = request.member
    address = totp_address(secret, account=member.user.email, place=member.workspace.name)
    context = {
        "form": form,
        "problem": problem,
        "qr": mark_safe(segno.make(address, error="m").svg_inline(scale=4, light="#fff", svgclass="qr")),  # noqa: S308 - drawn by us
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "plain_secret": secret,
        "next": next_of(request, reverse("account")),
        "asked_from": member.second_factor_from if member.user.second_factor_at is None else None,
        "owes": member.owes_second_factor,
        "takes_passkeys": place_of(request).takes_passkeys,
    }
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or problem else HTTPStatus.OK
    return render(request, "account/add_second_factor.html", context, status=status or wrong)


def _added(request: MemberRequest, codes: list[str]) -> HttpResponse:
    """With the first one the recovery codes, shown this once: the answer is kept nowhere."""
    if not codes:
        return redirect(f"{reverse('account')}?factor=added")
    note_second_step(request)
    return _codes_page(request, codes)


def _codes_page(request: MemberRequest, codes: list[str]) -> HttpResponse:
    context = {
        "codes": codes,
        "all_codes": "\n".join(codes),
        "next": next_of(request, reverse("account")),
    }
    return render(request, "account/recovery_codes.html", context, status=HTTPStatus.CREATED)


@require_POST
@member_with(SIGNED_IN)
@serves_whoever_owes
@recently_proved
@keeps_refusals
def passkey_question(request: MemberRequest) -> HttpResponse:
    user = request.member.user
    known = [(str(each.credential_id), each.rp_id) for each in factors_of(user.id) if each.kind == PASSKEY]
    question = ask_for_new(place_of(request), user_id=user.id, email=user.email, name=user.name, known=known)
    keep_challenge(request, ADDING, question.challenge)
    return HttpResponse(question.options, content_type="application/json")


@require_POST
@member_with(SIGNED_IN)
@serves_whoever_owes
@recently_proved
@keeps_refusals
def add_passkey_view(request: MemberRequest) -> HttpResponse:
    challenge = take_challenge(request, ADDING)
    place = place_of(request)
    try:
        if not challenge:
            raise WrongPasskey("no question was asked")
        made = read_new(request.POST.get("answer", ""), place, challenge)
        codes = add_passkey(
            request.member,
            made,
            place,
            name=_name_of_device(request),
            by=request.actor,
            stays_in=this_session(request).id,
        )
    except WrongPasskey:
        return _passkey_refused(request, _("The passkey could not be added, or it took too long. Try again."))
    except ProductError as problem:
        return _passkey_refused(request, str(problem.detail))
    return _added(request, codes)


def _name_of_device(request: MemberRequest) -> str:
    """What the form says; else this browser, as a name to begin with."""
    given = request.POST.get("name", "").strip()
    agent = request.headers.get("User-Agent", "")
    return (given or " · ".join(filter(None, (browser_name(agent), platform_name(agent)))))[:NAME_LENGTH]


def _passkey_refused(request: MemberRequest, problem: str) -> HttpResponse:
    secret = new_totp_secret()
    form = AppForm(initial={"sealed": seal_secret(request.member.user, secret)})
    return _page(request, form, secret, problem)


@require_POST
@member_with(SIGNED_IN)
def rename(request: MemberRequest, factor_id: str) -> HttpResponse:
    form = NameForm(request.POST)
    factor = access_factor(request.actor, request.member, id_in(factor_id))
    if not form.is_valid():
        raise Invalid(_("A name has 1 to %(limit)s characters") % {"limit": NAME_LENGTH})
    rename_factor(factor, form.cleaned_data["name"])
    return redirect("account")


@require_POST
@member_with(SIGNED_IN)
@recently_proved
def remove(request: MemberRequest, factor_id: str) -> HttpResponse:
    remove_factor(
        request.member, access_factor(request.actor, request.member, id_in(factor_id)), by=request.actor
    )
    return redirect(f"{reverse('account')}?factor=removed")


@require_POST
@member_with(SIGNED_IN)
@recently_proved
@keeps_refusals
def make_codes(request: MemberRequest) -> HttpResponse:
    return _codes_page(request, new_codes(request.member, by=request.actor))


ACTS = (
    path("settings/account/second-factor", add, name="add-second-factor"),
    path("settings/account/second-factor/passkey", add_passkey_view, name="add-passkey"),
    path("settings/account/second-factor/passkey/question", passkey_question, name="new-passkey-question"),
    path("settings/account/second-factor/codes", make_codes, name="new-recovery-codes"),
    path("settings/account/second-factor/<str:factor_id>/name", rename, name="rename-second-factor"),
    path("settings/account/second-factor/<str:factor_id>/removal", remove, name="remove-second-factor"),
)
