"""What the administration's forms have in common: an operation's refusal shown at the field that it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from regulars.kernel.errors import ProductError
from regulars.web.doors import MemberRequest
from regulars.web.problems import toast_header

T = TypeVar("T")


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except ProductError as problem:
        fields = problem.facts.get("fields")
        named = [name for name in fields if name in form.fields] if isinstance(fields, dict) else []
        form.add_error(named[0] if named else None, str(problem.detail or problem.title))
        return None


def done(request: MemberRequest, text: str, page: str) -> HttpResponse:
    """Says what happened: by a toast for the script, else after the redirect."""
    if request.headers.get("X-Fragment"):
        response = HttpResponse(status=204)
        response["X-Toast"] = toast_header(text)
        response["X-Reload"] = "1"
        return response
    return HttpResponseRedirect(reverse(page))
