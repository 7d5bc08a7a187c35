"""A cookie by which a browser that has signed in before is known: guesses of others do not slow it down.

It opens nothing by itself, and outlives signing out (docs/decisions/guessing.md).
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from regulars.kernel.ids import new_secret
from regulars.workspaces.guessing import account_mark

COOKIE = "regulars_device"
SALT = "regulars/device"
AGE = 365 * 24 * 3600


def known_browser(request: HttpRequest, email: str) -> str:
    try:
        name, mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(name) if mark == account_mark(email) else ""


def remember_browser(request: HttpRequest, response: HttpResponse, email: str) -> None:
    if known_browser(request, email):
        return
    value = signing.dumps([new_secret(12), account_mark(email)], salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
