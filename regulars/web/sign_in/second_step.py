"""The second step of signing in, signing in with a passkey instead of a password, and proving again who one is."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.web.doors import (
    SIGNED_IN,
    MemberRequest,
    WebRequest,
    member_with,
    public,
    serves_whoever_owes,
)
from regulars.web.intents import keeps_refusals
from regulars.web.problems import told_when
from regulars.web.sign_in.devices import known_browser
from regulars.web.sign_in.entering import (
    CHALLENGE_LASTS,
    PENDING_KEY,
    Pending,
    enter_whole,
    keep_challenge,
    next_of,
    note_proof,
    pending_of,
    place_of,
    take_challenge,
)
from regulars.web.sign_in.forms import CodeForm, ProofForm, SignInForm
from regulars.web.sign_in.middleware import source_of
from regulars.workspaces.guessing import (
    Guess,
    TooManyAttempts,
    guessed_right,
    take_code_guess,
    take_guess,
    take_turn,
)
from regulars.workspaces.models import APP, PASSKEY, User
from regulars.workspaces.passkeys import Question, ask_for_known
from regulars.workspaces.queries import is_member_somewhere
from regulars.workspaces.second_factors import (
    ask_for_passkey,
    factors_of,
    prove_by_code,
    prove_by_passkey,
    user_by_passkey,
)

FORM = ["GET", "HEAD", "POST"]
STEP, ENTRY, PROOF = "step", "entry", "proof"
"""what a passkey was asked for: its answer is good for nothing else"""
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@require_http_methods(FORM)
@public
def second_step(request: WebRequest) -> HttpResponse:
    """Only for whoever has just given the right password."""
    pending = pending_of(request)
    if pending is None:
        request.session.pop(PENDING_KEY, None)
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return _step_page(request, pending, form)
    if answer := request.POST.get("answer", ""):
        challenge = take_challenge(request, STEP)
        if challenge and prove_by_passkey(pending.user, answer, place_of(request), challenge):
            return enter_whole(request, pending.user, pending.next)
        return _step_page(request, pending, CodeForm(), _wrong_passkey())
    if not form.is_valid():
        return _step_page(request, pending, form)
    try:
        guess = take_code_guess(pending.user.id)
    except TooManyAttempts as problem:
        form.add_error("code", str(problem.detail))
        return told_when(_step_page(request, pending, form, status=problem.status), problem)
    if prove_by_code(pending.user, form.cleaned_data["code"]):
        guessed_right(guess)
        return enter_whole(request, pending.user, pending.next)
    form.add_error("code", _("This code is wrong, or it was used already. Wait for the next one."))
    return _step_page(request, pending, form)


def _step_page(
    request: WebRequest, pending: Pending, form: CodeForm, problem: str = "", status: int = 0
) -> HttpResponse:
    place = place_of(request)
    factors = list(factors_of(pending.user.id))
    context = {
        "form": form,
        "problem": problem,
        "person": pending.user,
        "has_app": any(each.kind == APP for each in factors),
        "has_passkey": any(each.kind == PASSKEY and each.rp_id == place.host for each in factors),
    }
    wrong = UNPROCESSABLE if form.errors or problem else HTTPStatus.OK
    return render(request, "sign_in/second_step.html", context, status=status or wrong)


def _wrong_passkey() -> str:
    return _("This passkey is not known here, or it took too long. Try again.")


@require_POST
@public
def passkey_question(request: WebRequest) -> HttpResponse:
    """What the browser is to ask a passkey: of whoever is on the second step, else whichever it has for us."""
    pending = pending_of(request)
    place = place_of(request)
    if pending is not None:
        return _asked(request, STEP, ask_for_passkey(pending.user, place))
    take_turn("passkey", source_of(request))
    if not request.user.is_authenticated:
        request.session.set_expiry(int(CHALLENGE_LASTS.total_seconds()))
    return _asked(request, ENTRY, ask_for_known(place, []))


def _asked(request: HttpRequest, purpose: str, question: Question | None) -> HttpResponse:
    if question is None:
        return JsonResponse({}, status=HTTPStatus.NOT_FOUND)
    keep_challenge(request, purpose, question.challenge)
    return HttpResponse(question.options, content_type="application/json")


@require_POST
@public
def enter_by_passkey(request: WebRequest) -> HttpResponse:
    """Both steps at once: the device has asked for a finger, a face or a PIN."""
    challenge = take_challenge(request, ENTRY)
    answer = request.POST.get("answer", "")
    user = user_by_passkey(answer, place_of(request), challenge) if challenge and answer else None
    if user is None or not is_member_somewhere(user.pk):
        context = {
            "form": SignInForm(),
            "next": next_of(request, reverse("home")),
            "problem": _wrong_passkey(),
        }
        return render(request, "sign_in/sign_in.html", context, status=UNPROCESSABLE)
    return enter_whole(request, user, next_of(request, reverse("home")))


@require_http_methods(FORM)
@member_with(SIGNED_IN)
@serves_whoever_owes
@keeps_refusals
def prove_yourself(request: MemberRequest) -> HttpResponse:
    """By the password, or by a passkey: good for ten minutes."""
    user = request.member.user
    form = ProofForm(request.POST or None)
    if request.method != "POST":
        return _proof_page(request, form)
    if answer := request.POST.get("answer", ""):
        challenge = take_challenge(request, PROOF)
        if challenge and prove_by_passkey(user, answer, place_of(request), challenge):
            return _proved(request)
        return _proof_page(request, ProofForm(), _wrong_passkey())
    if not form.is_valid():
        return _proof_page(request, form)
    try:
        guess = take_guess(user.email, source_of(request), known_browser(request, user.email))
    except TooManyAttempts as problem:
        form.add_error("password", str(problem.detail))
        return told_when(_proof_page(request, form, status=problem.status), problem)
    if _is_password(user, form.cleaned_data["password"], guess):
        return _proved(request)
    form.add_error("password", _("This is not your password"))
    return _proof_page(request, form)


def _is_password(user: User, given: str, guess: Guess) -> bool:
    if not user.check_password(given):
        return False
    guessed_right(guess)
    return True


def _proved(request: MemberRequest) -> HttpResponse:
    note_proof(request)
    return redirect(next_of(request, reverse("account")))


def _proof_page(request: MemberRequest, form: ProofForm, problem: str = "", status: int = 0) -> HttpResponse:
    host = place_of(request).host
    own = factors_of(request.member.user_id)
    context = {
        "form": form,
        "problem": problem,
        "next": next_of(request, reverse("account")),
        "has_passkey": any(each.kind == PASSKEY and each.rp_id == host for each in own),
    }
    wrong = UNPROCESSABLE if form.errors or problem else HTTPStatus.OK
    return render(request, "sign_in/proof.html", context, status=status or wrong)


@require_POST
@member_with(SIGNED_IN)
@serves_whoever_owes
@keeps_refusals
def proof_question(request: MemberRequest) -> HttpResponse:
    return _asked(request, PROOF, ask_for_passkey(request.member.user, place_of(request)))
