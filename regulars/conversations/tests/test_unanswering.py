"""An answer that failed is none: clock and unread mark come back; a window closes when the platform says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations, product

import pytest
from msgspec.structs import replace

from regulars.conversations.models import Activity, Conversation, Message
from regulars.conversations.operations.handling import resolve_conversation
from regulars.conversations.operations.settling import record_results, stop_message
from regulars.conversations.operations.statuses import IncomingStatus
from regulars.conversations.tests.saying import (
    at,
    claim,
    forget_events,
    fresh,
    open_conversation,
    queue,
    receive,
    said,
    status,
    tell,
)
from regulars.inboxes.ports import Accepted, OutgoingReaction, ProviderError, Refused
from regulars.kernel import clock
from regulars.kernel.models import Event
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db

UNREACHABLE = Refused(error=ProviderError(code=131026))
CLOSED = Refused(error=ProviderError(code=131047, meaning="window_closed"))

Failing = Callable[[Cast, Message], object]


def _refused(cast: Cast, message: Message) -> None:
    (claimed,) = [each for each in claim(cast) if each.to_send.message_id == str(message.id)]
    record_results([(claimed, UNREACHABLE)])


def _told_late(cast: Cast, message: Message) -> None:
    (claimed,) = [each for each in claim(cast) if each.to_send.message_id == str(message.id)]
    record_results([(claimed, Accepted(provider_id=f"w.{message.id}"))])
    tell(cast, status(message, "sent"))
    tell(cast, status(message, "failed", errors=(ProviderError(code=131026),)))


def _window_over(cast: Cast, message: Message) -> None:
    Conversation.objects.filter(id=message.conversation_id).update(window_closes_at=clock.now())
    assert claim(cast) == []


def _stopped(cast: Cast, message: Message) -> None:
    stop_message(message, by=cast.actor())


WAYS: dict[str, Failing] = {
    "refused": _refused,
    "told late": _told_late,
    "window over": _window_over,
    "stopped": _stopped,
}


def _open(cast: Cast) -> tuple[Conversation, datetime]:
    conversation = open_conversation(cast)
    assert conversation.waiting_since is not None
    return conversation, conversation.waiting_since


@pytest.mark.parametrize("way", WAYS)
def test_the_clock_and_the_unread_mark_come_back(cast, way):
    conversation, since = _open(cast)
    message = queue(cast, conversation)
    assert (fresh(conversation).waiting_since, fresh(conversation).unread_count) == (None, 0)
    forget_events()
    WAYS[way](cast, message)
    after = fresh(conversation)
    assert (after.waiting_since, after.unread_count, after.status) == (since, 1, "open")
    assert Event.objects.get(kind="AnswerFailed").body["from_status"] == "open"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_with_which_it_was_resolved_opens_it_again(cast, way):
    conversation, since = _open(cast)
    message = queue(cast, conversation)
    resolve_conversation(fresh(conversation), by=cast.actor())
    WAYS[way](cast, message)
    assert (fresh(conversation).status, fresh(conversation).waiting_since) == ("open", since)
    assert Activity.objects.filter(kind="reopened_by_failure").count() == 1


def test_a_failure_told_twice_brings_it_back_once(cast):
    conversation, _since = _open(cast)
    message = queue(cast, conversation)
    _told_late(cast, message)
    resolve_conversation(fresh(conversation), by=cast.actor())
    tell(cast, status(message, "failed", errors=(ProviderError(code=131026),)))
    assert (fresh(conversation).status, fresh(conversation).unread_count) == ("resolved", 0)


def test_a_later_answer_of_ours_still_counts(cast):
    conversation, _since = _open(cast)
    first = queue(cast, conversation, "1")
    queue(cast, fresh(conversation), "2")
    _refused(cast, first)
    assert fresh(conversation).waiting_since is None


def test_a_later_reaction_does_not(cast):
    conversation, since = _open(cast)
    first = queue(cast, conversation, "1")
    queue(cast, fresh(conversation), OutgoingReaction(target_provider_id="m1", emoji="👍"))
    _refused(cast, first)
    assert fresh(conversation).waiting_since == since


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_when_all_answers_fail_the_first_question_waits_on(cast, order):
    """In an outage: a question, an answer that waits, "hello?", another answer; both end unsent."""
    conversation, since = _open(cast)
    answers = [queue(cast, conversation, "1")]
    cast.hears(ALICE, "hello?")
    answers.append(queue(cast, fresh(conversation), "2"))
    for place in order:
        stop_message(answers[place], by=cast.actor())
    after = fresh(conversation)
    assert (after.waiting_since, after.unread_count) == (since, 2)


def test_an_answer_from_the_phone_app_still_counts(cast):
    receive(cast, said("q1", 0))
    Conversation.objects.update(window_closes_at=clock.now() + timedelta(hours=1))
    conversation = fresh(Conversation.objects.get())
    message = queue(cast, conversation)
    receive(cast, said("a1", 60, direction="out", source="phone_app"))
    stop_message(message, by=cast.actor())
    assert fresh(conversation).waiting_since is None


def test_what_was_told_after_the_answer_waits_from_the_first_question(cast):
    receive(cast, said("q1", 0))
    Conversation.objects.update(window_closes_at=clock.now() + timedelta(hours=1))
    conversation = fresh(Conversation.objects.get())
    message = queue(cast, conversation)
    receive(cast, said("q2", 60))
    assert fresh(conversation).waiting_since == at(60)
    stop_message(message, by=cast.actor())
    assert (fresh(conversation).waiting_since, fresh(conversation).unread_count) == (at(0), 2)


def test_the_contact_waits_exactly_when_no_answer_since_has_gone(cast):
    """Whatever the outcomes of three answers, and in whatever order they are told."""
    serial = 0
    for outcomes in product(("delivered", "failed"), repeat=3):
        for order in permutations(range(3)):
            serial += 1
            conversation = open_conversation(cast, f"+1202555{serial:04}")
            since = conversation.waiting_since
            answers = [queue(cast, fresh(conversation), str(place)) for place in range(3)]
            for place in order:
                tell(cast, status(answers[place], outcomes[place]))
            expected = None if "delivered" in outcomes else since
            assert fresh(conversation).waiting_since == expected, (outcomes, order)


# --- the window ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_the_platforms_word_closes_the_window(cast, late):
    conversation, _since = _open(cast)
    message = queue(cast, conversation, "1")
    behind = queue(cast, conversation, "2")
    moment = clock.now()
    (claimed,) = claim(cast)
    if late:
        record_results([(claimed, Accepted(provider_id="w1"))])
        told = status(message, "failed", errors=(CLOSED.error,))
        tell(cast, IncomingStatus(replace(told.status, at=moment), told.inbox_id))
    else:
        record_results([(claimed, CLOSED)])
    assert not fresh(conversation).window_is_open(clock.now())
    assert claim(cast) == []
    row = Message.objects.get(id=behind.id)
    assert (row.status, (row.error or {})["code"]) == ("failed", "reply-window-closed")
    cast.hears(ALICE, "are you there?")
    assert fresh(conversation).window_is_open(clock.now())


def test_a_word_older_than_the_contacts_last_message_closes_nothing(cast):
    conversation, _since = _open(cast)
    message = queue(cast, conversation)
    tell(cast, status(message, "failed", errors=(CLOSED.error,)))
    assert fresh(conversation).window_is_open(clock.now())


def test_what_reaches_the_contact_after_all_is_an_answer_again(cast):
    conversation, _since = _open(cast)
    message = queue(cast, conversation)
    _told_late(cast, message)
    assert fresh(conversation).waiting_since is not None
    tell(cast, status(message, "delivered", 1))
    assert (fresh(conversation).waiting_since, fresh(conversation).unread_count) == (None, 0)


def test_what_the_contact_wrote_meanwhile_waits_on(cast):
    conversation, _since = _open(cast)
    message = queue(cast, conversation)
    _told_late(cast, message)
    receive(cast, said("w.later", (clock.now() - at(0)).total_seconds() + 60))
    before = fresh(conversation)
    tell(cast, status(message, "delivered", 1))
    assert (fresh(conversation).waiting_since, fresh(conversation).unread_count) == (
        before.waiting_since,
        before.unread_count,
    )
