"""A refusal from the rooms (``ProductError``) as people see it: a page, or a toast over what they were doing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    """The page, or for a fragment nothing but a toast: what stands on the screen stays."""
    text = str(problem.detail) or str(problem.title)
    if getattr(request, "htmx", False) or request.headers.get(
        "X-Fragment"
    ):  # may be refused before htmx is asked
        response = HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")
        response["HX-Reswap"] = "none"
        response["X-Refusal"] = problem.code
        response["HX-Trigger"] = toast_header(text, kind="bad")
        return response
    context = {"title": problem.title, "detail": problem.detail, "status": int(problem.status)}
    return render(request, "errors/problem.html", context, status=problem.status)


def told_when(response: HttpResponse, problem: ProductError) -> HttpResponse:
    """The response, saying after how many seconds it may be tried again (RFC 9110, ``Retry-After``)."""
    response["Retry-After"] = str(problem.facts["retry_after"])
    return response


def toast_header(
    text: str, *, kind: str = "", undo_url: str = "", undo_values: dict[str, str] | None = None
) -> str:
    """The value of ``HX-Trigger`` that shows a toast, with one undo when ``undo_url`` is given (ASCII JSON)."""
    return json.dumps(
        {"toast": {"text": text, "kind": kind, "undo_url": undo_url, "undo_values": undo_values or {}}}
    )
