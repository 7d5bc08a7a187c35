"""Clocks, by a model: whatever happens in whatever order, each warns once and breaks once, and never when answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regulars.contacts.operations.editing import update_contact
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations import handling
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.operations.statuses import receive_statuses
from regulars.conversations.tasks import wake_snoozed
from regulars.conversations.tests.saying import AnyContent, status
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.kernel.events import Position, Recorded, record, recorded_at
from regulars.kernel.models import Event
from regulars.service_levels.events import ServiceLevelChanged
from regulars.service_levels.levels import levels_in_order, settle
from regulars.service_levels.models import AnswerClock, FollowUp, ServiceLevel
from regulars.service_levels.reactions import DRAWN_ON, keep_promises
from regulars.service_levels.ringing import rest_until_due, ring_clocks
from tests.cast import ALICE, BORIS, Cast

NOON = datetime.combine(clock.now().date() + timedelta(days=1), time(12), UTC)
"""after everything that the cast did before"""
MINUTE = timedelta(minutes=1)


class House:
    """One conversation with a contact of tier A, and a model of it that is told what happens."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast, self.now = cast, now
        self.read = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        self.status = "open"
        self.since: datetime | None = None
        self.snoozes: list[list[datetime | None]] = []
        self.promised = 15
        self.lost: datetime | None = None
        """since when the contact waited whom the last answer answered"""
        self.until: datetime | None = None

    # --- what happens ---

    def say(self) -> None:
        self.conversation = self.cast.hears(ALICE, "?", at=self.now)
        self.since = self.since or self.now
        self._open()
        self.lost = None

    def answer(self) -> None:
        draft = OutgoingDraft(self._fresh(), OutgoingText(body="hi"))
        self.message = queue_message(draft, by=self.cast.actor(self.cast.agent), channel=AnyContent())
        self.lost, self.since = self.since, None

    def fail(self) -> None:
        if self.lost is None:
            return
        receive_statuses(self.cast.workspace.id, [status(self.message, "failed")])
        self.since, self.lost = self.lost, None
        self._open()

    def snooze(self) -> None:
        self.until = self.now + 20 * MINUTE
        handling.snooze_conversation(self._fresh(), until=self.until, by=self.cast.actor())
        if self.status != "snoozed":
            self.status = "snoozed"
            self.snoozes.append([self.now, None])

    def resolve(self) -> None:
        handling.resolve_conversation(self._fresh(), by=self.cast.actor())
        self._close()
        self.status, self.since = "resolved", None

    def reopen(self) -> None:
        handling.reopen_conversation(self._fresh(), by=self.cast.actor())
        self._open()

    def promise(self) -> None:
        self.promised = 40 if self.promised == 15 else 15
        settle(self.cast.workspace.id)
        level = levels_in_order(self.cast.workspace.id)[0]
        ServiceLevel.objects.filter(id=level.id).update(
            first_answer=self.promised * MINUTE, next_answer=self.promised * MINUTE, night_answer=None
        )
        record(ServiceLevelChanged(level.workspace_id, level.id, level.name, self.cast.actor().doer))

    def wait(self) -> None:
        self.now += 7 * MINUTE

    def wait_long(self) -> None:
        self.now += 31 * MINUTE

    def wake(self) -> None:
        wake_snoozed()
        if self.status == "snoozed" and self.until and self.until <= self.now:
            self._open()

    # --- what workers do ---

    def look(self, most: int = 1000) -> None:
        kinds = [each.__name__ for each in DRAWN_ON]
        rows = list(Event.objects.filter(id__gt=self.read, kind__in=kinds).order_by("id")[:most])
        if rows:
            self.read = rows[-1].id
            keep_promises([recorded(row) for row in rows])

    def look_a_little(self) -> None:
        self.look(1)

    def look_again(self) -> None:
        self.read = max(self.read - 3, 0)
        self.look()

    def ring(self) -> None:
        before = told()
        ring_clocks()
        if told() != before:
            assert self.since is not None
            assert self.status == "open"

    # --- the model ---

    def due_at(self, minutes: int) -> datetime | None:
        assert self.since
        at, left = self.since, minutes
        while left:
            is_paused = any(start <= at and (end is None or at < end) for start, end in self.snoozes if start)
            if is_paused and at > self.now + 200 * MINUTE:
                return None
            left -= not is_paused
            at += MINUTE
        return at

    def check(self) -> None:
        self.look()
        self.ring()
        counts = Counter((each.kind, each.body["clock_id"]) for each in rung())
        assert set(counts.values()) <= {1}
        opened = AnswerClock.objects.filter(met_at=None, stopped_at=None)
        if self.since is None:
            assert not opened.exists()
            return
        found = opened.get()
        warn = self.due_at(self.promised) if self.promised == 40 else None
        assert found.started_at == self.since
        assert whole(found.due_at) == self.due_at(self.promised)
        if warn is not None:
            assert whole(found.warn_at) == self.due_at(30)
        if self.status == "open":
            assert found.due_at is not None
            assert found.warn_at is not None
            if found.due_at <= self.now:
                assert found.breached_at is not None
            if found.warn_at <= self.now:
                assert found.warned_at is not None

    def _open(self) -> None:
        self._close()
        self.status = "open"

    def _close(self) -> None:
        if self.status == "snoozed":
            self.snoozes[-1][1] = self.now

    def _fresh(self) -> Conversation:
        found = Conversation.objects.select_related("inbox__connection", "contact", "group")
        return found.get(id=self.conversation.id)


