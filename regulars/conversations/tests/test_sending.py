"""Messages go out: guardrails, the intent, claiming in order, outcomes, and what a person may decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from regulars.contacts.models import Contact, ContactIdentity
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Activity, Conversation, Message, OutgoingMessage
from regulars.conversations.operations import claiming
from regulars.conversations.operations.sending import (
    OutgoingDraft,
    outgoing_of,
    queue_message,
    queue_messages,
)
from regulars.conversations.operations.settling import (
    RETRIES,
    give_up_lost_leases,
    mark_as_sent,
    record_results,
    release_own_leases,
    send_again,
)
from regulars.conversations.tests.saying import (
    AnyContent,
    claim,
    event_kinds,
    forget_events,
    fresh,
    job,
    open_conversation,
    queue,
    status,
    tell,
)
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import (
    Accepted,
    Deferred,
    Identity,
    LimitProblem,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ProviderError,
    Refused,
    SendResult,
    Uncertain,
)
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotAllowed
from regulars.kernel.models import Event
from regulars.message_templates.models import MessageTemplate
from tests.cast import ALICE, BORIS, CHAI, Cast
from tests.plans import rows_read

pytestmark = pytest.mark.django_db

BUSY = Deferred(error=ProviderError(code=131016, title="busy"), wait=timedelta(0))
BAD = Refused(error=ProviderError(code=131009, title="bad parameter"))
COUNTED = Deferred(error=ProviderError(code=131016, title="busy"), wait=timedelta(0), is_counted=True)
TOKEN_REFUSED = Deferred(
    error=ProviderError(code=190, title="Session expired"), wait=timedelta(seconds=15), pauses="connection"
)
UNSURE = Uncertain(reason="timeout")
SALE = OutgoingTemplate(name="sale", language="en")


def _row(message: Message) -> Message:
    return Message.objects.get(id=message.id)


def _outbound(cast: Cast) -> tuple[int, int, dict[str, int], int, int]:
    total, _parts = read_ledger(cast.workspace.id)
    assert total.adds_up
    side = total.outbound
    return side.intended, side.accepted, side.refused, side.unknown, side.pending


def _close_window(conversation: Conversation) -> Conversation:
    Conversation.objects.filter(id=conversation.id).update(
        window_closes_at=clock.now() - timedelta(seconds=1)
    )
    return fresh(conversation)


def _template(cast: Cast, category: str = "MARKETING") -> None:
    MessageTemplate.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        name="sale",
        language="en",
        category=category,
        status="APPROVED",
    )


# --- queueing ---------------------------------------------------------------------------------------


def test_a_queued_message_is_the_intent(cast):
    conversation = open_conversation(cast)
    forget_events()
    message = queue(cast, conversation, "good morning", by=cast.agent)
    row = _row(message)
    assert (row.status, row.direction, row.text, row.author_kind) == (
        "queued",
        "out",
        "good morning",
        "member",
    )
    assert (row.author_member_id, row.provider_id, outgoing_of(row)) == (
        cast.agent.id,
        None,
        OutgoingText(body="good morning"),
    )
    assert (job(message).state, job(message).attempts) == ("queued", 0)
    assert _outbound(cast) == (1, 0, {}, 0, 1)
    assert event_kinds() == ["ConversationAnswered", "ConversationClaimed", "MessageQueued"]
    answered, claimed, _queued = (row.body for row in Event.objects.order_by("id"))
    assert (answered["message_id"], answered["unread"]) == (str(message.id), 1)
    assert (claimed["by"]["id"], claimed["team_id"]) == (str(cast.agent.id), None)
    line = Activity.objects.get(conversation=conversation)
    assert (line.kind, line.actor_name, line.facts) == (
        "claimed",
        "Ann Agent",
        {"message_id": str(message.id)},
    )
    assert fresh(conversation).last_message_id == message.id


def test_what_was_read_already_is_not_read_again(cast):
    conversation = open_conversation(cast)
    queue(cast, conversation)
    forget_events()
    queue(cast, fresh(conversation))
    assert event_kinds() == ["MessageQueued"]


def test_a_reaction_answers_nothing(cast):
    conversation = open_conversation(cast)
    queue(cast, conversation, OutgoingReaction(target_provider_id="m1", emoji="👍"), by=cast.agent)
    after = fresh(conversation)
    assert (after.unread_count, after.waiting_since is None, after.assignee_id) == (1, False, None)


def _refusal(cast: Cast, conversation: Conversation, content: object = None, category: str = "") -> str:
    draft = OutgoingDraft(conversation, content or OutgoingText(body="x"), template_category=category)  # type: ignore[arg-type]
    with pytest.raises(GuardrailRefused) as caught:
        queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent())
    assert (Message.objects.filter(direction="out").count(), _outbound(cast)[0]) == (0, 0)
    return caught.value.code


def test_a_closed_window_allows_templates_only(cast):
    conversation = _close_window(open_conversation(cast))
    assert _refusal(cast, conversation) == "reply-window-closed"
    assert queue(cast, conversation, SALE).status == "queued"


def test_a_window_that_never_was_is_closed(cast):
    conversation = Conversation.objects.create(workspace=cast.workspace, inbox=cast.inbox, contact=cast.alice)
    assert _refusal(cast, fresh(conversation)) == "reply-window-closed"


def test_a_broken_limit_is_named(cast):
    problem = LimitProblem(field="body", code="too_long", limit=4096, actual=5000)
    draft = OutgoingDraft(open_conversation(cast), OutgoingText(body="x"))
    with pytest.raises(GuardrailRefused) as caught:
        queue_message(draft, by=cast.actor(cast.agent), channel=AnyContent(problem))
    assert (caught.value.code, caught.value.facts) == ("limit-exceeded", {"problems": [problem]})


def test_a_paused_number_says_why_and_one_with_a_problem_lets_it_wait(cast):
    conversation = open_conversation(cast)
    conversation.inbox.paused_reason = "moving"
    conversation.inbox.save(update_fields=["paused_reason"])
    assert _refusal(cast, fresh(conversation)) == "inbox-paused"
    conversation.inbox.paused_reason = ""
    conversation.inbox.save(update_fields=["paused_reason"])
    note_problem(cast.inbox.id, cast.connection.id, TOKEN_REFUSED)
    assert queue(cast, fresh(conversation)).status == "queued"


def test_marketing_stops_at_whoever_opted_out_and_nothing_else_does(cast):
    conversation = open_conversation(cast, CHAI)
    assert _refusal(cast, conversation, SALE, "MARKETING") == "opted-out"
    drafts = [
        OutgoingDraft(conversation, SALE, template_category="MARKETING"),
        OutgoingDraft(conversation, SALE, template_category="UTILITY"),
        OutgoingDraft(open_conversation(cast, BORIS), SALE, template_category="MARKETING"),
    ]
    outcomes = queue_messages(drafts, by=cast.actor(cast.agent), channel=AnyContent())
    assert [isinstance(each, Message) for each in outcomes] == [False, True, True]


def test_the_newest_word_counts(cast):
    cast.opt(cast.chai, "opted_in")
    assert queue(cast, open_conversation(cast, CHAI), SALE).status == "queued"


def test_without_the_permission_nothing_is_queued(cast):
    draft = OutgoingDraft(open_conversation(cast), OutgoingText(body="x"))
    with pytest.raises(NotAllowed):
        queue_message(draft, by=cast.token_actor("agent", scopes=["contacts:read"]), channel=AnyContent())


# --- claiming ---------------------------------------------------------------------------------------


def test_each_conversation_has_one_message_on_its_way_and_order_holds(cast):
    alice, boris = open_conversation(cast), open_conversation(cast, BORIS)
    first, second, other = queue(cast, alice, "1"), queue(cast, alice, "2"), queue(cast, boris, "3")
    assert [each.to_send.message_id for each in claim(cast)] == [str(first.id), str(other.id)]
    assert claim(cast) == []
    record_results([(_claimed_of(cast, first), Accepted(provider_id="w1"))])
    (claimed,) = claim(cast)
    assert (claimed.to_send.message_id, claimed.to_send.attempt) == (str(second.id), 1)
    assert [_row(each).status for each in (first, second, other)] == ["sent", "sending", "sending"]


def _claimed_of(cast: Cast, message: Message):
    """The claim of a message that is on its way, as its sender holds it."""
    OutgoingMessage.objects.filter(message=message).update(state="queued", attempts=0)
    Message.objects.filter(id=message.id).update(status="queued")
    return next(each for each in claim(cast) if each.to_send.message_id == str(message.id))


def test_a_claim_says_where_to(cast):
    conversation = open_conversation(cast)
    ContactIdentity.objects.create(
        workspace=cast.workspace, contact=cast.alice, channel="whatsapp", kind="bsuid", value="US.1"
    )
    message = queue(cast, conversation)
    (claimed,) = claim(cast)
    assert claimed.to_send.recipient == Identity("phone", ALICE)
    assert (claimed.to_send.address, claimed.to_send.callback_data) == (cast.inbox.address, str(message.id))
    assert (claimed.connection_id, claimed.contact_id) == (cast.connection.id, cast.alice.id)


def test_limits_other_numbers_and_held_people_are_respected(cast):
    alice, boris = open_conversation(cast), open_conversation(cast, BORIS)
    queue(cast, alice)
    queue(cast, boris)
    from regulars.conversations.operations.claiming import claim_batch

    assert claim_batch(cast.second_inbox.id, 10) == []
    assert [each.conversation_id for each in claim_batch(cast.inbox.id, 10, [alice.id])] == [boris.id]
    assert [each.conversation_id for each in claim_batch(cast.inbox.id, 1)] == [alice.id]


TABLES = ("conversations_message", "conversations_conversation", "contacts_group", "inboxes_inbox")


@pytest.mark.parametrize(
    "after", [(), TABLES, TABLES[:1]], ids=["", "looked at later", "messages looked at later"]
)
@pytest.mark.parametrize(
    "before", [(), TABLES, TABLES[:1]], ids=["", "looked at empty", "messages looked at empty"]
)
def test_a_sudden_queue_is_joined_neither_with_itself_nor_with_all_messages(cast, before, after):
    """The planner knows only the empty queue of yesterday, and must not read every job again for each job. What it
    knows of the other tables depends on when they were last looked at.
    """
    _analyze(*before)
    conversations = [open_conversation(cast, f"+1202555{number:04}") for number in range(60)]

    def queue_one_each(times: int) -> None:
        drafts = [OutgoingDraft(each, OutgoingText(body="x")) for each in conversations * times]
        queue_messages(drafts, by=cast.actor(cast.owner), channel=AnyContent())

    queue_one_each(10)
    OutgoingMessage.objects.update(state="accepted")
    _analyze("conversations_outgoingmessage", *after)
    queue_one_each(1)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {claiming._CLAIM}", [cast.inbox.id, [], 100, 60])
        assert rows_read(cursor.fetchone()[0]) < 2_000


def _analyze(*tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


@pytest.mark.parametrize("cause", ["window", "address", "pause", "unreadable", "opted-out", "age"])
def test_what_is_forbidden_by_now_is_refused_and_never_leaves(cast, cause):
    conversation = open_conversation(cast)
    message = queue(cast, conversation, SALE if cause in {"opted-out", "age"} else "x")
    codes = {"window": "reply-window-closed", "address": "no-address", "pause": "inbox-paused"}
    codes["age"] = "no-longer-useful"
    if cause == "window":
        _close_window(conversation)
    elif cause == "address":
        ContactIdentity.objects.filter(contact=cast.alice).update(retired_at=clock.now())
    elif cause == "pause":
        Inbox.objects.filter(id=cast.inbox.id).update(paused_reason="moving")
    elif cause == "age":
        OutgoingMessage.objects.filter(message=message).update(useful_until=clock.now())
    elif cause == "unreadable":
        Message.objects.filter(id=message.id).update(content={"outgoing": {"type": "poem"}})
    else:
        _template(cast)
        cast.opt(cast.alice, "opted_out")
    assert claim(cast) == []
    code = codes.get(cause, cause)
    row = _row(message)
    assert (row.status, row.error and row.error["code"]) == ("failed", code)
    assert (job(message).state, _outbound(cast)) == ("refused", (1, 0, {code: 1}, 0, 0))


def test_a_utility_template_leaves_whatever_was_said_about_marketing(cast):
    _template(cast, "UTILITY")
    queue(cast, open_conversation(cast), SALE)
    cast.opt(cast.alice, "opted_out")
    assert len(claim(cast)) == 1


# --- outcomes ---------------------------------------------------------------------------------------


def test_an_accepted_message_is_sent(cast):
    message = queue(cast, open_conversation(cast))
    claimed = claim(cast)
    forget_events()
    record_results([(claimed[0], Accepted(provider_id="w1"))])
    row = _row(message)
    assert (row.status, row.provider_id, job(message).state) == ("sent", "w1", "accepted")
    assert (_outbound(cast), event_kinds()) == ((1, 1, {}, 0, 0), ["EpisodeAnswered", "MessageStatusChanged"])
    record_results([])


def test_a_refused_message_failed_with_its_cause(cast):
    message = queue(cast, open_conversation(cast))
    record_results([(claim(cast)[0], BAD)])
    row = _row(message)
    assert (row.status, row.error) == ("failed", {"code": 131009, "title": "bad parameter", "details": ""})
    assert _outbound(cast) == (1, 0, {"131009": 1}, 0, 0)


def test_an_undeliverable_address_is_marked(cast):
    queue(cast, open_conversation(cast))
    record_results([(claim(cast)[0], Refused(error=ProviderError(code=131026, meaning="unreachable")))])
    assert Contact.objects.get(id=cast.alice.id).unreachable_reason == "131026"


def test_a_transient_error_is_tried_again_twice_and_then_refused(cast):
    message = queue(cast, open_conversation(cast))
    for attempt in range(1, RETRIES + 2):
        (claimed,) = claim(cast)
        assert claimed.to_send.attempt == attempt
        record_results([(claimed, COUNTED)])
    assert (claim(cast), _row(message).status, _outbound(cast)) == ([], "failed", (1, 0, {"131016": 1}, 0, 0))


def test_a_delayed_message_keeps_those_behind_it_waiting(cast):
    conversation = open_conversation(cast)
    queue(cast, conversation, "1")
    queue(cast, conversation, "2")
    later = Deferred(error=ProviderError(code=131056), wait=timedelta(minutes=1))
    record_results([(claim(cast)[0], later)])
    assert claim(cast) == []


def test_an_unknown_result_is_never_sent_again_by_itself(cast):
    conversation = open_conversation(cast)
    message, behind = queue(cast, conversation, "1"), queue(cast, conversation, "2")
    record_results([(claim(cast)[0], UNSURE)])
    assert (_row(message).status, _outbound(cast)) == ("unknown", (2, 0, {}, 1, 1))
    assert [each.to_send.message_id for each in claim(cast)] == [str(behind.id)]
    assert claim(cast) == []


def _expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations_outgoingmessage SET lease_until = now() - interval '1 second'")


@pytest.mark.parametrize("taken_over", [True, False])
def test_a_lost_lease_is_an_unknown_result(cast, taken_over):
    message = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    assert give_up_lost_leases() == 0
    if taken_over:
        release_own_leases([cast.inbox.id])
    else:
        _expire_leases()
    assert (give_up_lost_leases(), give_up_lost_leases()) == (1, 0)
    assert (_row(message).status, job(message).outcome_reason, claim(cast)) == ("unknown", "sender-died", [])
    record_results([(claimed, Accepted(provider_id="w1"))])
    row = _row(message)
    assert (row.status, row.error, _outbound(cast)) == ("sent", None, (1, 1, {}, 0, 0))


def test_an_answer_that_nothing_left_frees_a_lost_lease(cast):
    message = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    _expire_leases()
    give_up_lost_leases()
    record_results([(claimed, BUSY)])
    assert (_row(message).status, job(message).state) == ("queued", "queued")
    assert len(claim(cast)) == 1


def test_outcomes_of_a_batch_are_written_together_and_repeating_them_changes_nothing(cast):
    messages = [queue(cast, open_conversation(cast, phone)) for phone in (ALICE, BORIS, CHAI)]
    claims = claim(cast)
    answers: list[SendResult] = [Accepted(provider_id="w1"), BAD, UNSURE]
    results = list(zip(claims, answers, strict=True))
    record_results(results)
    before = [(row.status, row.error) for row in map(_row, messages)]
    record_results(results)
    assert [(row.status, row.error) for row in map(_row, messages)] == before
    assert _outbound(cast) == (3, 1, {"131009": 1}, 1, 0)


def test_a_refusal_after_a_proof_changes_nothing(cast):
    message = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    tell(cast, status(message, "delivered"))
    record_results([(claimed, BAD)])
    assert (_row(message).status, job(message).state, _outbound(cast)) == (
        "delivered",
        "accepted",
        (1, 1, {}, 0, 0),
    )


# --- what a person decides --------------------------------------------------------------------------


def _unknown(cast: Cast) -> Message:
    message = queue(cast, open_conversation(cast))
    record_results([(claim(cast)[0], UNSURE)])
    return message


def test_a_person_may_send_again(cast):
    message = _unknown(cast)
    send_again(message, by=cast.actor(cast.agent))
    assert (_row(message).status, _row(message).error, _outbound(cast)) == ("queued", None, (1, 0, {}, 0, 1))
    (claimed,) = claim(cast)
    record_results([(claimed, Accepted(provider_id="w2"))])
    assert _outbound(cast) == (1, 1, {}, 0, 0)
    assert Activity.objects.filter(kind="decided_send_again", actor_name="Ann Agent").count() == 1


def test_a_person_may_say_that_it_arrived(cast):
    message = _unknown(cast)
    mark_as_sent(message, by=cast.actor(cast.agent))
    assert (_row(message).status, _outbound(cast)) == ("sent", (1, 1, {}, 0, 0))
    tell(cast, status(message, "read"))
    assert _row(message).status == "read"


@pytest.mark.parametrize("decide", [send_again, mark_as_sent])
def test_what_is_known_is_not_decided(cast, decide):
    message = queue(cast, open_conversation(cast))
    with pytest.raises(Conflict):
        decide(message, by=cast.actor(cast.agent))
    record_results([(claim(cast)[0], Accepted(provider_id="w1"))])
    with pytest.raises(Conflict):
        decide(message, by=cast.actor(cast.agent))
    with pytest.raises(NotAllowed):
        decide(message, by=cast.token_actor("agent", scopes=["contacts:read"]))


def test_proof_that_came_first_ends_the_decision(cast):
    message = _unknown(cast)
    send_again(message, by=cast.actor(cast.agent))
    tell(cast, status(message, "delivered"))
    assert (claim(cast), _outbound(cast)) == ([], (1, 1, {}, 0, 0))
