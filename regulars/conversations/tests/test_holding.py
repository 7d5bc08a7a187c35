"""After a restore nothing leaves by itself that may have left since the database was copied."""

from __future__ import annotations

import pytest

from regulars.conversations.models import Message
from regulars.conversations.operations.holding import hold_what_waited
from regulars.conversations.operations.settling import RESTORED, mark_as_sent, send_again, stop_message
from regulars.conversations.tests.saying import claim, job, open_conversation, queue
from regulars.kernel.errors import Conflict
from tests.cast import ALICE, BORIS, Cast


def _said(message: Message) -> tuple[str, str, str]:
    row, kept = Message.objects.get(id=message.id), job(message)
    return row.status, kept.state, kept.outcome_reason


def test_what_waited_and_what_was_leaving_is_held_and_a_person_decides(cast: Cast):
    leaving = queue(cast, open_conversation(cast, ALICE))
    claim(cast)
    waiting = [queue(cast, open_conversation(cast, BORIS)) for _ in range(3)]
    assert (hold_what_waited(), hold_what_waited()) == (4, 0)
    assert {_said(each) for each in (leaving, *waiting)} == {("unknown", "unknown", RESTORED)}
    assert claim(cast) == []
    sent, stopped, told = waiting
    send_again(sent, by=cast.actor())
    stop_message(stopped, by=cast.actor())
    mark_as_sent(told, by=cast.actor())
    assert [_said(each)[0] for each in waiting] == ["queued", "failed", "sent"]
    assert [each.to_send.message_id for each in claim(cast)] == [str(sent.id)]


def test_a_status_tells_what_became_of_it(cast: Cast):
    message = queue(cast, open_conversation(cast))
    hold_what_waited()
    cast.hears_status(message, "delivered")
    assert _said(message)[:2] == ("delivered", "accepted")


def test_what_is_unknown_for_another_reason_is_not_stopped(cast: Cast):
    message = queue(cast, open_conversation(cast))
    claim(cast)
    with pytest.raises(Conflict):
        stop_message(message, by=cast.actor())
