"""The scripts' strings in one language, as a script of our own origin (the content policy allows no inline one)."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from regulars.web.doors import WebRequest, public

_catalog = JavaScriptCatalog.as_view()


@require_safe
@public
def strings(request: WebRequest, language: str) -> HttpResponseBase:
    with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
        return _catalog(request)


@cache
def strings_version(language: str) -> str:
    """In the address of ``strings``, it makes browsers fetch changed words at once."""
    with translation.override(language):
        return sha256(JavaScriptCatalog().get(HttpRequest()).content).hexdigest()[:12]
