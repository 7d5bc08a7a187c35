"""What waits for its time leaves once, looked at again; what may not leave comes back to its writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition
from regulars.conversations.operations.handling import mark_as_read
from regulars.conversations.queries.threads import messages_of
from regulars.conversations.tests.saying import event_kinds, forget_events, fresh
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingTemplate, OutgoingText
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.ids import new_id
from regulars.kernel.intents import IntentUsed
from regulars.message_templates.models import MessageTemplate
from regulars.quick_replies.models import QuickReplyUse
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.scheduling.access import access_scheduled, scheduled_visible_to
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import (
    cancel_scheduled,
    change_scheduled,
    hold_what_was_scheduled,
    schedule_message,
    send_due,
    send_scheduled_now,
    stop_answered,
)
from regulars.scheduling.queries import next_due_at, scheduled_in
from regulars.workspaces.models import Member
from tests.cast import ALICE, CHAI, Cast

HOUR = timedelta(hours=1)
DB = pytest.mark.django_db
AT_ONCE = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    heard = fresh(cast.hears(ALICE, "When do you open?"))
    mark_as_read(heard, by=cast.actor())
    return fresh(heard)


def _schedule(
    cast: Cast,
    conversation: Conversation,
    *,
    after: timedelta = HOUR,
    by: Member | None = None,
    stops: bool = False,
    content: object = None,
    **more: object,
) -> ScheduledMessage:
    composition = Composition(conversation, [content or OutgoingText(body="At nine")], **more)  # type: ignore[list-item,arg-type]
    return schedule_message(
        composition,
        clock.now() + after,
        stops_on_answer=stops,
        by=cast.actor(by or cast.agent),
        channel=facts_of("whatsapp"),
    )


@contextmanager
def _later(after: timedelta = HOUR) -> Iterator[None]:
    with clock.frozen_at(clock.now() + after):
        yield


def _sent(conversation: Conversation) -> list[str]:
    return [each.text for each in messages_of(conversation) if each.direction == "out"]


def _intended(cast: Cast) -> int:
    ledger, _parts = read_ledger(cast.workspace.id)
    assert ledger.outbound.adds_up
    return ledger.outbound.intended


def _state(scheduled: ScheduledMessage) -> tuple[str, str]:
    row = ScheduledMessage.objects.get(id=scheduled.id)
    return row.state, (row.error or {}).get("code", "")


@DB
def test_it_leaves_when_its_time_has_come_and_not_before(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation)
    assert (send_due(), _sent(conversation), _intended(cast)) == (False, [], 0)
    with _later():
        assert [send_due(), send_due()] == [True, False]
    (message,) = Message.objects.filter(direction="out")
    assert (message.id, message.text, message.author_member) == (scheduled.id, "At nine", cast.agent)
    assert (_state(scheduled), _intended(cast)) == (("sent", ""), 1)
    assert fresh(conversation).waiting_since is None


@DB
def test_what_the_contact_said_since_it_was_written_is_not_answered_by_it(
    cast: Cast, conversation: Conversation
):
    _schedule(cast, conversation)
    cast.hears(ALICE, "And on Sunday?")
    with _later():
        send_due()
    assert (_sent(conversation), fresh(conversation).unread_count) == (["At nine"], 1)


@DB
def test_a_quick_reply_counts_when_it_leaves(cast: Cast, conversation: Conversation):
    draft = ReplyDraft("hi", "Greeting", (Wording(language="en", text="Good day"),))
    reply = create_reply(draft, by=cast.actor(cast.owner))
    written = Composition(conversation, [OutgoingText(body="Good day")], quick_replies=[reply.id])
    by, channel = cast.actor(cast.agent), facts_of(cast.connection.channel)
    scheduled = schedule_message(written, clock.now() + HOUR, stops_on_answer=False, by=by, channel=channel)
    assert list(QuickReplyUse.objects.all()) == []
    send_scheduled_now(scheduled, by=by)
    assert QuickReplyUse.objects.get().count == 1


@DB
def test_it_is_canceled_by_an_answer_where_its_writer_wanted_that(cast: Cast, conversation: Conversation):
    stopping, going = _schedule(cast, conversation, stops=True), _schedule(cast, conversation)
    forget_events()
    cast.hears(ALICE, "Never mind")
    said = Message.objects.filter(direction="in").latest("id")
    assert [stop_answered([said.id]), stop_answered([said.id])] == [1, 0]
    with _later():
        assert [send_due(), send_due()] == [True, False]
    assert (_state(stopping), _state(going)) == (("canceled", "contact-wrote"), ("sent", ""))
    assert event_kinds().count("ScheduledMessageCanceled") == 1


@DB
def test_an_answer_that_the_log_has_not_told_yet_cancels_it_too(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation, stops=True)
    cast.hears(ALICE, "Never mind")
    with _later():
        assert send_due()
    assert (_state(scheduled), _sent(conversation)) == (("canceled", "contact-wrote"), [])


@DB
def test_a_reaction_is_no_answer(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation, stops=True)
    cast.hears(ALICE, kind="reaction", target="wamid.none")
    assert stop_answered([each.id for each in Message.objects.filter(kind="reaction")]) == 0
    assert _state(scheduled) == ("waiting", "")


@DB
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _cast: Conversation.objects.update(window_closes_at=clock.now()), "reply-window-closed"),
        (lambda cast: type(cast.inbox).objects.update(paused_reason="Stocktaking"), "inbox-paused"),
        (lambda cast: Member.objects.filter(id=cast.agent.id).update(is_active=False), "author-gone"),
    ],
    ids=["window", "pause", "author"],
)
def test_what_may_not_leave_by_then_comes_back_to_its_writer(
    cast: Cast, conversation: Conversation, change: Callable[[Cast], object], code: str
):
    scheduled = _schedule(cast, conversation)
    change(cast)
    with _later():
        assert [send_due(), send_due()] == [True, False]
    assert (_state(scheduled), _sent(conversation)) == (("refused", code), [])
    assert [each.id for each in scheduled_in(conversation)] == [scheduled.id]
    assert _intended(cast) == 0


@DB
def test_a_promotion_is_asked_for_consent_when_it_leaves(cast: Cast):
    conversation = fresh(cast.hears(CHAI, "สวัสดี"))
    MessageTemplate.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        name="autumn_sale",
        language="th",
        category="MARKETING",
        status="APPROVED",
        components=[{"type": "BODY", "text": "ลดราคา"}],
    )
    cast.opt(cast.chai, "opted_in")
    content = OutgoingTemplate(name="autumn_sale", language="th")
    scheduled = _schedule(cast, conversation, content=content, after=timedelta(days=3))
    cast.opt(cast.chai, "opted_out", at=clock.now() + timedelta(seconds=1))
    with _later(timedelta(days=3)):
        assert send_due()
    assert _state(scheduled) == ("refused", "opted-out")


@DB
def test_a_text_whose_window_will_be_closed_is_refused_when_it_is_written(
    cast: Cast, conversation: Conversation
):
    with pytest.raises(GuardrailRefused) as refused:
        _schedule(cast, conversation, after=timedelta(days=2))
    assert (refused.value.code, ScheduledMessage.objects.count()) == ("reply-window-closed", 0)


@DB
@pytest.mark.parametrize("after", [-HOUR, timedelta(0), timedelta(days=366)])
def test_its_time_lies_in_the_year_to_come(cast: Cast, conversation: Conversation, after: timedelta):
    with pytest.raises(Invalid):
        _schedule(cast, conversation, after=after)


@DB
def test_asked_for_twice_it_is_there_once(cast: Cast, conversation: Conversation):
    intent = new_id()
    first, again = (_schedule(cast, conversation, intent=intent) for _ in range(2))
    assert (first.id, ScheduledMessage.objects.count()) == (again.id, 1)
    with pytest.raises(IntentUsed):
        _schedule(cast, conversation, intent=intent, content=OutgoingText(body="At ten"))


@DB
def test_it_can_be_changed_sent_at_once_and_canceled(cast: Cast, conversation: Conversation):
    first, second = _schedule(cast, conversation), _schedule(cast, conversation)
    by = cast.actor(cast.lead)
    change_scheduled(first, at=clock.now() + 2 * HOUR, text="At ten", by=by)
    cancel_scheduled(second, by=by)
    cancel_scheduled(second, by=by)
    with _later():
        assert not send_due()
    assert [each.text for each in send_scheduled_now(access_scheduled(by, first.id), by=by)] == ["At ten"]
    for verb in (cancel_scheduled, send_scheduled_now):
        with pytest.raises(Conflict):
            verb(access_scheduled(by, first.id), by=by)
    with pytest.raises(Conflict):
        send_scheduled_now(second, by=by)
    assert _sent(conversation) == ["At ten"]


@DB
def test_a_refused_one_waits_again_when_it_gets_another_time(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation)
    type(cast.inbox).objects.update(paused_reason="Stocktaking")
    with _later():
        send_due()
    type(cast.inbox).objects.update(paused_reason="")
    again = access_scheduled(cast.actor(cast.agent), scheduled.id)
    change_scheduled(again, at=clock.now() + 2 * HOUR, by=cast.actor(cast.agent))
    assert _state(scheduled) == ("waiting", "")
    with _later(2 * HOUR):
        assert send_due()
    assert _sent(conversation) == ["At nine"]


@DB
def test_it_is_seen_by_who_sees_the_conversation(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation)
    for member in (cast.owner, cast.lead, cast.agent):
        assert list(scheduled_visible_to(cast.actor(member))) == [scheduled]
    stranger = cast.stranger.actor(cast.stranger.owner)
    assert list(scheduled_visible_to(stranger)) == []
    with pytest.raises(NotFound):
        access_scheduled(stranger, scheduled.id)
    with pytest.raises(NotAllowed):
        schedule_message(
            Composition(conversation, [OutgoingText(body="no")]),
            clock.now() + HOUR,
            stops_on_answer=False,
            by=cast.token_actor("agent", scopes=["conversations:read"]),
            channel=facts_of("whatsapp"),
        )


@DB
def test_of_a_restored_database_nothing_leaves_by_itself(cast: Cast, conversation: Conversation):
    scheduled = _schedule(cast, conversation)
    assert [hold_what_was_scheduled(), hold_what_was_scheduled()] == [1, 0]
    with _later():
        assert not send_due()
    assert _state(scheduled) == ("refused", "restored")


@DB
def test_what_is_next_is_known(cast: Cast, conversation: Conversation):
    assert next_due_at() is None
    second, first = _schedule(cast, conversation, after=2 * HOUR), _schedule(cast, conversation)
    assert next_due_at() == first.due_at < second.due_at


@AT_ONCE
def test_many_workers_let_it_leave_once(cast: Cast, conversation: Conversation):
    """Also when one of them dies in between: what it did is undone with its transaction."""
    wanted = [_schedule(cast, conversation, after=timedelta(seconds=1)) for _ in range(12)]
    ScheduledMessage.objects.update(due_at=clock.now())
    start = Barrier(4)

    def work(place: int) -> None:
        start.wait(10)
        try:
            if place == 0:
                with suppress(KeyboardInterrupt), transaction.atomic():
                    send_due()
                    raise KeyboardInterrupt
            while send_due():
                pass
        finally:
            connection.close()

    threads = [Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    while send_due():
        pass
    sent = Message.objects.filter(direction="out").values_list("id", flat=True)
    assert sorted(sent) == sorted(each.id for each in wanted)
    assert _intended(cast) == 12
