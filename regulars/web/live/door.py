"""Who opens a stream: the session's member, as the pages know it."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from regulars.web.sign_in.middleware import member_of
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member at a screen and the language the screen is in."""

    actor: Actor
    language: str


def viewer_of_cookie(header: str) -> Viewer | None:
    """The viewer behind a Cookie header; None when nobody is signed in. Asks the database."""
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    request.user = get_user(request)
    member = member_of(request)
    return Viewer(actor_of_member(member), member.user.language) if member else None


def viewer_of_member(member_id: UUID) -> Viewer | None:
    """The viewer as the member is now; None when the member may not come in anymore."""
    member = (
        Member.objects.select_related("user")
        .filter(id=member_id, is_active=True, user__is_active=True)
        .first()
    )
    return Viewer(actor_of_member(member), member.user.language) if member else None
