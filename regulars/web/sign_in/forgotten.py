"""A forgotten password: asked for by anybody, and set anew by whoever holds the link."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from regulars.kernel.errors import Invalid, NotFound
from regulars.mail.access import can_anybody_send
from regulars.web.doors import WebRequest, public
from regulars.web.problems import told_when
from regulars.web.sign_in.forms import ForgottenForm, NewPasswordForm
from regulars.web.sign_in.middleware import source_of
from regulars.workspaces.guessing import TooManyAttempts
from regulars.workspaces.resetting import ask_for_reset, find_open_reset, reset_password

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@public
def forgotten(request: WebRequest) -> HttpResponse:
    """Says and does the same whether or not anybody has the address."""
    sends_mail = can_anybody_send()
    form = ForgottenForm(request.POST or None)
    context = {"form": form, "sends_mail": sends_mail}
    if request.method == "POST" and sends_mail and form.is_valid():
        try:
            ask_for_reset(form.cleaned_data["email"], source_of(request))
        except TooManyAttempts as problem:
            form.add_error(None, str(problem.detail))
            answer = render(request, "sign_in/forgotten.html", context, status=problem.status)
            return told_when(answer, problem)
        return redirect(f"{reverse('forgotten-password')}?asked")
    context["was_asked"] = "asked" in request.GET
    return render(request, "sign_in/forgotten.html", context)


@require_http_methods(FORM)
@public
def new_password(request: WebRequest, secret: str) -> HttpResponse:
    """Looking uses nothing up: mail programs open links before people do."""
    reset = find_open_reset(secret)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and reset and form.is_valid():
        try:
            reset_password(secret, form.cleaned_data["password"])
        except Invalid as problem:
            form.add_error("password", str(problem.detail))
        except NotFound:
            reset = None
        else:
            request.session.flush()
            return redirect(f"{reverse('sign-in')}?changed")
    context = {"form": form, "account": reset.user if reset else None}
    return render(request, "sign_in/new_password.html", context, status=200 if reset else 404)
