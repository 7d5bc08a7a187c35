"""The log: what is recorded is read in the order in which it became visible, and never skipped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import clock, events, tasks
from regulars.kernel.events import Page, Position, end_of_log, record, record_all
from regulars.kernel.models import Event as EventRow
from regulars.kernel.models import ReactionCursor
from regulars.kernel.partitions import EVENTS, WEEK, Part
from regulars.kernel.tests.conftest import WORKSPACE, KettleEmptied, boiled, wait_until_visible

KINDS = ["KettleBoiled", "KettleEmptied"]


def read_after(position: Position, kinds: list[str], limit: int) -> Page:
    wait_until_visible()
    return events.read_after(position, kinds, limit)


@given(st.integers(0, 2**15 - 1), st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_position_survives_its_text(generation: int, transaction_id: int, event_id: int):
    position = Position(generation, transaction_id, event_id)
    assert Position.parse(str(position)) == position


@given(st.text(alphabet="0123456789.-+ ٣", max_size=60))
def test_no_text_breaks_the_parser_of_positions(text: str):
    position = Position.parse(text)
    assert position is None or position >= Position(0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_a_client_may_send_as_a_position_can_always_be_asked_for():
    texts = (
        "1.18446744073709551615.0",
        "1.99999999999999999999.1",
        "1.1.99999999999999999999",
        "99999.1.1",
        "٣.٣.٣",
    )
    for text in texts:
        position = Position.parse(text)
        if position is not None:
            assert read_after(position, KINDS, 10).events == []


@pytest.mark.django_db(transaction=True)
def test_events_come_back_as_they_went_in_and_in_order():
    start = end_of_log()
    written = [boiled("first"), KettleEmptied(WORKSPACE), boiled("last")]
    record(*written)
    page = read_after(start, KINDS, 10)
    assert [each.event for each in page.events] == written
    assert page.events[-1].position <= page.end
    assert read_after(page.end, KINDS, 10).events == []


@pytest.mark.django_db(transaction=True)
def test_nothing_recorded_leaves_the_log_alone():
    start = end_of_log()
    record_all([])
    assert read_after(start, KINDS, 10).events == []


@pytest.mark.django_db(transaction=True)
def test_unwanted_kinds_are_passed_over_but_move_the_end():
    start = end_of_log()
    record(boiled(), KettleEmptied(WORKSPACE))
    page = read_after(start, ["KettleBoiled"], 10)
    assert [type(each.event).__name__ for each in page.events] == ["KettleBoiled"]
    assert read_after(page.end, KINDS, 10).events == []


@pytest.mark.django_db(transaction=True)
def test_pages_of_any_size_read_everything_once():
    start = end_of_log()
    for number in range(7):
        record(boiled(str(number)))
    seen, place, more = [], start, True
    while more:
        page = read_after(place, KINDS, 3)
        seen += [each.event.note for each in page.events]
        place, more = page.end, page.has_more
    assert seen == [str(number) for number in range(7)]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_never_happened():
    start = end_of_log()
    with transaction.atomic():
        record(boiled())
        transaction.set_rollback(True)
    record(KettleEmptied(WORKSPACE))
    assert [each.event for each in read_after(start, KINDS, 10).events] == [KettleEmptied(WORKSPACE)]


def _write(session: psycopg.Connection, kind: str = "KettleEmptied") -> None:
    session.execute(
        "INSERT INTO kernel_event (workspace_id, kind, body) VALUES (%s, %s, %s)",
        [WORKSPACE, kind, orjson.dumps({}).decode()],
    )


def test_a_transaction_that_commits_late_is_not_skipped(other_session: psycopg.Connection):
    """The early writer is still running while a later one has committed: both wait, both are read."""
    start = end_of_log()
    _write(other_session)
    record(boiled("later"))
    held_back = events.read_after(start, KINDS, 10)
    assert (held_back.events, held_back.has_more) == ([], True)
    other_session.commit()
    page = read_after(held_back.end, KINDS, 10)
    assert [type(each.event).__name__ for each in page.events] == ["KettleEmptied", "KettleBoiled"]


def test_a_position_taken_while_a_writer_runs_does_not_pass_it(other_session: psycopg.Connection):
    _write(other_session)
    start = end_of_log()
    other_session.commit()
    assert [type(each.event).__name__ for each in read_after(start, KINDS, 10).events] == ["KettleEmptied"]


@pytest.mark.django_db(transaction=True)
def test_an_event_keeps_its_kinds_of_values():
    start = end_of_log()
    written = boiled("x")
    record(written)
    (read,) = [each.event for each in read_after(start, KINDS, 1).events]
    assert isinstance(read.cup_id, UUID)
    assert (read.cup_ids, read.words, read.owner_id) == (written.cup_ids, ("a", "b"), None)


@pytest.mark.django_db(transaction=True)
def test_old_events_go_when_everybody_has_read_them():
    """Nobody made a part of the log for their time: they lie in the rest."""
    record(boiled("old"), boiled("older"), boiled("young"))
    old, older, _young = EventRow.objects.order_by("id")
    long_ago = clock.now() - tasks.EVENT_RETENTION - timedelta(days=30)
    EventRow.objects.filter(id__in=[old.id, older.id]).update(happened_at=long_ago)
    cursor = ReactionCursor.objects.create(
        name="tea", generation=1, transaction_id=old.transaction_id, event_id=old.id - 1
    )
    assert tasks.purge_events() == 0
    cursor.event_id = old.id
    cursor.save()
    assert tasks.purge_events() == 1
    assert [each.body["note"] for each in EventRow.objects.order_by("id")] == ["older", "young"]


@pytest.fixture
def old_part(transactional_db: None) -> Iterator[str]:
    """The part of a week long ago."""
    yield "kernel_event_2020w02"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kernel_event_2020w02")


def test_a_week_that_everybody_has_read_goes_as_a_whole(old_part: str):
    long_ago = datetime(2020, 1, 8, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {old_part} PARTITION OF kernel_event FOR VALUES FROM ('2020-01-06Z') TO ('2020-01-13Z')"
        )
    record(boiled("old"), boiled("young"))
    old, young = EventRow.objects.order_by("id")
    EventRow.objects.filter(id=old.id).update(happened_at=long_ago)
    cursor_row = ReactionCursor.objects.create(name="tea", generation=1, transaction_id="0")
    assert tasks.purge_events() == 0
    assert old_part in {part.name for part in EVENTS.parts()}
    ReactionCursor.objects.filter(name=cursor_row.name).update(
        transaction_id=young.transaction_id, event_id=young.id
    )
    assert tasks.purge_events() == 1
    assert old_part not in {part.name for part in EVENTS.parts()}
    assert [each.body["note"] for each in EventRow.objects.all()] == ["young"]


@pytest.mark.django_db(transaction=True)
def test_there_is_a_part_for_each_of_the_coming_weeks():
    tasks.prepare_parts()
    before = EVENTS.parts()
    tasks.prepare_parts()
    assert EVENTS.parts() == before
    assert before[-1] == Part("kernel_event_rest", None, None)
    assert (before[-2].ends_at or clock.now()) - clock.now() > 4 * WEEK
    record(boiled("now"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM kernel_event")
        assert cursor.fetchall() != [("kernel_event_rest",)]
