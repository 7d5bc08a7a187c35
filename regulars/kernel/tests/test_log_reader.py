"""The log reader: who has something to do runs, soon, once at a time, and a slow one holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from regulars.kernel import clock, log_reader
from regulars.kernel.events import Event, Recorded, record
from regulars.kernel.log_reader import THREADS, LogReader
from regulars.kernel.models import ReactionCursor
from regulars.kernel.reactions import WRITTEN_DOWN_AFTER, Reaction, ensure_cursors, run_reaction
from regulars.kernel.tests.conftest import WORKSPACE, KettleBoiled, KettleEmptied, boiled, wait_until_visible

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20.0


class Noted:
    """What a reaction got, as a reaction; ``hold`` keeps it inside until ``release``."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.arrived = threading.Semaphore(0)
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, events: Sequence[Recorded]) -> None:
        self.notes += [each.event.note for each in events]
        self.arrived.release(len(events))
        self.may_go.wait(PATIENCE)

    def waits_for(self, count: int) -> bool:
        return all(self.arrived.acquire(timeout=PATIENCE) for _ in range(count))


def reaction(
    run: Callable[[Sequence[Recorded]], None],
    name: str = "tea",
    events: tuple[type[Event], ...] = (KettleBoiled,),
    *,
    is_slow: bool = False,
) -> Reaction:
    return Reaction(name, events, run, is_slow)


@contextmanager
def reading(*reactions: Reaction) -> Iterator[LogReader]:
    ensure_cursors(reactions)
    reader = LogReader(reactions)
    try:
        yield reader
    finally:
        reader.stop()


def look(reader: LogReader) -> None:
    wait_until_visible()
    reader.step()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def run(each: Reaction) -> bool:
        try:
            return run_reaction(each)
        finally:
            names.append(each.name)

    monkeypatch.setattr(log_reader, "run_reaction", run)
    return names


def settled(names: list[str], count: int) -> list[str]:
    """The names once there are so many, and a moment later, when there may be one too many."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if len(names) >= count:
            break
        pause.wait(0.02)
    pause.wait(0.2)
    return sorted(names)


def test_what_happens_reaches_the_reaction_that_wants_it(runs: list[str]):
    tea, cups = Noted(), Noted()
    with reading(reaction(tea), reaction(cups, "cups", (KettleEmptied,))) as reader:
        look(reader)
        assert settled(runs, 2) == ["cups", "tea"], "at the first look nobody knows, so all run"
        record(boiled("1"), boiled("2"))
        look(reader)
        assert tea.waits_for(2)
        assert settled(runs, 3) == ["cups", "tea", "tea"]
    assert tea.notes == ["1", "2"]
    assert cups.notes == []


def test_nothing_runs_while_nothing_or_something_else_happens(runs: list[str]):
    with reading(reaction(Noted())) as reader:
        look(reader)
        settled(runs, 1)
        record(KettleEmptied(WORKSPACE))
        look(reader)
        look(reader)
        assert settled(runs, 1) == ["tea"]


def test_what_arrives_while_a_reaction_runs_is_read_after_it():
    tea = Noted()
    with reading(reaction(tea)) as reader:
        look(reader)
        tea.may_go.clear()
        record(boiled("1"))
        look(reader)
        assert tea.waits_for(1)
        record(boiled("2"))
        reader.step()
        tea.may_go.set()
        wait_until_visible()
        reader.step()
        assert tea.waits_for(1)
    assert tea.notes == ["1", "2"]


def test_slow_ones_hold_up_nobody_else():
    slow = [Noted() for _ in range(THREADS + 1)]
    quick = Noted()
    named = [reaction(each, f"slow-{place}", is_slow=True) for place, each in enumerate(slow)]
    with reading(*named, reaction(quick)) as reader:
        for each in slow:
            each.may_go.clear()
        look(reader)
        record(boiled("1"))
        look(reader)
        assert quick.waits_for(1)
        for each in slow:
            each.may_go.set()
        assert all(each.waits_for(1) for each in slow)


def test_what_failed_is_tried_again_when_its_time_has_come(runs: list[str]):
    tries: list[int] = []

    def fail_once(events: Sequence[Recorded]) -> None:
        tries.append(len(events))
        if len(tries) == 1:
            raise ValueError("the kettle is empty")

    with reading(reaction(fail_once)) as reader:
        look(reader)
        settled(runs, 1)
        record(boiled("1"))
        look(reader)
        settled(runs, 2)
        assert tries == [1]
        ReactionCursor.objects.update(retry_at=clock.now() - timedelta(seconds=1))
        with clock.frozen_at(clock.now() + log_reader.ASK_WHAT_IS_DUE_EVERY):
            reader.step()
        settled(runs, 3)
    assert tries == [1, 1]


def test_a_cursor_that_was_passed_by_is_written_down_now_and_then(runs: list[str]):
    with reading(reaction(Noted())) as reader:
        look(reader)
        settled(runs, 1)
        long_ago = clock.now() - 2 * WRITTEN_DOWN_AFTER
        ReactionCursor.objects.update(updated_at=long_ago)
        record(KettleEmptied(WORKSPACE))
        wait_until_visible()
        with clock.frozen_at(clock.now() + log_reader.ASK_WHAT_IS_DUE_EVERY):
            reader.step()
        settled(runs, 2)
    assert ReactionCursor.objects.get().updated_at > long_ago


def test_all_run_when_the_database_is_back(runs: list[str], monkeypatch: pytest.MonkeyPatch):
    tea = Noted()
    with reading(reaction(tea)) as reader:
        look(reader)
        settled(runs, 1)
        record(boiled("1"))
        wait_until_visible()
        with monkeypatch.context() as away:
            away.setattr(log_reader, "look_after", _is_away)
            with pytest.raises(OperationalError):
                reader.step()
        reader.step()
        assert tea.waits_for(1)


def test_an_older_writer_that_hides_what_happened_is_told(other_session):
    tea = Noted()
    with reading(reaction(tea)) as reader:
        look(reader)
        other_session.execute("SELECT pg_current_xact_id()")
        record(boiled("1"))
        assert reader.step() is True
        other_session.rollback()
        look(reader)
        assert tea.waits_for(1)


def test_thirty_reactions_take_no_more_connections_than_threads(runs: list[str]):
    before = _sessions()
    named = [reaction(Noted(), f"tea-{place}", is_slow=place % 2 == 0) for place in range(30)]
    with reading(*named) as reader:
        look(reader)
        settled(runs, 30)
        assert _sessions() - before <= 2 * THREADS


def _is_away(position: object) -> None:
    raise OperationalError("the server closed the connection")


def _sessions() -> int:
    """Of clients: the server's own workers (autovacuum, parallel queries) come and go as they like."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        (count,) = cursor.fetchone()
    return int(count)
