"""Of two who answer one customer, the second is asked first; what they know decides, and the row."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from regulars.answering.answering import (
    AnsweredMeanwhile,
    BeingAnswered,
    Known,
    answer,
    answer_anyway,
)
from regulars.answering.holding import holders_of, let_go, take_hold
from regulars.answering.models import Hold
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition
from regulars.conversations.tests.saying import NOON, AnyContent, fresh, receive, said
from regulars.inboxes.ports import OutgoingReaction, OutgoingText
from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.workspaces.models import Member
from tests.cast import ALICE, Cast

DB = pytest.mark.django_db
AT_ONCE = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return fresh(cast.hears(ALICE, "Where is my parcel?"))


def _newest_in(conversation: Conversation) -> UUID:
    return Message.objects.filter(conversation=conversation, direction="in").latest("id").id


def _answer(
    cast: Cast,
    conversation: Conversation,
    by: Member,
    known: UUID | None,
    text: str = "On its way",
    intent: UUID | None = None,
) -> Message:
    composition = Composition(conversation, [OutgoingText(body=text)], intent=intent)
    return answer(composition, Known((known,) if known else ()), by=cast.actor(by), channel=AnyContent())[0]


def _expire() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE answering_hold SET until = clock_timestamp() - interval '1 second'")


@DB
def test_who_knows_of_nothing_newer_answers(cast: Cast, conversation: Conversation):
    first = _answer(cast, conversation, cast.agent, _newest_in(conversation))
    second = _answer(cast, conversation, cast.lead, first.id)
    assert _answer(cast, conversation, cast.agent, second.id).status == "queued"


@DB
def test_an_answer_of_a_colleague_that_was_not_seen_is_told_with_its_words(
    cast: Cast, conversation: Conversation
):
    first = _answer(cast, conversation, cast.agent, _newest_in(conversation), "It left today")
    with pytest.raises(AnsweredMeanwhile) as told:
        _answer(cast, conversation, cast.lead, _newest_in(conversation))
    facts = told.value.facts
    assert (facts["name"], facts["text"], facts["message_id"]) == (
        "Ann Agent",
        "It left today",
        str(first.id),
    )
    assert Message.objects.filter(direction="out").count() == 1


@DB
@pytest.mark.parametrize("known", [None, UUID(int=7)])
def test_who_knows_of_nothing_is_told_of_every_answer(
    cast: Cast, conversation: Conversation, known: UUID | None
):
    _answer(cast, conversation, cast.agent, _newest_in(conversation))
    with pytest.raises(AnsweredMeanwhile):
        _answer(cast, conversation, cast.lead, known)


@DB
def test_ones_own_answers_and_those_of_machines_are_nobody_elses(cast: Cast, conversation: Conversation):
    known = _newest_in(conversation)
    _answer(cast, conversation, cast.agent, known)
    composition = Composition(conversation, [OutgoingText(body="We got your message")])
    answer_anyway(composition, by=cast.actor(), channel=AnyContent())
    assert _answer(cast, conversation, cast.agent, known).status == "queued"


@DB
def test_an_answer_from_the_phone_app_counts(cast: Cast, conversation: Conversation):
    known = _newest_in(conversation)
    receive(cast, said("by phone", (clock.now() - NOON).total_seconds(), direction="out", source="phone_app"))
    with pytest.raises(AnsweredMeanwhile):
        _answer(cast, conversation, cast.agent, known)


@DB
def test_a_failed_answer_and_a_reaction_are_none(cast: Cast, conversation: Conversation):
    known = _newest_in(conversation)
    failed = _answer(cast, conversation, cast.lead, known)
    Message.objects.filter(id=failed.id).update(status="failed")
    thumb = Composition(conversation, [OutgoingReaction(target_provider_id="wamid", emoji="👍")])
    answer_anyway(thumb, by=cast.actor(cast.lead), channel=AnyContent())
    assert _answer(cast, conversation, cast.agent, known).status == "queued"


@DB
def test_who_began_first_is_asked_for(cast: Cast, conversation: Conversation):
    assert [take_hold(conversation.id, each.id) for each in (cast.agent, cast.lead, cast.agent)] == [
        True,
        False,
        True,
    ]
    with pytest.raises(BeingAnswered) as told:
        _answer(cast, conversation, cast.lead, _newest_in(conversation))
    assert told.value.facts == {"name": "Ann Agent", "member": str(cast.agent.id)}
    first = _answer(cast, conversation, cast.agent, _newest_in(conversation))
    assert holders_of([conversation.id]) == {}
    assert _answer(cast, conversation, cast.lead, first.id).status == "queued"


@DB
def test_a_hold_ends_by_itself_and_goes_to_the_next(cast: Cast, conversation: Conversation):
    take_hold(conversation.id, cast.agent.id)
    _expire()
    assert holders_of([conversation.id]) == {}
    assert take_hold(conversation.id, cast.lead.id)
    assert [let_go(conversation.id, each.id) for each in (cast.agent, cast.lead, cast.lead)] == [
        False,
        True,
        False,
    ]


@DB
def test_the_same_intent_is_answered_as_the_first_time(cast: Cast, conversation: Conversation):
    """A lost response is asked for again, also when a colleague has answered since."""
    intent, known = new_id(), _newest_in(conversation)
    first = _answer(cast, conversation, cast.agent, known, intent=intent)
    _answer(cast, conversation, cast.lead, first.id)
    assert _answer(cast, conversation, cast.agent, known, intent=intent).id == first.id


def _at_once(
    cast: Cast, conversation: Conversation, people: list[Member], last: UUID, text: str
) -> list[str]:
    """What each is told who begins and sends at the same moment."""
    start = Barrier(len(people))
    told: list[str] = []

    def work(member: Member) -> None:
        start.wait(10)
        try:
            take_hold(conversation.id, member.id)
            _answer(cast, conversation, member, last, text)
            told.append("sent")
        except (AnsweredMeanwhile, BeingAnswered) as problem:
            told.append(problem.code)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(told) == len(people)
    return told


@AT_ONCE
def test_of_many_at_the_same_moment_one_answers_and_one_holds(cast: Cast, conversation: Conversation):
    people = [cast.owner, cast.admin, cast.lead, cast.agent, cast.mate]
    for turn in range(6):
        last = Message.objects.filter(conversation=conversation).latest("created_at").id
        told = _at_once(cast, conversation, people, last, f"turn {turn}")
        assert told.count("sent") == Message.objects.filter(text=f"turn {turn}").count() == 1
        Hold.objects.all().delete()


class Answering(RuleBasedStateMachine):
    """Some people, one conversation, any order of writing, stopping, waiting, looking and sending."""

    cast: Cast
    conversation: Conversation

    def __init__(self) -> None:
        super().__init__()
        self.people = [self.cast.lead, self.cast.agent, self.cast.mate]
        Hold.objects.all().delete()
        self.holder: int | None = None
        self.answers: list[tuple[int, UUID]] = []
        """who, and which, of this run"""
        self.start = Message.objects.filter(conversation=self.conversation).latest("created_at").id
        self.seen = [0, 0, 0]
        """how many of the answers each has before their eyes"""
        self.kept: list[tuple[int, str]] = []

    who = st.integers(0, 2)

    @rule(who=who)
    def write(self, who: int) -> None:
        got = take_hold(self.conversation.id, self.people[who].id)
        assert got is (self.holder in (None, who))
        if got:
            self.holder = who

    @rule(who=who)
    def stop(self, who: int) -> None:
        assert let_go(self.conversation.id, self.people[who].id) is (self.holder == who)
        if self.holder == who:
            self.holder = None

    @rule()
    def time_passes(self) -> None:
        _expire()
        self.holder = None

    @rule(who=who)
    def look(self, who: int) -> None:
        self.seen[who] = len(self.answers)

    @rule(who=who)
    def send(self, who: int) -> None:
        place = self.seen[who]
        known = self.answers[place - 1][1] if place else self.start
        unseen = [author for author, _id in self.answers[place:] if author != who]
        try:
            sent = _answer(self.cast, self.conversation, self.people[who], known)
        except AnsweredMeanwhile:
            assert unseen
        except BeingAnswered:
            assert not unseen
            assert self.holder not in (None, who)
        else:
            assert not unseen
            assert self.holder in (None, who)
            self.answers.append((who, sent.id))
            self.holder = None

    @invariant()
    def the_row_says_who_holds(self) -> None:
        expected = {} if self.holder is None else {self.conversation.id: self.people[self.holder].id}
        assert holders_of([self.conversation.id]) == expected


@DB
def test_any_order_of_people_writing_waiting_and_sending(cast: Cast, conversation: Conversation):
    Answering.cast, Answering.conversation = cast, conversation
    run_state_machine_as_test(
        Answering,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert clock.now() > conversation.created_at
