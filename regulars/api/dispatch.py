"""The way of a request: token, rate, permission, parsing, one function, answer.

A function of ``resources/`` says by its signature what it wants, and the documentation reads the same:

    def get_contact(actor: Actor, contact_id: UUID) -> Contact
    def list_contacts(actor: Actor, query: ContactQuery) -> Page[Contact]
    def create_contact(actor: Actor, body: NewContact) -> Contact
    def change_role(actor: Actor, role_id: UUID, body: RoleChanges, if_match: IfMatch) -> Role
    def upload_media(actor: Actor, form: Upload) -> Media

``actor`` comes first; names of the path come as ids; ``query`` and ``body`` are structs; ``form`` is a class
with ``read(request)`` for what is not JSON. Everything but GET runs in one transaction.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, get_type_hints
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from regulars.api import idempotency
from regulars.api.authentication import Caller, authenticate
from regulars.api.parsing import parse_body, parse_query
from regulars.api.preconditions import check_version, tag_with_version, takes_versions, versions_of
from regulars.api.problems import (
    RETRY_WHEN_UNAVAILABLE_SECONDS,
    InternalError,
    LengthRequired,
    MethodNotAllowed,
    NotJSON,
    TooLarge,
    Unavailable,
    respond_with,
)
from regulars.api.rate_limits import spend_request
from regulars.kernel import intents
from regulars.kernel.encoding import encode
from regulars.kernel.errors import REFUSAL, FormTooLong, NotFound, ProductError
from regulars.kernel.ids import new_id, parse_id, parse_serial
from regulars.workspaces.access import Actor
from regulars.workspaces.sessions import address_in
from regulars.workspaces.sight import looking, sight_of
from regulars.workspaces.trail.collecting import Collector, collected

ANY_TOKEN = "any-token"  # noqa: S105  # no secret: the permission of routes that every valid token may use
ID_TYPES = (UUID, int, str)
"""what names an object in a path: ids, and words that the handler understands"""
LARGEST_BODY = 4 * 1024 * 1024
"""bytes of a JSON body"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """One method of one path, with the permission it asks for and the status of its success."""

    method: str
    path: str
    handler: Callable[..., Any]
    permission: str
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[str, ...] = field(default=())
    """codes beyond those that every route of its shape can answer with"""
    talks_to_provider: bool = False
    """runs outside a transaction: an open one would hold up every reader of the event log meanwhile"""

    def admit(self, actor: Actor) -> None:
        """Raises ``NotAllowed``."""
        if self.permission != ANY_TOKEN:
            actor.require(self.permission)

    @cached_property
    def hints(self) -> Mapping[str, Any]:
        return get_type_hints(self.handler, include_extras=True)

    @cached_property
    def id_names(self) -> tuple[str, ...]:
        return tuple(
            name for name in inspect.signature(self.handler).parameters if self.hints[name] in ID_TYPES
        )


def endpoint(routes: Mapping[str, Route]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # the token is in a header that no browser sends by itself
    def view(request: HttpRequest, **ids: str) -> HttpResponseBase:
        try:
            return _answer(request, routes, ids)
        except ProductError as error:
            return respond_with(error)
        except (OperationalError, InterfaceError):
            return respond_with(
                Unavailable(
                    _("The database is not answering; try again"), retry_after=RETRY_WHEN_UNAVAILABLE_SECONDS
                )
            )
        except (TooManyFieldsSent, TooManyFilesSent):
            return respond_with(FormTooLong())
        except UnreadablePostError:
            return respond_with(NotJSON(_("The body ended too early")))
        except Exception:  # a caller gets a problem, whatever broke; the log gets the rest
            incident = str(new_id())
            log.exception("api request failed", extra={"incident": incident})
            return respond_with(InternalError(_("Tell us the incident's id"), incident=incident))

    view.permission = ", ".join(  # type: ignore[attr-defined]  # read by the page of all routes
        f"{method} {route.permission}" for method, route in routes.items()
    )
    view.methods = tuple(routes)  # type: ignore[attr-defined]  # likewise
    view.tells_refusals = True  # type: ignore[attr-defined]  # read by regulars.web.odd_requests
    return view


@csrf_exempt
def unknown_path(_request: HttpRequest, **_ids: str) -> HttpResponse:
    return respond_with(NotFound(_("There is no such path; see /api/v1/docs")))


def _answer(request: HttpRequest, routes: Mapping[str, Route], ids: Mapping[str, str]) -> HttpResponseBase:
    method = "GET" if request.method == "HEAD" else request.method or ""
    route = routes.get(method)
    if route is None:
        raise MethodNotAllowed(
            _("Use one of %(methods)s") % {"methods": ", ".join(routes)}, allowed=list(routes)
        )
    if refusal := request.META.get(REFUSAL):
        raise refusal
    caller = authenticate(request)
    spend_request(caller.token_id)
    source = address_in(str(request.META.get("REMOTE_ADDR", "")))
    with (
        looking(sight_of(caller.actor)),
        collected(Collector(caller.actor, "rest", source=source, route=f"{method} {route.path}")),
    ):
        return _answer_caller(request, route, routes, ids, caller)


def _answer_caller(
    request: HttpRequest, route: Route, routes: Mapping[str, Route], ids: Mapping[str, str], caller: Caller
) -> HttpResponseBase:
    route.admit(caller.actor)
    arguments = _read_arguments(request, route, ids)
    if route.method == "GET":
        return _to_response(route, routes, route.handler(caller.actor, **arguments))
    deed = _deed(request, route, routes, caller, arguments)
    key = idempotency.key_of(request)
    if key is not None:
        return _answer_once(request, route, caller, key, arguments, deed)
    with nullcontext() if route.talks_to_provider else transaction.atomic():
        return deed()


def _deed(
    request: HttpRequest,
    route: Route,
    routes: Mapping[str, Route],
    caller: Caller,
    arguments: Mapping[str, Any],
) -> Callable[[], HttpResponseBase]:
    """What changes something, and its answer."""
    versions = versions_of(request) if takes_versions(route, routes) else None
    ids = {name: arguments[name] for name in route.id_names}

    def deed() -> HttpResponseBase:
        check_version(route, routes, caller.actor, ids, versions)
        return _to_response(route, routes, route.handler(caller.actor, **arguments))

    return deed


def _answer_once(
    request: HttpRequest,
    route: Route,
    caller: Caller,
    key: str,
    arguments: Mapping[str, Any],
    deed: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    form = arguments.get("form")
    request_hash = idempotency.hash_request(request, form.fingerprint() if form is not None else request.body)
    if route.talks_to_provider:
        # Its effect may be repeated without harm; only the answer is made the same.
        with idempotency.in_the_words_of_http():
            kept = intents.find_answer(caller.token_id, key, request_hash)
        response = None if kept else deed()
    else:
        kept, response = None, None
    with transaction.atomic():
        with idempotency.in_the_words_of_http():
            kept = kept or intents.claim(caller.token_id, key, request_hash)
        if kept is not None:
            return _replay(kept)
        response = response or deed()
        intents.keep(caller.token_id, key, _to_keep(response))
        return response


def _to_keep(response: HttpResponseBase) -> intents.Answer:
    headers = ((name, response[name]) for name in ("Content-Type", "ETag") if name in response)
    content = (
        response.content if isinstance(response, HttpResponse) else b""
    )  # what changes something never streams
    return intents.Answer(response.status_code, content, tuple(headers))


def _replay(kept: intents.Answer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers:
        response[name] = value
    response[idempotency.REPLAYED_HEADER] = "true"
    return response


def _read_arguments(request: HttpRequest, route: Route, ids: Mapping[str, str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name in route.id_names:
        parsed = _PATH_PARSERS[route.hints[name]](ids[name])
        if parsed is None:
            raise NotFound(_("There is no such object"))
        arguments[name] = parsed
    hints = route.hints
    if "body" in hints or "form" in hints:
        _require_length(request)
    if "if_match" in hints:
        arguments["if_match"] = versions_of(request)
    if "query" in hints:
        arguments["query"] = parse_query(request.GET, hints["query"])
    if "body" in hints:
        arguments["body"] = parse_body(_body(request), hints["body"])
    if "form" in hints:
        arguments["form"] = hints["form"].read(request)
    return arguments


_PATH_PARSERS: Mapping[Any, Callable[[str], UUID | int | str | None]] = {
    UUID: parse_id,
    int: parse_serial,
    str: lambda word: word.replace("\x00", "") or None,
}


def _require_length(request: HttpRequest) -> None:
    """WSGI gives no body without its length; better a clear refusal than an empty body."""
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired(_("Chunked bodies are not read"))


def _body(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise _too_large()
    try:
        return request.body
    except RequestDataTooBig as error:
        raise _too_large() from error


def _too_large() -> TooLarge:
    return TooLarge(
        _("A JSON body has at most %(limit)d bytes") % {"limit": LARGEST_BODY}, limit=LARGEST_BODY
    )


def _to_response(route: Route, routes: Mapping[str, Route], result: Any) -> HttpResponseBase:
    return result if isinstance(result, HttpResponseBase) else _encode(route, routes, result)


def _encode(route: Route, routes: Mapping[str, Route], result: Any) -> HttpResponse:
    if result is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    body = encode(result)
    response = HttpResponse(body, status=route.status, content_type="application/json")
    tag_with_version(response, result, routes)
    return response
