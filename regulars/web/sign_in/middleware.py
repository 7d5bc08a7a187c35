"""Who is asking: the member behind the session, in their language and time zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_request

from regulars.web.doors import WebRequest
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member

MEMBER_KEY = "member_id"
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
        language = asking.member.user.language if asking.member else get_language_from_request(request)
        with translation.override(language):
            asking.LANGUAGE_CODE = translation.get_language() or "en"
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", asking.LANGUAGE_CODE)
        return response


def member_of(request: HttpRequest) -> Member | None:
    """The active membership of the session's user: the chosen one, else the oldest."""
    if not request.user.is_authenticated:
        return None
    members = Member.objects.select_related("user", "workspace").filter(
        user_id=request.user.pk, is_active=True
    )
    chosen = request.session.get(MEMBER_KEY)
    if chosen:
        return members.filter(id=chosen).first()
    return members.order_by("created_at").first()
