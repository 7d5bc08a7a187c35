"""Where people are signed in: the store behind the cookie, the list, and how a session ends.

Django's own store keeps the keys as they are: who reads the table is signed in as everybody. This one keeps a
fingerprint of each key beside who, where and since when (docs/decisions/sessions.md).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.events import record_all
from regulars.workspaces.events import SessionEnded
from regulars.workspaces.models import AuditEntry, BrowserSession, Member
from regulars.workspaces.trail.acts import SIGN_IN, SIGNED_IN

MEMBER_KEY = "member_id"
"""the membership that was chosen at sign-in, where it is not the oldest"""
SECOND_STEP_KEY = "second_step_at"
"""when the second factor was passed: without it a session of somebody who has one opens nothing"""
LAST_SEEN_IS_NOTED_EVERY = timedelta(minutes=1)
BROWSER_LENGTH = 300


class SessionStore(SessionBase):
    """``SESSION_ENGINE``: sessions in the database, found by a fingerprint of their key.

    ``row`` is the session's row once it was read or written.
    """

    row: BrowserSession | None = None

    def load(self) -> dict[str, Any]:
        self.row = _of_key(self.session_key or "").filter(expires_at__gt=clock.now()).first()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.data)

    def exists(self, session_key: str) -> bool:
        return _of_key(session_key).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # Django's, which its stubs leave out
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """A session that was ended meanwhile stays ended (``UpdateError``)."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # Django's, which its stubs leave out
        values = self._values(data)
        if must_create:
            self._insert(values)
        elif not _of_key(self.session_key).update(**values):
            raise UpdateError

    def _values(self, data: dict[str, Any]) -> dict[str, Any]:
        user_id = data.get(SESSION_KEY)
        return {
            "data": self.encode(data),
            "user_id": user_id,
            "member_id": data.get(MEMBER_KEY) or _oldest_membership(user_id),
            "expires_at": self.get_expiry_date(),
        }

    def _insert(self, values: dict[str, Any]) -> None:
        mark = fingerprint(str(self.session_key))
        try:
            with transaction.atomic():
                self.row = BrowserSession.objects.create(key_fingerprint=mark, **values)
        except IntegrityError as error:
            raise CreateError from error

    def cycle_key(self) -> None:
        """Another key for the same session: its row, and the streams that are open in it, go on."""
        old, data = self.session_key, self._get_session()  # type: ignore[attr-defined]  # Django's, which its stubs leave out
        new = self._get_new_session_key()  # type: ignore[attr-defined]  # Django's, which its stubs leave out
        if old and _of_key(old).update(key_fingerprint=fingerprint(new)):
            self._session_key = new
            self.modified = True
        else:
            self.create()
            self._session_cache = data

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            end_sessions(_of_key(key))

    @classmethod
    def clear_expired(cls) -> None:
        BrowserSession.objects.filter(expires_at__lt=clock.now()).delete()


def _of_key(key: str) -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(key_fingerprint=fingerprint(key))


def _oldest_membership(user_id: str | None) -> UUID | None:
    if not user_id:
        return None
    members = Member.objects.filter(user_id=user_id, is_active=True).order_by("created_at")
    return members.values_list("id", flat=True).first()


def sessions_of(user_id: UUID) -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(user_id=user_id, expires_at__gt=clock.now()).order_by(
        "-last_seen_at", "-id"
    )


def find_live_sessions(session_ids: Collection[UUID]) -> QuerySet[BrowserSession]:
    live = BrowserSession.objects.select_related("member__user", "member__role", "member__workspace").filter(
        id__in=session_ids,
        expires_at__gt=clock.now(),
        member__is_active=True,
        member__user__is_active=True,
    )
    return live.prefetch_related("member__teams")


def member_behind(session: BrowserSession, user_id: UUID | None) -> Member | None:
    if session.member_id is None:
        return None
    members = Member.objects.filter(id=session.member_id, is_active=True)
    member = members.select_related("user", "workspace", "role").first()
    return member if member and member.user_id == user_id else None


def member_of_user(user_id: UUID, chosen: UUID | None) -> Member | None:
    """Whom a session of theirs stands for; ``chosen``: the membership, where it is not the oldest."""
    members = Member.objects.filter(user_id=user_id, is_active=True).select_related(
        "user", "workspace", "role"
    )
    own = members.filter(id=chosen) if chosen else members.order_by("created_at")
    return own.first()


def note_sign_in(member: Member, source: str) -> None:
    """In the audit trail."""
    AuditEntry.objects.create(
        workspace_id=member.workspace_id,
        actor_kind="member",
        actor_id=member.id,
        actor_name=str(member.user),
        act=SIGN_IN,
        verb=SIGNED_IN,
        face="screen",
        source=address_in(source),
        object_kind="member",
        object_id=str(member.id),
    )


@transaction.atomic
def end_sessions(sessions: QuerySet[BrowserSession]) -> int:
    ended = list(sessions.select_related("member").select_for_update(of=("self",)))
    BrowserSession.objects.filter(id__in=[session.id for session in ended]).delete()
    record_all(
        SessionEnded(session.member.workspace_id, session.id, session.member.id)
        for session in ended
        if session.member
    )
    return len(ended)


def note_use(session: BrowserSession, *, source: str, browser: str) -> None:
    BrowserSession.objects.filter(id=session.id).update(
        last_seen_at=clock.now(), source=address_in(source), browser=browser[:BROWSER_LENGTH]
    )


def is_use_to_be_noted(session: BrowserSession) -> bool:
    """At most once a minute: looking must not cost a write each time."""
    return session.last_seen_at <= clock.now() - LAST_SEEN_IS_NOTED_EVERY


def address_in(source: str) -> str | None:
    try:
        return str(ip_address(source))
    except ValueError:
        return None
