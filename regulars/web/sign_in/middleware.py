"""Who is asking: the member behind the session, in their language and time zone."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_request

from regulars.web.doors import WebRequest
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import BrowserSession, Member
from regulars.workspaces.sessions import (
    SECOND_STEP_KEY,
    SessionStore,
    address_in,
    is_use_to_be_noted,
    member_behind,
    note_use,
)
from regulars.workspaces.sight import looking, sight_of
from regulars.workspaces.trail.collecting import Collector, collected, current_collector

ASKED_BY_MACHINES = frozenset({"/readyz", "/metrics"})
"""nobody is signed in there, whatever cookie comes along: they must answer when the database does not"""


class MemberMiddleware:
    """Sets ``request.member`` and ``request.actor`` and speaks the member's language.

    Read anew on each request, so a change of role or a removal counts at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asking = cast("WebRequest", request)
        asking.member = None if request.path in ASKED_BY_MACHINES else member_of(request)
        asking.actor = actor_of_member(asking.member) if asking.member else None
        if asking.member and is_use_to_be_noted(this_session(request)):
            note_browser(request)
        language = asking.member.user.language if asking.member else get_language_from_request(request)
        with translation.override(language):
            asking.LANGUAGE_CODE = translation.get_language() or "en"
            response = self._answer(asking)
            response.headers.setdefault("Content-Language", asking.LANGUAGE_CODE)
        return response

    def _answer(self, request: WebRequest) -> HttpResponse:
        """What a member looks at and changes is noted in the audit trail."""
        if request.actor is None:
            return self.get_response(request)
        source = address_in(source_of(request))
        with (
            looking(sight_of(request.actor)),
            collected(Collector(request.actor, "screen", source=source)) as collector,
        ):
            response = self.get_response(request)
            if not _shows_something(response):
                collector.forget_looks()
            return response

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Which page it is is known only now."""
        collector = current_collector()
        if collector is not None and request.resolver_match:
            collector.route = request.resolver_match.url_name or ""


def _shows_something(response: HttpResponse) -> bool:
    """A beat of presence, a kept draft, a refusal: what was looked up for it was not looked at."""
    is_refused = response.status_code >= HTTPStatus.BAD_REQUEST
    return not is_refused and (response.streaming or bool(response.content))


def member_of(request: HttpRequest) -> Member | None:
    """None for whoever has a second factor and has not passed it in this session."""
    session = session_of(request) if request.user.is_authenticated else None
    member = member_behind(session, request.user.pk) if session else None
    if member and member.user.second_factor_at and SECOND_STEP_KEY not in request.session:
        return None
    return member


def session_of(request: HttpRequest) -> BrowserSession | None:
    return cast("SessionStore", request.session).row


def this_session(request: HttpRequest) -> BrowserSession:
    session = session_of(request)
    if session is None:
        raise LookupError("a member is always here by a session")
    return session


def note_browser(request: HttpRequest) -> None:
    browser = request.headers.get("User-Agent", "").replace("\x00", "")
    note_use(this_session(request), source=source_of(request), browser=browser)


def source_of(request: HttpRequest) -> str:
    """As the outermost trusted proxy tells it."""
    return str(request.META.get("REMOTE_ADDR", ""))
