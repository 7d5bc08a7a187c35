"""A log that another server wrote goes on in the next generation; nobody skips or repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from regulars.kernel import reactions
from regulars.kernel.events import Position, Recorded, end_of_log, look_after, read_after, record
from regulars.kernel.generations import notice_restore, raise_generation
from regulars.kernel.models import Event, LogGeneration, ReactionCursor
from regulars.kernel.reactions import Reaction, ensure_cursors, run_reaction
from regulars.kernel.tests.conftest import KettleBoiled, boiled, wait_until_visible

KINDS = ["KettleBoiled"]
FAR_AHEAD = 2**40
"""transactions: what a server that has been busy for years has given out"""


_held: list[int] = []


def _hold() -> int:
    _held.append(1)
    return 1


HOLDS = (_hold,)


@pytest.fixture(autouse=True)
def first_generation(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.WHEN_RESTORED = f"{__name__}.HOLDS"
    _held.clear()
    reactions._nothing_until.clear()
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event ALTER COLUMN generation SET DEFAULT 1")
    reactions._nothing_until.clear()


def _restored(*notes: str) -> None:
    """Events as another server's dump brings them: of transactions that this one has not given out."""
    record(*map(boiled, notes))
    for place, row in enumerate(Event.objects.filter(generation=1).order_by("id")):
        Event.objects.filter(id=row.id).update(transaction_id=str(FAR_AHEAD + place))


def _notes(happened: Sequence[Recorded]) -> list[str]:
    return [each.event.note for each in happened]


def test_the_server_that_began_the_log_goes_on_with_it():
    assert (notice_restore(), notice_restore()) == (False, False)
    assert end_of_log().generation == 1


def test_a_log_of_another_server_is_noticed_once():
    notice_restore()
    LogGeneration.objects.update(server="another/1")
    assert (notice_restore(), notice_restore()) == (True, False)
    assert end_of_log().generation > 1


@pytest.mark.parametrize(("written_by", "is_held"), [("another/1", True), ("{0}/999", False), ("", True)])
def test_what_waited_is_held_when_another_cluster_goes_on_with_it(written_by: str, is_held: bool):
    """Not when the same one goes on after a failover: nothing came back that had left long ago."""
    notice_restore()
    cluster = LogGeneration.objects.get().server.partition("/")[0]
    LogGeneration.objects.update(server=written_by.format(cluster))
    assert notice_restore() is True
    assert bool(_held) is is_held
    raise_generation()
    assert len(_held) == is_held + 1


def test_a_log_ahead_of_its_server_is_noticed_though_the_server_does_not_tell_who_it_is(monkeypatch):
    monkeypatch.setattr("regulars.kernel.generations._server", lambda: "")
    _restored("old")
    assert notice_restore() is True
    record(boiled("new"))
    wait_until_visible()
    assert _notes(read_after(Position(), KINDS, 10).events) == ["old", "new"]


def test_two_restores_of_one_dump_take_no_position_of_each_other_for_their_own():
    notice_restore()
    ends = []
    for _restore in range(2):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE kernel_event ALTER COLUMN generation SET DEFAULT 1")
        LogGeneration.objects.update(server="where the dump was taken", generation=1)
        assert notice_restore() is True
        record(boiled("new"))
        ends.append(end_of_log())
    assert ends[0].generation != ends[1].generation
    here = ends[1].generation
    for of_the_other in (ends[0], Position(here + 7, 3, 5)):
        assert read_after(of_the_other, KINDS, 10).end.generation == here
        assert look_after(of_the_other).end.generation == here


@pytest.mark.parametrize("read_before", [0, 1, 2])
def test_each_event_comes_once_over_a_restore(read_before: int):
    seen: list[str] = []
    reaction = Reaction("tea", (KettleBoiled,), lambda happened: seen.extend(_notes(happened)))
    _restored("1", "2")
    position = Position(1, FAR_AHEAD + read_before - 1, 2**62) if read_before else Position()
    ReactionCursor.objects.create(name="tea", **reactions._columns(position))
    raise_generation()
    record(boiled("3"))
    for _ in range(3):
        wait_until_visible()
        run_reaction(reaction)
    assert seen == ["1", "2", "3"][read_before:]


def test_what_a_process_passed_over_before_the_restore_hides_nothing_of_what_came_back():
    seen: list[str] = []
    reaction = Reaction("tea", (KettleBoiled,), lambda happened: seen.extend(_notes(happened)))
    ensure_cursors([reaction])
    ReactionCursor.objects.update(**reactions._columns(Position(1)))
    reactions._nothing_until["tea"] = Position(1, FAR_AHEAD + 5, 2**62)
    _restored("back again")
    raise_generation()
    run_reaction(reaction)
    assert seen == ["back again"]
