"""What never left waits for as long as it is of use, and can be stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Activity, Message
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.operations.settling import RETRIES, record_results, stop_message
from regulars.conversations.tests.saying import AnyContent, claim, fresh, job, open_conversation, queue
from regulars.inboxes.ports import Accepted, Deferred, OutgoingTemplate, ProviderError
from regulars.kernel.errors import Conflict, NotAllowed
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SALE = OutgoingTemplate(name="sale", language="en")


def _row(message: Message) -> Message:
    return Message.objects.get(id=message.id)


def _outbound(cast: Cast) -> tuple[int, int, dict[str, int], int, int]:
    side = read_ledger(cast.workspace.id)[0].outbound
    return side.intended, side.accepted, side.refused, side.unknown, side.pending


@pytest.mark.parametrize("pauses", ["message", "contact", "number", "connection"])
def test_what_never_left_waits_without_counting(cast, pauses):
    message = queue(cast, open_conversation(cast))
    throttled = Deferred(error=ProviderError(code=4, title="limit"), wait=timedelta(0), pauses=pauses)
    for _ in range(RETRIES + 5):
        record_results([(claim(cast)[0], throttled)])
    (claimed,) = claim(cast)
    tries = RETRIES + 6 if pauses in {"message", "contact"} else 1
    assert (claimed.to_send.attempt, job(message).waits_for) == (
        tries,
        {"code": 4, "title": "limit", "details": ""},
    )
    record_results([(claimed, Accepted(provider_id="w1"))])
    assert (_row(message).status, _outbound(cast)) == ("sent", (1, 1, {}, 0, 0))


def test_a_wait_ends_no_later_than_the_window(cast):
    conversation = open_conversation(cast)
    message = queue(cast, conversation)
    hours = Deferred(error=ProviderError(code=4), wait=timedelta(hours=100))
    record_results([(claim(cast)[0], hours)])
    assert job(message).not_before == fresh(conversation).window_closes_at


@pytest.mark.parametrize(("category", "hours"), [("AUTHENTICATION", 1 / 6), ("UTILITY", 24), ("", 24)])
def test_a_template_is_of_use_for_a_stated_time(cast, category, hours):
    draft = OutgoingDraft(open_conversation(cast), SALE, template_category=category)
    message = queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent())
    assert job(message).useful_until == message.created_at + timedelta(hours=hours)
    text = queue(cast, fresh(draft.conversation), "text")
    assert job(text).useful_until is None


def test_a_member_stops_what_has_not_left(cast):
    conversation = open_conversation(cast)
    message, behind = queue(cast, conversation, "1"), queue(cast, conversation, "2")
    record_results([(claim(cast)[0], Deferred(error=ProviderError(code=131056), wait=timedelta(hours=1)))])
    for _ in range(2):
        stop_message(message, by=cast.actor(cast.agent))
    row = _row(message)
    assert (row.status, row.error and row.error["code"]) == ("failed", "stopped")
    assert _outbound(cast) == (2, 0, {"stopped": 1}, 0, 1)
    assert Activity.objects.filter(kind="stopped").count() == 1
    assert [each.to_send.message_id for each in claim(cast)] == [str(behind.id)]
    with pytest.raises(Conflict):
        stop_message(behind, by=cast.actor(cast.agent))
    with pytest.raises(NotAllowed):
        stop_message(message, by=cast.token_actor("agent", scopes=["contacts:read"]))
