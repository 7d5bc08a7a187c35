"""Forms that come twice: a double click, an answer that got lost, the same page in two tabs.

Every form that changes something carries ``id``, drawn with the page (``{% intent %}``) or by the script that
sends it. A repetition is answered as the first time, and has no effect (``kernel.intents``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from regulars.kernel import intents
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id

FIELD = "id"
REPEATED_HEADER = "X-Repeated"
"""says that an answer was given before, and that nothing happened now"""
_NOT_SAID = {FIELD, "csrfmiddlewaretoken"}
_KEPT_HEADERS = {"Content-Type", "Location"}
_OURS = "X-"
"""begins the headers that tell a page's script what to do; a repetition tells it the same"""
_COOKIE = "Set-Cookie"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def talks_to_provider(view: View) -> View:
    """Marks a view that runs outside a transaction: an open one would hold up every reader of the event log.

    Its effect may be repeated without harm; only the answer is made the same.
    """
    view.talks_to_provider = True  # type: ignore[attr-defined]  # read by ``answer_once``
    return view


def keeps_refusals(view: View) -> View:
    """Marks a view whose refusal writes something that must stay, such as a wrong guess of a password.

    It is not undone and not repeated from memory; done once, its form is refused by itself.
    """
    view.keeps_refusals = True  # type: ignore[attr-defined]  # read by ``answer_once``
    return view


def intent_of(request: HttpRequest) -> UUID | None:
    written = request.POST.get(FIELD, "")
    if not written:
        return None
    intent = parse_id(written)
    if intent is None:
        words = _("This form is out of date. Nothing was changed; reload the page and try again.")
        raise Invalid(words, fields={FIELD: "a UUID"})
    return intent


def answer_once(
    owner_id: UUID,
    request: HttpRequest,
    view: Callable[..., HttpResponseBase],
    answer: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    intent = intent_of(request)
    if intent is None or getattr(view, "keeps_refusals", False):
        return answer()
    asked = _hash(request)
    early: HttpResponseBase | None = None
    if getattr(view, "talks_to_provider", False):
        if kept := intents.find_answer(owner_id, str(intent), asked):
            return _repeat(kept)
        early = answer()
    with transaction.atomic():
        if kept := intents.claim(owner_id, str(intent), asked):
            return _repeat(kept)
        response = early or answer()
        if response.status_code >= HTTPStatus.BAD_REQUEST or not isinstance(response, HttpResponse):
            transaction.set_rollback(True)
        else:
            intents.keep(owner_id, str(intent), _to_keep(response))
        return response


def _hash(request: HttpRequest) -> str:
    """What makes two forms the same one: where they go, what they say, and the bytes of their files."""
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(set(request.POST) - _NOT_SAID):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.content_type)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _to_keep(response: HttpResponse) -> intents.Answer:
    headers = [
        (name, value) for name, value in response.items() if name in _KEPT_HEADERS or name.startswith(_OURS)
    ]
    headers += [(_COOKIE, morsel.OutputString()) for morsel in response.cookies.values()]
    return intents.Answer(response.status_code, response.content, tuple(headers))


def _repeat(kept: intents.Answer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers:
        if name == _COOKIE:
            response.cookies.update(SimpleCookie(value))
        else:
            response[name] = value
    response[REPEATED_HEADER] = "true"
    return response
