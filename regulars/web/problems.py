"""A refusal from the rooms (``ProductError``) as people see it: a page, or a toast over what they were doing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.kernel.errors import ProductError
from regulars.web.doors import WebRequest


class ProblemMiddleware:
    """Catches :class:`ProductError` from any view; the status is the error's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ProductError):
            return problem_response(cast("WebRequest", request), exception)
        return None


def problem_response(request: WebRequest, problem: ProductError) -> HttpResponse:
    """For a fragment nothing but a toast: what stands on the screen stays."""
    detail = "" if "permission" in problem.facts else str(problem.detail)  # its name is for scripts
    if request.headers.get("X-Fragment"):
        text = detail or f"{problem.title}. {problem.advice}".strip()
        response = HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")
        response["X-Refusal"] = problem.code
        response["X-Toast"] = toast_header(text, kind="bad")
        return response
    context = {
        "title": problem.title,
        "detail": detail,
        "advice": problem.advice,
        "status": int(problem.status),
        "way_back": _way_back(request),
    }
    return render(request, "errors/problem.html", context, status=problem.status)


def _way_back(request: WebRequest) -> str:
    came_from = request.headers.get("Referer", "")
    try:
        is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
    except DisallowedHost:  # an odd Host is a reason for a refusal, and this draws refusals
        return ""
    return came_from if request.method == "POST" and is_ours else ""


def told_when(response: HttpResponse, problem: ProductError) -> HttpResponse:
    """RFC 9110, ``Retry-After``, in seconds."""
    response["Retry-After"] = str(problem.facts["retry_after"])
    return response


def toast_header(
    text: str, *, kind: str = "", undo_url: str = "", undo_values: dict[str, str] | None = None
) -> str:
    """The value of ``X-Toast`` (ASCII JSON), with one undo when ``undo_url`` is given."""
    return json.dumps({"text": text, "kind": kind, "undo_url": undo_url, "undo_values": undo_values or {}})
