"""What no browser sends: refused in one place, before a view takes it for something else.

Pages show the refusal themselves; REST (``tells_refusals``) answers it as a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from regulars.kernel.errors import REFUSAL, FormTooLong, Invalid, ProductError
from regulars.web.doors import WebRequest
from regulars.web.problems import problem_response


class OddRequestMiddleware:
    """Comes before everybody who reads cookies, queries or forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, named: dict[str, Any]
    ) -> HttpResponse | None:
        """Before the check for CSRF, which would find no token in a body that was not read."""
        if hasattr(view, "tells_refusals"):
            return None
        refusal = request.META.get(REFUSAL)
        if refusal is None and any("\x00" in str(value) for value in named.values()):
            refusal = _no_text("path")
        return problem_response(cast("WebRequest", request), refusal) if refusal else None


class OddTextMiddleware:
    """Comes after the check for CSRF, which has read the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _named: Any
    ) -> HttpResponse | None:
        """U+0000 cannot be stored or sent; better refused than silently taken away."""
        if hasattr(view, "tells_refusals"):
            return None
        for name, values in (*_lists(request.GET), *_lists(request.POST)):
            if any("\x00" in str(value) for value in (name, *values)):
                return problem_response(cast("WebRequest", request), _no_text(str(name)))
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``: what Django finds suspicious. Of what people can meet that is a form that is too long."""
    is_long = type(exception).__name__.startswith("TooMany")
    problem = FormTooLong() if is_long else ProductError(_("The request cannot be read"))
    return problem_response(cast("WebRequest", request), problem)


def _no_text(name: str) -> ProductError:
    shown = name.replace("\x00", "")
    return Invalid(
        _("%(field)s contains a character that is not text") % {"field": shown},
        fields={shown: "text without U+0000"},
    )


def _lists(values: QueryDict) -> Iterable[tuple[str, list[Any]]]:
    return cast("Iterable[tuple[str, list[Any]]]", values.lists())
