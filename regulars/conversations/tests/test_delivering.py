"""The sender over a real database: what is queued goes out once, in order, at its pace, from one owner."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from regulars.conversations import delivering
from regulars.conversations.delivering import GIVE_BACK_SECONDS, LEASE_CHECK_SECONDS
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Message, OutgoingMessage
from regulars.conversations.operations.settling import RETRIES
from regulars.conversations.tests.saying import claim, job
from regulars.conversations.tests.watched_sender import (
    Provider,
    let_its_wait_end,
    queue_for,
    status_of,
    until,
    wait_for,
    wait_for_try,
)
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import (
    Deferred,
    PersonPace,
    ProviderError,
    Refused,
    Uncertain,
)
from tests.cast import ALICE, BORIS, CHAI, DAMRONG

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = (ALICE, BORIS, CHAI, DAMRONG)
FIVE_MINUTES = timedelta(minutes=5)
BAD = Refused(error=ProviderError(code=131009, title="bad parameter"))
COUNTED = Deferred(error=ProviderError(code=131016, title="busy"), wait=FIVE_MINUTES, is_counted=True)


def _owners() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE d.datname = current_database() AND classid::int = %s",
            [delivering._LOCK_CLASS],
        )
        return [row[0] for row in cursor.fetchall()]


def _end_session(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


# --- going out --------------------------------------------------------------------------------------


def test_everything_queued_goes_out_once_and_is_counted(cast, start, provider):
    numbers = [cast.inbox, cast.second_inbox]
    messages = [
        queue_for(cast, f"{number.name} {phone} {turn}", phone, inbox=number)
        for turn in range(2)
        for number in numbers
        for phone in (ALICE, BORIS)
    ]
    worker = start(provider)
    wait_for("sent", *messages)
    worker.finish()
    assert Counter(provider.asked) == {message.text: 1 for message in messages}
    assert {str(row.id): row.provider_id for row in Message.objects.filter(direction="out")} == {
        str(message.id): f"wamid.{message.id}" for message in messages
    }
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.adds_up, total.outbound.intended, total.outbound.accepted) == (True, 8, 8)


def test_a_message_waits_for_the_one_before_it_in_its_conversation_only(cast, start, provider):
    messages = [queue_for(cast, text) for text in ("1", "2", "3")]
    provider.silent.add(messages[0].conversation_id)
    worker = start(provider)
    wait_for("sent", queue_for(cast, "to Boris", BORIS))
    worker.go_round()
    assert sorted(provider.asked) == ["1", "to Boris"]
    provider.silent.clear()
    wait_for("sent", *messages)
    assert [text for text in provider.asked if text != "to Boris"] == ["1", "2", "3"]


def test_a_word_wakes_an_idle_sender_and_so_does_stop(cast, start, provider, monkeypatch):
    monkeypatch.setattr(delivering, "IDLE_SECONDS", 600.0)
    first = queue_for(cast, "1")
    worker = start(provider)
    wait_for("sent", first)
    assert until(worker.sender.is_asleep)
    second, rounds = queue_for(cast, "2"), worker.sender.round_count
    assert (status_of(second), worker.sender.is_asleep()) == ("queued", True)
    worker.sender.wake()
    wait_for("sent", second)
    assert worker.sender.round_count > rounds
    assert until(worker.sender.is_asleep)
    worker.finish()


# --- answers ----------------------------------------------------------------------------------------


def test_a_transient_error_is_tried_again_twice_each_time_after_its_wait(cast, start, provider):
    message, behind = queue_for(cast, "1"), queue_for(cast, "2")
    provider.answer("1", *[COUNTED] * (RETRIES + 1))
    worker = start(provider)
    for attempt in range(1, RETRIES + 1):
        wait_for_try(message, attempt)
        worker.go_round()
        assert (provider.asked, status_of(message), status_of(behind)) == (
            ["1"] * attempt,
            "queued",
            "queued",
        )
        let_its_wait_end(message)
    wait_for("failed", message)
    wait_for("sent", behind)
    assert provider.asked == ["1", "1", "1", "2"]


def test_a_final_refusal_is_not_tried_again(cast, start, provider):
    message = queue_for(cast, "1")
    provider.answer("1", BAD)
    worker = start(provider)
    wait_for("failed", message)
    worker.go_round()
    assert (provider.asked, job(message).state, job(message).outcome_reason) == (["1"], "refused", "131009")


def test_what_may_have_gone_out_is_never_sent_again(cast, start, provider):
    """Whether the transport says so or breaks: then nobody knows how far it came."""
    answers = {
        ALICE: (Uncertain(reason="reset"), "reset"),
        BORIS: (TimeoutError(), "transport-failed: TimeoutError"),
        CHAI: (ZeroDivisionError(), "transport-failed: ZeroDivisionError"),
    }
    for phone, (answer, _reason) in answers.items():
        provider.answer(phone, answer)
    messages = [queue_for(cast, phone, phone) for phone in answers]
    behind = [queue_for(cast, f"after {phone}", phone) for phone in answers]
    worker = start(provider)
    wait_for("sent", *behind)
    worker.go_round()
    assert Counter(provider.asked) == {message.text: 1 for message in [*messages, *behind]}
    assert [status_of(each) for each in messages] == ["unknown"] * 3
    assert [job(each).outcome_reason for each in messages] == [reason for _answer, reason in answers.values()]


# --- pace ---------------------------------------------------------------------------------------------


def test_a_number_sends_so_many_a_second(cast, start, provider, watch):
    Inbox.objects.filter(id=cast.inbox.id).update(messages_per_second=2)
    messages = [queue_for(cast, phone, phone) for phone in PEOPLE]
    worker = start(provider)
    wait_for("sent", *messages[:2])
    worker.go_round()
    assert provider.asked == [ALICE, BORIS]
    watch.go_on(0.5)
    wait_for("sent", messages[2])
    worker.go_round()
    assert provider.asked == [ALICE, BORIS, CHAI]


def test_a_person_gets_no_more_than_a_burst_and_others_are_not_held(
    cast, start, provider, watch, monkeypatch
):
    pace = PersonPace(seconds=6.0, burst=2)
    monkeypatch.setattr(type(facts_of("whatsapp")), "person_pace", pace)
    messages = [queue_for(cast, text) for text in ("1", "2", "3", "4")]
    worker = start(provider)
    wait_for("sent", messages[1], queue_for(cast, "to Boris", BORIS))
    worker.go_round()
    assert status_of(messages[2]) == "queued"
    watch.go_on(pace.seconds)
    wait_for("sent", messages[2])
    worker.go_round()
    assert status_of(messages[3]) == "queued"


def test_a_slow_number_holds_up_nobody_else(cast, start, provider, monkeypatch):
    """It may have so many messages on their way, and the rest of the room is for the others."""
    monkeypatch.setattr(delivering, "IN_FLIGHT", 3)
    monkeypatch.setattr(delivering, "IN_FLIGHT_PER_NUMBER", 2)
    slow = [queue_for(cast, f"slow {phone}", phone) for phone in PEOPLE]
    provider.silent.add(cast.inbox.id)
    start(provider)
    others = [queue_for(cast, phone, phone, inbox=cast.second_inbox) for phone in PEOPLE]
    wait_for("sent", *others)
    until(
        lambda: len(set(provider.asked) - set(PEOPLE)) > 1
    )  # asked at the same time, by threads of their own
    assert sorted(set(provider.asked) - set(PEOPLE)) == [f"slow {ALICE}", f"slow {BORIS}"]
    provider.silent.clear()
    wait_for("sent", *slow)


def test_a_number_that_cannot_be_served_is_left_alone_for_a_while(cast, start, provider, watch, caplog):
    """Here a count outgrows its column; whatever the fault, the others go on."""
    broken, other = queue_for(cast, "1"), queue_for(cast, "2", inbox=cast.second_inbox)
    OutgoingMessage.objects.filter(message=broken).update(attempts=32_767)
    worker = start(provider)
    wait_for("sent", other)
    worker.go_round()
    faults = [each for each in caplog.records if each.getMessage() == "a number cannot be served"]
    assert (len(faults), provider.asked) == (1, ["2"])
    OutgoingMessage.objects.filter(message=broken).update(attempts=0)
    watch.go_on(delivering.HOLD_AFTER_FAULT_SECONDS + 1)
    wait_for("sent", broken)


# --- owning and stopping ----------------------------------------------------------------------------


def test_two_senders_send_each_message_once_and_share_no_number(cast, start):
    numbers = [(cast, cast.inbox), (cast, cast.second_inbox)]
    numbers += [(cast.stranger, cast.stranger.inbox), (cast.stranger, cast.stranger.second_inbox)]
    first, second = Provider(), Provider()
    workers = [start(first), start(second)]
    messages = [
        queue_for(house, f"{inbox.address} {phone}", phone, inbox=inbox)
        for phone in PEOPLE
        for house, inbox in numbers
    ]
    wait_for("sent", *messages)
    for worker in workers:
        worker.finish()
    assert Counter(first.asked + second.asked) == {message.text: 1 for message in messages}
    assert first.numbers & second.numbers == set()


def test_a_number_stays_with_its_owner_until_that_one_stops(cast, start):
    owner, heir = Provider(), Provider()
    on_its_way, behind = queue_for(cast, "1"), queue_for(cast, "2")
    owner.silent.add(cast.inbox.id)
    own = start(owner)
    assert until(lambda: owner.asked == ["1"])
    start(heir).go_round()
    other = queue_for(cast, "to Boris", BORIS)
    assert until(lambda: owner.asked == ["1", "to Boris"])
    assert (heir.asked, status_of(on_its_way)) == ([], "sending")
    own.finish()
    wait_for("sent", on_its_way, other, behind)
    assert (owner.asked, heir.asked) == (["1", "to Boris"], ["2"])


def test_an_idle_number_is_given_back(cast, start, provider, watch):
    start(provider)
    wait_for("sent", queue_for(cast, "1"))
    assert len(_owners()) == 1
    watch.go_on(GIVE_BACK_SECONDS + 1)
    assert until(lambda: _owners() == [])
    wait_for("sent", queue_for(cast, "2"))
    assert (len(_owners()), provider.asked) == (1, ["1", "2"])


def test_a_sender_whose_locks_were_lost_owns_its_numbers_anew(cast, start, provider, watch):
    """Only the session of its locks ends, as a firewall or an administrator ends what looks idle."""
    worker = start(provider)
    wait_for("sent", queue_for(cast, "1"))
    (session,) = _owners()
    _end_session(session)
    assert _owners() == []
    watch.go_on(LEASE_CHECK_SECONDS + 1)
    assert until(lambda: worker.sender._locks is None)
    wait_for("sent", queue_for(cast, "2"))
    assert (len(_owners()), provider.asked) == (1, ["1", "2"])


def test_what_a_dead_owner_left_on_its_way_is_unknown_and_the_rest_goes_out(cast, start, provider):
    left, rest = queue_for(cast, "1"), queue_for(cast, "2")
    assert len(claim(cast)) == 1
    start(provider)
    wait_for("sent", rest)
    assert (provider.asked, status_of(left), job(left).outcome_reason) == (["2"], "unknown", "sender-died")


def test_stopping_waits_for_what_is_on_its_way_and_leaves_the_rest_queued(cast, start, provider):
    messages = [queue_for(cast, text) for text in ("1", "2")]
    provider.silent.add(cast.inbox.id)
    worker = start(provider)
    assert until(lambda: provider.asked == ["1"])
    worker.sender.stop()
    worker.join(0.1)
    assert worker.is_alive()
    worker.finish()
    assert (provider.asked, [status_of(each) for each in messages]) == (["1"], ["sent", "queued"])
    assert until(lambda: _owners() == [])
