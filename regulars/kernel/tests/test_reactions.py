"""Reactions: each with its own cursor, effects exactly once, culprits parked, nobody held up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from prometheus_client import REGISTRY

from regulars.kernel import clock, reactions
from regulars.kernel.events import Recorded, end_of_log, read_after, record
from regulars.kernel.ids import new_id
from regulars.kernel.models import Heartbeat, ParkedEvent, ReactionCursor
from regulars.kernel.reactions import (
    ATTEMPTS_BEFORE_PARKING,
    BATCH_SIZE,
    Reaction,
    ask_to_retry,
    ensure_cursors,
    forget_errors,
    retry_asked,
    retry_parked,
)
from regulars.kernel.tests.conftest import WORKSPACE, KettleBoiled, KettleEmptied, boiled, wait_until_visible

pytestmark = pytest.mark.django_db(transaction=True)


def run_reaction(reaction: Reaction) -> bool:
    wait_until_visible()
    return reactions.run_reaction(reaction)


def _note(events: Sequence[Recorded]) -> None:
    """An effect in the database: the notes of the events, in order, in one row."""
    row, _made = Heartbeat.objects.get_or_create(
        process="tea", defaults={"role": "test", "beat_at": clock.now(), "details": []}
    )
    row.details = [*row.details, *(each.event.note for each in events)]
    row.save()


def _noted() -> list[str]:
    row = Heartbeat.objects.filter(process="tea").first()
    return row.details if row else []


def _reaction(run: Callable[[Sequence[Recorded]], None] = _note, name: str = "tea") -> Reaction:
    return Reaction(name, (KettleBoiled,), run)


def _run_later(reaction: Reaction, times: int) -> None:
    """Run with the clock moved past every back-off."""
    for number in range(times):
        with clock.frozen_at(clock.now() + timedelta(hours=number + 1)):
            run_reaction(reaction)


def test_a_reaction_gets_its_kinds_once_and_in_order():
    reaction = _reaction()
    ensure_cursors([reaction])
    record(boiled("1"), KettleEmptied(WORKSPACE), boiled("2"))
    assert run_reaction(reaction) is False
    assert run_reaction(reaction) is False
    assert _noted() == ["1", "2"]


def test_a_reaction_tells_what_its_events_cost():
    def told(name: str) -> float:
        return REGISTRY.get_sample_value(f"regulars_reaction_{name}_total", {"reaction": "costly"}) or 0.0

    def work(_events: Sequence[Recorded]) -> None:
        sum(range(300_000))

    reaction = _reaction(work, "costly")
    ensure_cursors([reaction])
    with transaction.atomic():
        record(boiled("one"))
        record(boiled("two"))
    run_reaction(reaction)
    assert (told("events"), told("core_seconds") > 0) == (2, True)


def test_a_reaction_without_a_cursor_does_nothing():
    record(boiled("1"))
    assert run_reaction(_reaction()) is False
    assert _noted() == []


def test_a_new_reaction_starts_at_the_end_and_a_removed_one_is_forgotten():
    record(boiled("before"))
    wait_until_visible()
    first, second = _reaction(), _reaction(name="coffee")
    ensure_cursors([first])
    record(boiled("after"))
    ensure_cursors([first, second])
    run_reaction(first)
    assert _noted() == ["after"]
    ensure_cursors([second])
    assert [each.name for each in ReactionCursor.objects.all()] == ["coffee"]


def test_other_kinds_are_passed_over_in_one_go_and_a_full_page_is_read_on_at_once():
    reaction = _reaction()
    ensure_cursors([reaction])
    record(*(KettleEmptied(WORKSPACE) for _ in range(BATCH_SIZE + 1)))
    assert run_reaction(reaction) is False
    record(*(boiled(str(number)) for number in range(BATCH_SIZE)), KettleEmptied(WORKSPACE), boiled("last"))
    assert run_reaction(reaction) is True
    assert run_reaction(reaction) is False
    assert len(_noted()) == BATCH_SIZE + 1


def test_what_was_passed_over_is_written_down_now_and_then(monkeypatch):
    reaction = _reaction()
    ensure_cursors([reaction])
    before = ReactionCursor.objects.get(name="tea")
    record(KettleEmptied(WORKSPACE))
    run_reaction(reaction)
    assert ReactionCursor.objects.get(name="tea").transaction_id == before.transaction_id
    monkeypatch.setattr(reactions, "WRITTEN_DOWN_AFTER", timedelta(0))
    run_reaction(reaction)
    assert int(ReactionCursor.objects.get(name="tea").transaction_id) > int(before.transaction_id)


def test_an_effect_and_its_cursor_come_together_or_not_at_all():
    fail = True

    def effect(events: Sequence[Recorded]) -> None:
        _note(events)
        if fail:
            raise LookupError("no cups")

    reaction = _reaction(effect)
    ensure_cursors([reaction])
    record(boiled("1"))
    run_reaction(reaction)
    assert _noted() == []
    cursor = ReactionCursor.objects.get(name="tea")
    assert (cursor.failed_attempts, cursor.last_error) == (1, "LookupError")
    assert run_reaction(reaction) is False  # too early to try again
    fail = False
    _run_later(reaction, 1)
    assert _noted() == ["1"]
    cursor.refresh_from_db()
    assert (cursor.failed_attempts, cursor.last_error, cursor.retry_at) == (0, "", None)


def _fail_at_bad(events: Sequence[Recorded]) -> None:
    _note(events)
    if any(each.event.note == "bad" for each in events):
        raise LookupError("bad water")


def test_the_culprit_is_parked_and_the_others_go_through():
    reaction = _reaction(_fail_at_bad)
    ensure_cursors([reaction])
    record(boiled("1"), boiled("bad"), boiled("3"))
    _run_later(reaction, ATTEMPTS_BEFORE_PARKING)
    assert _noted() == ["1", "3"]
    (parked,) = ParkedEvent.objects.all()
    assert (parked.reaction, parked.error) == ("tea", "LookupError: bad water")
    record(boiled("4"))
    run_reaction(reaction)
    assert _noted() == ["1", "3", "4"]


def test_a_parked_event_can_be_given_again():
    reaction = _reaction(_fail_at_bad)
    ensure_cursors([reaction])
    record(boiled("bad"), boiled("2"))
    _run_later(reaction, ATTEMPTS_BEFORE_PARKING)
    (parked,) = ParkedEvent.objects.all()
    with pytest.raises(LookupError):
        retry_parked(reaction, parked)
    assert ParkedEvent.objects.count() == 1
    retry_parked(_reaction(), parked)
    assert ParkedEvent.objects.count() == 0
    assert _noted() == ["2", "bad"]


def _park(*notes: str) -> list[ParkedEvent]:
    reaction = _reaction(_fail_at_bad)
    ensure_cursors([reaction])
    record(*map(boiled, notes))
    _run_later(reaction, ATTEMPTS_BEFORE_PARKING)
    return list(ParkedEvent.objects.order_by("id"))


def test_what_people_asked_for_is_tried_again_and_nothing_else():
    one, other = _park("bad", "bad")
    workspace_id = one.workspace_id
    assert retry_asked([_reaction()]) == 0
    assert ask_to_retry(workspace_id, [one.id]) == 1
    assert ask_to_retry(new_id()) == 0
    assert retry_asked([_reaction()]) == 1
    assert (list(ParkedEvent.objects.all()), _noted()) == ([other], ["bad"])
    assert retry_asked([_reaction()]) == 0


def test_what_fails_again_stays_with_its_new_error():
    (parked,) = _park("bad")

    def fail(events: Sequence[Recorded]) -> None:
        raise ValueError("still bad")

    for reaction, error in (
        (_reaction(fail), "ValueError: still bad"),
        (_reaction(name="other"), "LookupError: this version has no such reaction any more"),
    ):
        ask_to_retry(parked.workspace_id)
        assert retry_asked([reaction]) == 0
        parked.refresh_from_db()
        assert (parked.error, parked.retry_asked_at) == (error, None)


def test_an_event_that_the_reaction_no_longer_wants_goes_without_another_in_its_place():
    (parked,) = _park("bad", "next")
    reaction = _reaction()
    retry_parked(Reaction(reaction.name, (KettleEmptied,), reaction.run), parked)
    assert (ParkedEvent.objects.count(), _noted()) == (0, ["next"])


def test_errors_about_an_object_are_forgotten():
    one, other = _park("bad", "bad")
    ParkedEvent.objects.filter(id=one.id).update(body={"note": "contact-1"})
    forget_errors(one.workspace_id, ["contact-1"])
    assert list(ParkedEvent.objects.order_by("id").values_list("error", flat=True)) == ["", other.error]


def test_a_failing_reaction_holds_up_nobody_else():
    failing, working = _reaction(_fail_at_bad, "coffee"), _reaction()
    ensure_cursors([failing, working])
    record(boiled("bad"))
    run_reaction(failing)
    run_reaction(working)
    assert _noted() == ["bad"]


def test_two_workers_never_run_the_same_reaction_together():
    began, may_end = threading.Event(), threading.Event()

    def slow(events: Sequence[Recorded]) -> None:
        began.set()
        may_end.wait(60)
        _note(events)

    def work() -> None:
        run_reaction(_reaction(slow))
        connection.close()

    ensure_cursors([_reaction()])
    record(boiled("1"))
    thread = threading.Thread(target=work)
    thread.start()
    began.wait(60)
    other = reactions.run_reaction(_reaction())
    may_end.set()
    thread.join()
    assert other is False
    assert _noted() == ["1"]


def test_a_slow_reaction_does_not_keep_readers_of_the_log_waiting():
    """It asks another machine before it writes; meanwhile new events must reach open screens."""
    began, may_end = threading.Event(), threading.Event()

    def slow(events: Sequence[Recorded]) -> None:
        began.set()
        may_end.wait(60)

    def work() -> None:
        run_reaction(_reaction(slow))
        connection.close()

    ensure_cursors([_reaction()])
    record(boiled("1"))
    thread = threading.Thread(target=work)
    thread.start()
    began.wait(10)
    start = end_of_log()
    try:
        with transaction.atomic():
            record(boiled("2"))
        wait_until_visible()
        page = read_after(start, ["KettleBoiled"], 10)
    finally:
        may_end.set()
        thread.join()
    assert [each.event.note for each in page.events] == ["2"]


def test_a_database_that_goes_away_is_no_fault_of_the_events():
    def effect(events: Sequence[Recorded]) -> None:
        raise OperationalError("the server closed the connection")

    reaction = _reaction(effect)
    ensure_cursors([reaction])
    record(boiled("1"))
    with pytest.raises(OperationalError):
        run_reaction(reaction)
    cursor = ReactionCursor.objects.get(name="tea")
    assert (cursor.failed_attempts, cursor.retry_at, cursor.last_error) == (0, None, "")
    run_reaction(_reaction())
    assert _noted() == ["1"]
