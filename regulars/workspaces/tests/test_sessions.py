"""Sessions: found by a fingerprint, bound to a membership, ended for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.models import Event
from regulars.workspaces.models import BrowserSession, Member
from regulars.workspaces.sessions import (
    MEMBER_KEY,
    SessionStore,
    end_sessions,
    is_use_to_be_noted,
    note_use,
    sessions_of,
)
from regulars.workspaces.tasks import purge_sessions
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def signed_in(member: Member) -> SessionStore:
    store = SessionStore()
    store[SESSION_KEY] = str(member.user_id)
    store.create()
    return store


def row_of(store: SessionStore) -> BrowserSession:
    assert store.row
    return store.row


def ended() -> list[str]:
    return [row.body["session_id"] for row in Event.objects.filter(kind="SessionEnded").order_by("id")]


def test_the_table_does_not_hold_the_key(cast: Cast):
    store = signed_in(cast.agent)
    row = BrowserSession.objects.get()
    assert (row.key_fingerprint, row.member, row.user) == (
        fingerprint(str(store.session_key)),
        cast.agent,
        cast.agent.user,
    )
    assert str(store.session_key) not in str(BrowserSession.objects.values().get())
    assert SessionStore(store.session_key)[SESSION_KEY] == str(cast.agent.user_id)
    for wrong in (row.key_fingerprint, "x" * 32, "", None):
        assert SessionStore(wrong).get(SESSION_KEY) is None


def test_another_key_is_the_same_session(cast: Cast):
    store = signed_in(cast.agent)
    before, row = store.session_key, store.row
    store.cycle_key()
    store.save()
    assert (SessionStore(before).get(SESSION_KEY), ended()) == (None, [])
    again = SessionStore(store.session_key)
    assert (again[SESSION_KEY], again.row) == (str(cast.agent.user_id), row)


def test_a_membership_that_was_chosen_counts(cast: Cast):
    store = signed_in(cast.agent)
    store[MEMBER_KEY] = str(cast.mate.id)
    store.save()
    assert BrowserSession.objects.get().member == cast.mate


def test_an_ended_session_is_told_and_not_written_again(cast: Cast):
    store, other = signed_in(cast.agent), signed_in(cast.agent)
    assert end_sessions(sessions_of(cast.agent.user_id).filter(id=row_of(store).id)) == 1
    assert ended() == [str(row_of(store).id)]
    store["more"] = "data"
    with pytest.raises(UpdateError):
        store.save()
    other.flush()
    assert (ended(), BrowserSession.objects.count()) == ([str(row_of(store).id), str(row_of(other).id)], 0)


def test_a_session_runs_out_and_is_cleared_away(cast: Cast):
    store = signed_in(cast.agent)
    BrowserSession.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert SessionStore(store.session_key).get(SESSION_KEY) is None
    assert list(sessions_of(cast.agent.user_id)) == []
    purge_sessions()
    assert BrowserSession.objects.count() == 0


def test_use_is_noted_once_a_minute(cast: Cast):
    row = row_of(signed_in(cast.agent))
    note_use(row, source="192.0.2.7", browser="Firefox/146")
    row.refresh_from_db()
    assert (row.source, row.browser, is_use_to_be_noted(row)) == ("192.0.2.7", "Firefox/146", False)
    with clock.frozen_at(row.last_seen_at + timedelta(minutes=1)):
        assert is_use_to_be_noted(row)
        note_use(row, source="nonsense", browser="x" * 1000)
    row.refresh_from_db()
    assert (row.source, len(row.browser)) == (None, 300)
