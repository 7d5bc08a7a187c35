"""What was just said can be taken back, holds up nobody, and is no failure afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Fact, Message
from regulars.conversations.operations.composing import Composition, compose
from regulars.conversations.operations.settling import record_results
from regulars.conversations.operations.undoing import take_back
from regulars.conversations.tests.saying import AnyContent, claim, fresh, job, open_conversation, queue, tell
from regulars.conversations.tests.saying import status as told
from regulars.inboxes.ports import Accepted, OutgoingText
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotFound
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db

FIVE = timedelta(seconds=5)


def _say(
    cast: Cast, conversation: Conversation, *texts: str, by: Member | None = None, after: timedelta = FIVE
) -> list[Message]:
    composition = Composition(conversation, [OutgoingText(body=text) for text in texts], leaves_after=after)
    return compose(composition, by=cast.actor(by or cast.agent), channel=AnyContent())


def _back(cast: Cast, messages: list[Message], by: Member | None = None) -> None:
    ids = [each.id for each in messages]
    take_back(ids, conversation=messages[0].conversation, by=cast.actor(by or cast.agent))


def _state(conversation: Conversation) -> tuple[object, ...]:
    after = fresh(conversation)
    return after.waiting_since, after.unread_count, after.last_message_id, after.status


def test_it_waits_for_its_time_and_holds_up_no_other_conversation(cast: Cast):
    (message,) = _say(cast, open_conversation(cast), "hi")
    other = queue(cast, open_conversation(cast, BORIS))
    assert [each.to_send.message_id for each in claim(cast)] == [str(other.id)]
    assert job(message).not_before - job(message).created_at == FIVE


def test_what_is_said_after_it_lets_it_go_first(cast: Cast):
    conversation = open_conversation(cast)
    first = _say(cast, conversation, "one", "two")
    second = queue(cast, conversation, "three", by=cast.lead)
    order = []
    while claimed := claim(cast):
        order += [each.to_send.message_id for each in claimed]
        record_results([(each, Accepted(provider_id=f"wamid.{each.to_send.message_id}")) for each in claimed])
    assert order == [str(each.id) for each in (*first, second)]


def test_taken_back_it_is_as_if_it_had_not_been_said(cast: Cast):
    conversation = open_conversation(cast)
    before = _state(conversation)
    messages = _say(cast, conversation, "one", "two")
    assert _state(conversation)[:2] == (None, 0)
    _back(cast, messages)
    _back(cast, messages)
    assert (_state(conversation), claim(cast)) == (before, [])
    outbound = read_ledger(cast.workspace.id)[0].outbound
    assert (outbound.refused, outbound.adds_up) == ({"taken-back": 2}, True)
    assert Fact.objects.filter(conversation=conversation, kind="answer").count() == 0


def test_the_same_intent_sends_nothing_after_it_was_taken_back(cast: Cast):
    conversation = open_conversation(cast)
    (message,) = _say(cast, conversation, "hi")
    _back(cast, [message])
    again = Composition(conversation, [OutgoingText(body="hi")], intent=message.id)
    (known,) = compose(again, by=cast.actor(cast.agent), channel=AnyContent())
    assert (known.id, known.status, claim(cast)) == (message.id, "failed", [])


def test_what_is_on_its_way_stays_said_and_so_does_all_that_was_said_with_it(cast: Cast):
    messages = _say(cast, open_conversation(cast), "one", "two", after=timedelta(0))
    claim(cast)
    with pytest.raises(Conflict):
        _back(cast, messages)
    assert [job(each).state for each in messages] == ["sending", "queued"]


def test_only_its_writer_takes_it_back(cast: Cast):
    (message,) = _say(cast, open_conversation(cast), "hi")
    for other in (cast.lead, cast.owner):
        with pytest.raises(NotFound):
            _back(cast, [message], by=other)
    with pytest.raises(NotFound):
        take_back([message.id], conversation=open_conversation(cast, BORIS), by=cast.actor(cast.agent))


def test_a_wait_for_the_platform_is_no_time_to_take_it_back(cast: Cast):
    """What was tried once may be tried again any moment."""
    (message,) = _say(cast, open_conversation(cast), "hi", after=timedelta(0))
    job(message).__class__.objects.filter(message_id=message.id).update(
        attempts=1, waits_for={"code": 1, "title": "", "details": ""}, not_before=clock.now() + FIVE
    )
    with pytest.raises(Conflict):
        _back(cast, [message])
    queue(cast, message.conversation, "later")
    assert job(message).not_before > clock.now()


def test_a_status_of_a_message_that_was_taken_back_changes_nothing(cast: Cast):
    """None can come; a forged or mixed-up one does no harm."""
    (message,) = _say(cast, open_conversation(cast, ALICE), "hi")
    _back(cast, [message])
    tell(cast, told(message, "sent"))
    assert Message.objects.get(id=message.id).status == "failed"
