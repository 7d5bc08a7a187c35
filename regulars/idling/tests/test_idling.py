"""Idle conversations, by a model: whatever happens in whatever order, nobody who waits is resolved, and each once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regulars.cases.operations.opening import NewCase, open_case
from regulars.conversations.models import Activity, Conversation, OutgoingMessage
from regulars.conversations.operations import handling
from regulars.conversations.operations.resolving import resolve_silent
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.queries.lists import ConversationFilter, count_up_to
from regulars.conversations.tasks import wake_snoozed
from regulars.conversations.tests.saying import AnyContent
from regulars.idling import resolving
from regulars.idling.finding import silent_before
from regulars.idling.models import IdleRule
from regulars.idling.operations import Wanted, change_rule
from regulars.idling.resolving import resolve_idle
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.workspaces.business_time import BusinessHours, Opening, Week
from tests.cast import ALICE, BORIS, Cast, make_cast

NOON = datetime.combine(clock.now().date() + timedelta(days=1), time(12), UTC)
"""after everything that the cast did before"""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
IDLE_FOR = 10 * HOUR


def turn_on(cast: Cast, **wanted: object) -> None:
    asked = {"is_on": True, "idle_for": IDLE_FOR, **wanted}
    change_rule(cast.workspace.id, Wanted(**asked), by=cast.actor())  # type: ignore[arg-type]


def answered(cast: Cast, phone: str, at: datetime) -> Conversation:
    """A contact wrote then, and an answer left."""
    with clock.frozen_at(at):
        found = cast.hears(phone, "?", at=at - HOUR)
        say(cast, found)
    return found


def say(cast: Cast, conversation: Conversation) -> None:
    draft = OutgoingDraft(Conversation.objects.get(id=conversation.id), OutgoingText(body="hi"))
    message = queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent())
    OutgoingMessage.objects.filter(message=message).update(state="accepted")


def lines_of(conversation: Conversation) -> list[dict[str, object]]:
    rows = Activity.objects.filter(conversation=conversation, kind="resolved_idle")
    return [each.facts for each in rows.order_by("at")]


def status_of(conversation: Conversation) -> str:
    return Conversation.objects.get(id=conversation.id).status


class House:
    """One conversation, and a model of when something last happened in it."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.now = cast, NOON
        self.conversation = cast.hears(ALICE, "?", at=NOON)
        self.status, self.waits, self.last, self.resolved = "open", True, NOON, 0
        self.priority = "normal"
        self.until: datetime | None = None

    def write(self) -> None:
        self.cast.hears(ALICE, "?", at=self.now)
        self.status, self.waits, self.last = "open", True, self.now

    def answer(self) -> None:
        self.now += MINUTE
        with clock.frozen_at(self.now):
            say(self.cast, self.conversation)
        self.waits, self.last = False, self.now

    def note(self) -> None:
        handling.write_note(self._fresh(), "look", by=self.cast.actor(self.cast.agent))
        self.last = self.now

    def snooze(self) -> None:
        self.until = self.now + 5 * HOUR
        handling.snooze_conversation(self._fresh(), until=self.until, by=self.cast.actor())
        self.status, self.last = "snoozed", self.now

    def reopen(self) -> None:
        if self.status != "open":
            self.status, self.last = "open", self.now
        handling.reopen_conversation(self._fresh(), by=self.cast.actor())

    def press(self) -> None:
        if self.priority != "urgent":
            self.priority, self.last = "urgent", self.now
        handling.set_priority(self._fresh(), "urgent", by=self.cast.actor())

    def ease(self) -> None:
        if self.priority != "normal":
            self.priority, self.last = "normal", self.now
        handling.set_priority(self._fresh(), "normal", by=self.cast.actor())

    def pass_time(self) -> None:
        self.now += 4 * HOUR

    def run(self) -> None:
        """Time wakes what slept, and the rule is carried out."""
        if self.status == "snoozed" and self.until and self.until <= self.now:
            self.status, self.last = "open", self.now
        wake_snoozed()
        is_idle = self.status == "open" and not self.waits and self.priority != "urgent"
        if is_idle and self.last + IDLE_FOR <= self.now:
            self.status, self.resolved = "resolved", self.resolved + 1
            self.last = self.now
        resolve_idle()

    def _fresh(self) -> Conversation:
        return Conversation.objects.get(id=self.conversation.id)


STEPS = ("write", "answer", "note", "snooze", "reopen", "press", "ease", "pass_time", "run")


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=14))
@example(steps=["answer", *["pass_time"] * 3, "run", "run", "write", "answer", *["pass_time"] * 3, "run"])
@example(steps=["answer", *["pass_time"] * 3, "write", "run"])
@example(steps=["answer", *["pass_time"] * 3, "run", "reopen", "run", *["pass_time"] * 3, "run"])
@example(steps=["answer", "snooze", *["pass_time"] * 4, "run", *["pass_time"] * 3, "run"])
@example(steps=["answer", "press", *["pass_time"] * 4, "run", "ease", "run"])
def test_it_is_resolved_when_nothing_came_for_so_long_and_never_otherwise(cast: Cast, steps: list[str]):
    point = transaction.savepoint()
    try:
        with clock.frozen_at(NOON):
            turn_on(cast)
            house = House(cast)
        for step in steps:
            with clock.frozen_at(house.now):
                getattr(house, step)()
            assert status_of(house.conversation) == house.status
            assert lines_of(house.conversation) == [{"hours": 10, "counted_by": "calendar"}] * house.resolved
    finally:
        transaction.savepoint_rollback(point)


