"""Who opens a stream: the session's member, as the pages know it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from regulars.web.sign_in.middleware import member_of, session_of
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.sessions import SessionStore, find_live_sessions


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member at a screen, the language the screen is in, and the session that it ends with."""

    actor: Actor
    language: str
    session_id: UUID
    expires_at: datetime


def viewer_of_cookie(header: str) -> Viewer | None:
    """None when nobody is signed in. Asks the database.

    Read as pages read it: Python's own reader gives all cookies up for an odd one of somebody else on the same host.
    """
    key = parse_cookie(header).get(settings.SESSION_COOKIE_NAME)
    if key is None:
        return None
    request = HttpRequest()
    request.session = SessionStore(key)
    request.user = get_user(request)
    member, session = member_of(request), session_of(request)
    if member is None or session is None or member.owes_second_factor:
        return None
    return Viewer(actor_of_member(member), member.user.language, session.id, session.expires_at)


def viewers_of_sessions(session_ids: Collection[UUID]) -> dict[UUID, Viewer]:
    return {
        session.id: Viewer(
            actor_of_member(session.member), session.member.user.language, session.id, session.expires_at
        )
        for session in find_live_sessions(session_ids)
        if session.member is not None and not session.member.owes_second_factor
    }