def whole(at: datetime | None) -> datetime | None:
    """What begins and ends at one moment is kept for a microsecond (``kernel.history``), and so is a pause."""
    return None if at is None else at.replace(microsecond=0)


def recorded(row: Event) -> Recorded:
    return recorded_at(
        Position(row.generation, 0, row.id), row.happened_at, row.workspace_id, row.kind, row.body
    )


def rung() -> list[Event]:
    return list(Event.objects.filter(kind__in=["AnswerWarned", "AnswerBreached"]).order_by("id"))


def told() -> int:
    return len(rung())


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tier(cast: Cast, phone: str, word: str) -> None:
    update_contact(cast.contact(phone), {"tier": word}, by=cast.actor())


ACTS = (
    *("say", "answer", "fail", "snooze", "wake", "resolve", "reopen", "promise"),
    *("wait", "wait", "wait_long", "look", "look_a_little", "look_again", "ring"),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), max_size=14))
@example(acts=["snooze", "say"])
@example(acts=["look", "wait", "answer", "say", "fail", "look", "ring"])
@example(acts=["look", "wait_long", "ring", "promise", "look", "ring", "wait_long"])
@example(acts=["look", "snooze", "wait_long", "ring", "look", "ring", "wake", "look_again", "wait_long"])
@example(acts=["look", "answer", "ring", "wait_long", "ring", "fail", "ring", "look", "ring"])
def test_whatever_happens_each_clock_warns_and_breaks_once_and_never_when_answered(
    cast: Cast, acts: list[str]
):
    with taken_back():
        tier(cast, ALICE, "A")
        house = House(cast, NOON)
        with clock.frozen_at(house.now):
            house.say()
        for act in acts:
            with clock.frozen_at(house.now):
                getattr(house, act)()
        with clock.frozen_at(house.now):
            house.check()


def test_what_is_answered_is_met_and_what_is_resolved_stops(cast: Cast):
    house = House(cast, NOON)
    tier(cast, ALICE, "A")
    with clock.frozen_at(NOON):
        house.say()
        house.look()
    house.now += 5 * MINUTE
    with clock.frozen_at(house.now):
        house.answer()
        house.look()
        met = AnswerClock.objects.get()
        assert (met.met_at, met.stopped_at, met.rings_at) == (house.now, None, None)
        house.say()
        house.resolve()
        house.look()
    stopped = AnswerClock.objects.exclude(id=met.id)
    assert not stopped.exists()  # it was over before anybody looked
    house.now += MINUTE
    with clock.frozen_at(house.now):
        house.say()
        house.look()
        house.resolve()
        house.look()
    over = AnswerClock.objects.exclude(id=met.id).get()
    assert (over.met_at, over.stopped_at) == (None, house.now)


def test_to_whom_nothing_is_promised_has_no_clock_until_they_have_a_tier(cast: Cast):
    house = House(cast, NOON)
    with clock.frozen_at(NOON):
        house.say()
        house.look()
        assert not AnswerClock.objects.exists()
        tier(cast, ALICE, "C")
        house.look()
    found = AnswerClock.objects.get()
    assert (found.is_batch, found.due_at) == (True, NOON + timedelta(hours=24))


def test_the_rest_is_until_the_next_one_rings(cast: Cast):
    assert rest_until_due() == 5
    tier(cast, BORIS, "A")
    house = House(cast, NOON)
    with clock.frozen_at(NOON):
        cast.hears(BORIS, "?", at=NOON)
        house.read = 0
        house.look()
    with clock.frozen_at(NOON + timedelta(minutes=11, seconds=13)):  # three quarters of 15 minutes: 11:15
        assert rest_until_due() == 2
        assert ring_clocks() == 0
    with clock.frozen_at(NOON + timedelta(minutes=11, seconds=15)):
        assert ring_clocks() == 1
        assert ring_clocks() == 0
    assert [each.kind for each in rung()] == ["AnswerWarned"]


def test_a_follow_up_is_due_since_our_last_message_that_got_there(cast: Cast):
    house = House(cast, NOON)
    house.read = 0

    def since() -> Any:
        house.look()
        return FollowUp.objects.values_list("since", flat=True).first()

    with clock.frozen_at(NOON):
        house.say()
        opened = since()
        house.answer()
        house.look()
    happened = Event.objects.filter(kind="MessageQueued").values_list("happened_at", flat=True).get()
    assert since() == max(opened, happened)
    with clock.frozen_at(NOON):
        house.fail()
    assert since() == opened
    with clock.frozen_at(NOON):
        house.resolve()
    assert since() is None
    assert Message.objects.filter(status="failed").count() == 1
