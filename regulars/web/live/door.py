"""Who opens a stream: the session's member, as the pages know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from regulars.web.sign_in.middleware import member_of, session_of
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.sessions import SessionStore, find_live_session


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member at a screen, the language the screen is in, and the session that it ends with."""

    actor: Actor
    language: str
    session_id: UUID
    expires_at: datetime


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
    request.session = SessionStore(morsel.value)
    request.user = get_user(request)
    member, session = member_of(request), session_of(request)
    if member is None or session is None:
        return None
    return Viewer(actor_of_member(member), member.user.language, session.id, session.expires_at)


def viewer_of_session(session_id: UUID) -> Viewer | None:
    """The viewer as the member is now; None when the session has ended or the member may not come in anymore."""
    session = find_live_session(session_id)
    if session is None or session.member is None:
        return None
    actor = actor_of_member(session.member)
    return Viewer(actor, session.member.user.language, session.id, session.expires_at)
