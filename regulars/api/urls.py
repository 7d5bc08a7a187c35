"""The paths of ``/api/v1``, made from the table of routes; whatever is not there gets a problem, too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_http_methods

from regulars.api.dispatch import endpoint, unknown_path
from regulars.api.documents import docs_page, docs_style, openapi_document
from regulars.api.routes import BY_PATH


def _patterns() -> list[URLPattern]:
    return [
        path(each.lstrip("/").replace("{", "<str:").replace("}", ">"), endpoint(routes))
        for each, routes in BY_PATH.items()
    ]


def _public(view: Callable[..., HttpResponse], *methods: str) -> Callable[..., HttpResponse]:
    """Read by the page of all routes."""
    asked = require_http_methods(list(methods))(view) if methods else view
    asked.permission = "public"  # type: ignore[attr-defined]
    asked.methods = methods or ("ANY",)  # type: ignore[attr-defined]
    return asked


urlpatterns: list[URLPattern] = [
    *_patterns(),
    path("openapi.json", _public(openapi_document, "GET", "HEAD")),
    path("docs", _public(docs_page, "GET", "HEAD"), name="api-docs"),
    path("docs.css", _public(docs_style, "GET", "HEAD")),
    re_path(r"^.*$", _public(unknown_path)),
]
