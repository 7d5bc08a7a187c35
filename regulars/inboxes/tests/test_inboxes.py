"""Connections, numbers, the ledger, notices and stored deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from regulars.inboxes.access import access_connection, access_inbox, inboxes_of
from regulars.inboxes.ledger import Inbound, LedgerRow, Outbound, add_to_ledger
from regulars.inboxes.models import ChannelNotice, Connection, Delivery, LedgerEntry
from regulars.inboxes.operations import (
    Credentials,
    NoticeRow,
    add_connection,
    add_inbox,
    change_inbox,
    record_notices,
    replace_credentials,
)
from regulars.inboxes.ports import Deferred, ProviderError
from regulars.inboxes.problems import note_problem
from regulars.inboxes.replaying import EVERY_DELIVERY, WhichDeliveries, replay_deliveries
from regulars.inboxes.tasks import COMPACT_AFTER, compact_ledger, purge_deliveries
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.workspaces.teams import create_team
from tests.cast import Cast, make_cast

EXPIRED = Deferred(
    error=ProviderError(code=190, title="Session expired"), wait=timedelta(seconds=15), pauses="connection"
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _fields(caught: pytest.ExceptionInfo[Invalid]) -> set[str]:
    fields = caught.value.facts["fields"]
    assert isinstance(fields, dict)
    return set(fields)


def _kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


# --- the equations ----------------------------------------------------------------------------------

counts = st.integers(0, 1_000)


@given(counts, counts, st.dictionaries(st.sampled_from(["a", "b"]), counts), counts)
def test_inbound_adds_up_exactly_when_every_update_has_an_end(stored, duplicate, rejected, pending):
    received = stored + duplicate + sum(rejected.values()) + pending
    assert Inbound(received, stored, duplicate, rejected, pending).adds_up
    assert not Inbound(received + 1, stored, duplicate, rejected, pending).adds_up


@given(counts, st.dictionaries(st.sampled_from(["a", "b"]), counts), counts, counts)
def test_outbound_adds_up_exactly_when_every_intent_has_an_end(accepted, refused, unknown, pending):
    intended = accepted + sum(refused.values()) + unknown + pending
    assert Outbound(intended, accepted, refused, unknown, pending).adds_up
    assert not Outbound(intended + 1, accepted, refused, unknown, pending).adds_up


def _row(cast: Cast, outcome: str, count: int, reason: str = "", flow: str = "inbound") -> LedgerRow:
    return LedgerRow(cast.connection.id, cast.inbox.address, flow, outcome, reason, count)


def test_entries_are_summed_by_what_they_say(cast):
    add_to_ledger([_row(cast, "received", 2), _row(cast, "received", 3), _row(cast, "stored", 5)])
    rows = LedgerEntry.objects.order_by("outcome").values_list("outcome", "update_count")
    assert list(rows) == [("received", 5), ("stored", 5)]
    add_to_ledger([])
    assert LedgerEntry.objects.count() == 2


def _deliver(
    cast: Cast, updates: dict[str, int], state: str = "pending", age: timedelta = timedelta()
) -> Delivery:
    row = Delivery.objects.create(connection=cast.connection, body=b"{}", update_counts=updates, state=state)
    Delivery.objects.filter(id=row.id).update(received_at=clock.now() - age)
    return row


def _sums() -> dict[tuple[object, ...], tuple[int, int]]:
    sums: dict[tuple[object, ...], tuple[int, int]] = {}
    for row in LedgerEntry.objects.all():
        key = (row.connection_id, row.address, row.flow, row.outcome, row.reason)
        updates, deliveries = sums.get(key, (0, 0))
        sums[key] = (updates + row.update_count, deliveries + row.delivery_count)
    return sums


def test_compacting_keeps_the_sums_and_can_be_repeated(cast):
    moment = clock.now().replace(minute=30)
    for minutes in (0, 6, 7, 8, 180, 181, 182, 60 * 30):
        add_to_ledger([_row(cast, "received", minutes + 1), _row(cast, "stored", minutes + 1)])
        fresh = LedgerEntry.objects.order_by("-id")[:2].values_list("id", flat=True)
        LedgerEntry.objects.filter(id__in=list(fresh)).update(at=moment - timedelta(minutes=minutes))
    before, rows = _sums(), LedgerEntry.objects.count()
    with clock.frozen_at(moment):
        assert compact_ledger() == 8  # of two meanings, two each of three entries in two hours
        assert (LedgerEntry.objects.count(), _sums()) == (rows - 8, before)
        assert compact_ledger() == 0
        left = LedgerEntry.objects.filter(outcome="stored").order_by("-at").values_list("at", flat=True)
        assert [(moment - at) // timedelta(minutes=1) for at in left] == [0, 6, 180, 60 * 30]
    with clock.frozen_at(moment + COMPACT_AFTER):
        assert compact_ledger() == 2  # what was too young joins its hour
    assert _sums() == before


# --- connections and numbers ------------------------------------------------------------------------

GIVEN = Credentials(" 100000000000999 ", " token ", ("new", "", "old "), app_id="1")


def test_connecting_keeps_secrets_sealed_and_tells(cast):
    Event.objects.all().delete()
    row = add_connection(cast.workspace.id, "whatsapp", " Shop ", GIVEN, by=cast.actor(cast.admin))
    again = Connection.objects.get(id=row.id)
    assert (again.account_id, again.access_token, again.secrets) == (
        "100000000000999",
        "token",
        ["new", "old"],
    )
    assert (again.name, len(again.key) >= 16, len(again.verify_token) >= 20) == ("Shop", True, True)
    assert _kinds() == ["ConnectionAdded"]
    raw = Connection.objects.filter(id=row.id).extra(select={"sealed": "access_token"}).values("sealed").get()
    assert "token" not in raw["sealed"]


def test_missing_credentials_are_named(cast):
    with pytest.raises(Invalid) as caught:
        add_connection(
            cast.workspace.id, "whatsapp", "", Credentials("1", " ", ("",)), by=cast.actor(cast.admin)
        )
    assert _fields(caught) == {"access_token", "app_secrets"}


def test_secrets_rotate_and_a_new_token_mends_the_connection(cast):
    by = cast.actor(cast.admin)
    note_problem(cast.inbox.id, cast.connection.id, EXPIRED)
    cast.connection.refresh_from_db()
    assert (cast.connection.problem, cast.connection.problem_code) == ("Session expired", 190)
    for secret in ("second", "third", "second", "fourth"):
        replace_credentials(cast.connection, by=by, app_secret=f" {secret} ")
    assert cast.connection.secrets == ["fourth", "second", "third"]
    assert cast.connection.problem == "Session expired"
    replace_credentials(cast.connection, by=by, access_token="fresh")
    fresh = Connection.objects.get(id=cast.connection.id)
    assert (fresh.access_token, fresh.problem, fresh.secrets[0]) == ("fresh", "", "fourth")
    assert (fresh.problem_code, fresh.problem_since, fresh.probe_at, fresh.probe_count) == (
        None,
        None,
        None,
        0,
    )


def test_the_older_app_secrets_end_when_somebody_says_so(cast):
    by = cast.actor(cast.owner)
    replace_credentials(cast.connection, by=by, app_secret="newer")
    replace_credentials(cast.connection, by=by, ends_older=True)
    cast.connection.refresh_from_db()
    assert cast.connection.secrets == ["newer"]
    replace_credentials(cast.connection, by=by, app_secret="newest", ends_older=True)
    cast.connection.refresh_from_db()
    assert cast.connection.secrets == ["newest"]


def test_rotating_one_thing_keeps_what_somebody_else_rotated_meanwhile(cast):
    stale = Connection.objects.get(id=cast.connection.id)
    replace_credentials(cast.connection, by=cast.actor(cast.admin), app_secret="mine")
    replace_credentials(stale, by=cast.actor(cast.owner), access_token="theirs")
    fresh = Connection.objects.get(id=cast.connection.id)
    assert (fresh.secrets[0], fresh.access_token) == ("mine", "theirs")


def test_only_those_who_run_connections_touch_them(cast):
    for member in (cast.agent, cast.lead):
        by = cast.actor(member)
        for attempt in (
            lambda by=by: add_connection(cast.workspace.id, "whatsapp", "x", GIVEN, by=by),
            lambda by=by: replace_credentials(cast.connection, by=by, access_token="x"),
            lambda by=by: add_inbox(cast.connection, "x", "1", by=by),
            lambda by=by: change_inbox(cast.inbox, by=by, name="x"),
            lambda by=by: replay_deliveries(EVERY_DELIVERY, by=by),
            lambda by=by: access_connection(by, cast.connection.id),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_a_number_is_added_once(cast):
    by = cast.actor(cast.admin)
    Event.objects.all().delete()
    inbox = add_inbox(cast.connection, "", " 100000000000203 ", "+1 202", by=by)
    assert (inbox.name, inbox.address, _kinds()) == (
        "+1 202",
        "100000000000203",
        ["InboxAdded"],
    )
    for address in ("100000000000203", "", "１２３"):
        with pytest.raises(Invalid):
            add_inbox(cast.connection, "x", address, by=by)


def test_a_number_is_renamed_and_staffed_by_own_teams_only(cast):
    by = cast.actor(cast.admin)
    change_inbox(cast.inbox, by=by, name=" Front ", teams=[cast.team])
    assert (cast.inbox.name, list(cast.inbox.teams.all())) == ("Front", [cast.team])
    theirs = create_team(cast.stranger.workspace, "Care", by=cast.stranger.actor())
    for changes in ({"name": " "}, {"teams": [theirs]}):
        with pytest.raises(Invalid):
            change_inbox(cast.inbox, by=by, **changes)
    assert list(cast.inbox.teams.all()) == [cast.team]


def _names(inboxes: Iterable[object]) -> list[str]:
    return [str(each) for each in inboxes]


def test_numbers_are_seen_by_who_staffs_them(cast):
    change_inbox(
        cast.inbox, by=cast.actor(), teams=[cast.team, create_team(cast.workspace, "N", by=cast.actor())]
    )
    assert _names(inboxes_of(cast.actor(cast.agent))) == ["Shop", "Support"]
    assert _names(inboxes_of(cast.actor(cast.mate))) == ["Support"]
    assert _names(inboxes_of(cast.actor(cast.admin))) == ["Shop", "Support"]
    assert _names(inboxes_of(cast.token_actor("agent"))) == ["Support"]
    with pytest.raises(NotFound):
        access_inbox(cast.actor(cast.mate), cast.inbox.id)
    assert access_inbox(cast.actor(cast.agent), cast.inbox.id) == cast.inbox
    for stranger_sees in (cast.inbox.id, None):
        with pytest.raises(NotFound):
            access_inbox(cast.stranger.actor(cast.stranger.owner), stranger_sees)
    with pytest.raises(NotFound):
        access_connection(cast.stranger.actor(cast.stranger.owner), cast.connection.id)
    assert access_connection(cast.actor(cast.admin), cast.connection.id) == cast.connection


# --- notices ----------------------------------------------------------------------------------------


def _notice(cast: Cast, key: str, inbox_id: UUID | None = None) -> NoticeRow:
    return NoticeRow(
        cast.connection.id, inbox_id, "account", "account_update", key, clock.now(), errors=({"code": 1},)
    )


def test_a_notice_is_kept_once_within_and_across_batches(cast):
    Event.objects.all().delete()
    first = record_notices(
        cast.workspace.id, [_notice(cast, "a"), _notice(cast, "b", cast.inbox.id), _notice(cast, "a")]
    )
    assert [each is not None for each in first] == [True, True, False]
    assert record_notices(cast.workspace.id, [_notice(cast, "b"), _notice(cast, "c")])[0] is None
    assert list(ChannelNotice.objects.order_by("dedup_key").values_list("dedup_key", "inbox_id")) == [
        ("a", None),
        ("b", cast.inbox.id),
        ("c", None),
    ]
    assert _kinds() == ["NoticeReceived"] * 3
    assert record_notices(cast.workspace.id, []) == []


# --- deliveries -------------------------------------------------------------------------------------


def test_replaying_counts_anew_and_wakes_the_workers(cast):
    _deliver(cast, {cast.inbox.address: 2}, "processed")
    _deliver(cast, {"unknown": 1}, "failed")
    _deliver(cast, {cast.inbox.address: 7})
    old = _deliver(cast, {"": 1}, "processed", timedelta(days=3))
    add_to_ledger([_row(cast, "received", 7)])
    recent = WhichDeliveries(connection_id=cast.connection.id, since=clock.now() - timedelta(days=1))
    count = replay_deliveries(recent, by=cast.actor(cast.admin))
    assert count == 2
    assert Delivery.objects.filter(state="pending").count() == 3
    old.refresh_from_db()
    assert old.state == "processed"
    received = LedgerEntry.objects.filter(outcome="received").values_list("update_count", flat=True)
    waiting = Delivery.objects.filter(state="pending").values_list("update_counts", flat=True)
    assert sum(received) == sum(sum(each.values()) for each in waiting) == 10
    assert replay_deliveries(EVERY_DELIVERY, by=cast.actor(cast.admin)) == 1


def test_raw_bodies_go_after_their_time_unless_they_wait(cast):
    age = timedelta(days=settings.RAW_DELIVERY_RETENTION_DAYS, minutes=1)
    kept = [_deliver(cast, {}, "processed"), _deliver(cast, {}, "pending", age)]
    _deliver(cast, {}, "processed", age)
    _deliver(cast, {}, "failed", age)
    assert purge_deliveries() == 2
    assert list(Delivery.objects.order_by("id")) == kept


def test_counts_survive_the_database(cast):
    row = _deliver(cast, {"a": 1})
    row.refresh_from_db()
    assert orjson.dumps(row.update_counts) == b'{"a":1}'
