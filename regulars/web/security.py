"""What protects pages: a strict content policy (nothing inline, nothing from elsewhere), and that no answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse


def content_policy(frame_origin: str = "") -> str:
    """``frame_origin`` may be shown in a frame (the simulated phone of the demo)."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"frame-src {frame_origin or chr(39) + 'none' + chr(39)}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class ContentSecurityPolicyMiddleware:
    """Adds the policy to every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = content_policy(_phone_origin(request))
        return response


class FreshPagesMiddleware:
    """Nobody keeps an answer that does not allow it: going back asks anew, and who signs in next finds nobody else's
    words. Pieces of pages are asked for at the page's own address, so no cache may answer one with the other.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


def phone_url(request: HttpRequest) -> str:
    """Seen from this browser; empty outside the demo.

    The sandbox listens on a port of its own on the machine that the browser already talks to.
    """
    if not (settings.DEMO and settings.SANDBOX_URL):
        return ""
    sandbox = urlsplit(settings.SANDBOX_URL)
    host = (
        request.get_host().rsplit(":", 1)[0]
        if sandbox.hostname in {"127.0.0.1", "localhost"}
        else sandbox.hostname
    )
    return (
        f"{sandbox.scheme}://{host}:{sandbox.port}/phones"
        if sandbox.port
        else f"{sandbox.scheme}://{host}/phones"
    )


def _phone_origin(request: HttpRequest) -> str:
    try:
        return phone_url(request).removesuffix("/phones")
    except DisallowedHost:  # an odd Host is refused already, and the refusal needs a policy, too
        return ""