def test_it_is_off_until_somebody_turns_it_on(cast: Cast):
    found = answered(cast, ALICE, NOON)
    with clock.frozen_at(NOON + 1000 * HOUR):
        assert resolve_idle() == 0
        asked = ConversationFilter(status="open", narrowing="idle")
        assert count_up_to(cast.actor(), asked, 10) == 1
        assert count_up_to(cast.stranger.actor(), asked, 10) == 0
        turn_on(cast)
        assert resolve_idle() == 1
        assert count_up_to(cast.actor(), asked, 10) == 0
    told = Event.objects.filter(kind="ConversationResolved").latest("id").body
    assert (told["idle_hours"], told["by"]["name"]) == (10, "Idle conversations")
    assert status_of(found) == "resolved"


def test_conditions_an_open_case_and_what_has_not_left_keep_it_open(cast: Cast):
    alice, boris = answered(cast, ALICE, NOON), answered(cast, BORIS, NOON)
    only = {"all": [{"field": "conversation.priority", "op": "is", "value": "low"}]}
    with clock.frozen_at(NOON):
        handling.set_priority(boris, "low", by=cast.actor())
        turn_on(cast, conditions=only)
    later = NOON + IDLE_FOR
    with clock.frozen_at(later):
        OutgoingMessage.objects.filter(conversation=boris).update(state="queued")
        assert resolve_idle() == 0
        OutgoingMessage.objects.filter(conversation=boris).update(state="accepted")
        assert resolve_idle() == 1
    assert (status_of(alice), status_of(boris)) == ("open", "resolved")
    with clock.frozen_at(later):
        open_case(
            NewCase(title="Lost parcel", conversations=[Conversation.objects.get(id=alice.id)]),
            by=cast.actor(),
        )
        turn_on(cast)
    with clock.frozen_at(later + 2 * IDLE_FOR):
        assert resolve_idle() == 0


def test_many_go_batch_by_batch_and_each_once(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resolving, "BATCH_SIZE", 2)
    found = [answered(cast, f"+1202556{place:04}", NOON) for place in range(5)]
    with clock.frozen_at(NOON + IDLE_FOR):
        turn_on(cast)
        assert (resolve_idle(), resolve_idle()) == (5, 0)
    assert [len(lines_of(each)) for each in found] == [1] * 5


def test_business_hours_count_only_when_the_shop_is_open():
    always = BusinessHours("Asia/Seoul")
    day = (Opening(9 * 60, 18 * 60),)
    hours = BusinessHours("Asia/Seoul", Week(days=(day, day, day, day, day, (), ())))
    monday = datetime(2026, 11, 30, 1, tzinfo=UTC)  # 10:00 in Seoul
    assert silent_before(always, monday, 3 * HOUR) == monday - 3 * HOUR
    assert silent_before(hours, monday, 3 * HOUR) == datetime(2026, 11, 27, 7, tzinfo=UTC)
    closed = BusinessHours("Asia/Seoul", Week(days=((),) * 7))
    assert silent_before(closed, monday, HOUR) is None


def test_the_rule_is_changed_by_who_may_and_not_over_somebody_else(cast: Cast):
    with pytest.raises(NotAllowed):
        change_rule(cast.workspace.id, Wanted(is_on=True), by=cast.actor(cast.agent))
    turn_on(cast)
    with pytest.raises(ChangedMeanwhile):
        change_rule(cast.workspace.id, Wanted(), by=cast.actor(), versions=["1"])
    with pytest.raises(Invalid):
        change_rule(cast.workspace.id, Wanted(counted_by="moon"), by=cast.actor())
    assert IdleRule.objects.get().is_on
    assert Event.objects.filter(kind="IdleRuleChanged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_resolve_each_once():
    cast = make_cast()
    found = [answered(cast, f"+1202556{place:04}", NOON) for place in range(6)]
    turn_on(cast)
    both, counts = Barrier(2), []

    def work() -> None:
        try:
            both.wait(5)
            with clock.frozen_at(NOON + IDLE_FOR):
                counts.append(resolve_idle())
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert sum(counts) == 6
    assert [len(lines_of(each)) for each in found] == [1] * 6


def test_what_was_written_after_it_was_found_stays_open(cast: Cast):
    found = answered(cast, ALICE, NOON)
    cast.hears(ALICE, "One more thing", at=NOON + IDLE_FOR)
    facts = {"since": NOON + HOUR, "idle_for": IDLE_FOR, "counted_by": "calendar"}
    assert resolve_silent([found.id], **facts, by=cast.actor()) == []  # type: ignore[arg-type]
    assert status_of(found) == "open"
