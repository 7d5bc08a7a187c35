"""The sender over a real database: what is queued goes out once, in order, at its pace, from one owner."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from regulars.conversations import delivering, pacing
from regulars.conversations.delivering import GIVE_BACK_SECONDS, LEASE_CHECK_SECONDS, PROBE_CHECK_SECONDS
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.operations.settling import RETRIES
from regulars.conversations.tests.saying import AnyContent, claim, fresh, job
from regulars.conversations.tests.watched_sender import Provider, Watch, Worker, until
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.operations import replace_credentials
from regulars.inboxes.ports import (
    Deferred,
    OutgoingText,
    ProviderError,
    Refused,
    Uncertain,
)
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, CHAI, DAMRONG, House

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = (ALICE, BORIS, CHAI, DAMRONG)
FIVE_MINUTES = timedelta(minutes=5)
BUSY = Deferred(error=ProviderError(code=131016, title="busy"), wait=FIVE_MINUTES)
NUMBER_WAITS = Deferred(error=ProviderError(code=131057), wait=FIVE_MINUTES, pauses="number")
CONNECTION_WAITS = Deferred(error=ProviderError(code=80007), wait=FIVE_MINUTES, pauses="connection")
BAD = Refused(error=ProviderError(code=131009, title="bad parameter"))
TOKEN_REFUSED = Deferred(
    error=ProviderError(code=190, title="token expired"), wait=timedelta(seconds=15), pauses="connection"
)
COUNTED = Deferred(error=ProviderError(code=131016, title="busy"), wait=FIVE_MINUTES, is_counted=True)


Start = Callable[[Provider], Worker]


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(delivering, "monotonic", watch)
    monkeypatch.setattr(delivering, "ROUND_SECONDS", 0.005)
    monkeypatch.setattr(delivering, "IDLE_SECONDS", 0.005)
    return watch


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    """Starts workers, and ends them with the test."""
    workers: list[Worker] = []

    def start(provider: Provider) -> Worker:
        workers.append(Worker(provider, database_url))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.finish()


@pytest.fixture
def provider() -> Provider:
    return Provider()


def _say(house: House, text: str, phone: str = ALICE, *, inbox: Inbox | None = None) -> Message:
    """Somebody has just written to a number of ours, and this is queued as the answer."""
    draft = OutgoingDraft(fresh(house.hears(phone, "hello", inbox=inbox)), OutgoingText(body=text))
    return queue_message(draft, by=house.actor(), channel=AnyContent())


def _status(message: Message) -> str:
    return Message.objects.values_list("status", flat=True).get(id=message.id)


def _wait_for(status: str, *messages: Message) -> None:
    wanted = [status] * len(messages)
    assert until(lambda: [_status(each) for each in messages] == wanted), [_status(each) for each in messages]


def _wait_for_try(message: Message, attempt: int) -> None:
    """Until this attempt has been answered and its result is written down."""
    assert until(lambda: (job(message).attempts, job(message).state == "sending") == (attempt, False))


def _let_its_wait_end(message: Message) -> None:
    OutgoingMessage.objects.filter(message=message).update(not_before=clock.now())


def _let_the_problem_be_probed(watch: Watch) -> None:
    Inbox.objects.exclude(problem="").update(probe_at=clock.now())
    Connection.objects.exclude(problem="").update(probe_at=clock.now())
    watch.go_on(PROBE_CHECK_SECONDS)


def _problem(row: Inbox | Connection) -> str:
    row.refresh_from_db()
    return row.problem


def _owners() -> list[int]:
    """The database session of the owner of each number that has one."""
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
        _say(cast, f"{number.name} {phone} {turn}", phone, inbox=number)
        for turn in range(2)
        for number in numbers
        for phone in (ALICE, BORIS)
    ]
    worker = start(provider)
    _wait_for("sent", *messages)
    worker.finish()
    assert Counter(provider.asked) == {message.text: 1 for message in messages}
    assert {str(row.id): row.provider_id for row in Message.objects.filter(direction="out")} == {
        str(message.id): f"wamid.{message.id}" for message in messages
    }
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.adds_up, total.outbound.intended, total.outbound.accepted) == (True, 8, 8)


def test_a_message_waits_for_the_one_before_it_in_its_conversation_only(cast, start, provider):
    messages = [_say(cast, text) for text in ("1", "2", "3")]
    provider.silent.add(messages[0].conversation_id)
    worker = start(provider)
    _wait_for("sent", _say(cast, "to Boris", BORIS))
    worker.go_round()
    assert sorted(provider.asked) == ["1", "to Boris"]
    provider.silent.clear()
    _wait_for("sent", *messages)
    assert [text for text in provider.asked if text != "to Boris"] == ["1", "2", "3"]


def test_a_word_wakes_an_idle_sender_and_so_does_stop(cast, start, provider, monkeypatch):
    monkeypatch.setattr(delivering, "IDLE_SECONDS", 600.0)
    first = _say(cast, "1")
    worker = start(provider)
    _wait_for("sent", first)
    time.sleep(0.1)  # long enough, as a rule, to fall asleep; the test would pass without
    second = _say(cast, "2")
    worker.sender.wake()
    _wait_for("sent", second)
    worker.finish()


# --- answers ----------------------------------------------------------------------------------------


def test_a_transient_error_is_tried_again_twice_each_time_after_its_wait(cast, start, provider):
    message, behind = _say(cast, "1"), _say(cast, "2")
    provider.answer("1", *[COUNTED] * (RETRIES + 1))
    worker = start(provider)
    for attempt in range(1, RETRIES + 1):
        _wait_for_try(message, attempt)
        worker.go_round()
        assert (provider.asked, _status(message), _status(behind)) == (["1"] * attempt, "queued", "queued")
        _let_its_wait_end(message)
    _wait_for("failed", message)
    _wait_for("sent", behind)
    assert provider.asked == ["1", "1", "1", "2"]


def test_a_final_refusal_is_not_tried_again(cast, start, provider):
    message = _say(cast, "1")
    provider.answer("1", BAD)
    worker = start(provider)
    _wait_for("failed", message)
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
    messages = [_say(cast, phone, phone) for phone in answers]
    behind = [_say(cast, f"after {phone}", phone) for phone in answers]
    worker = start(provider)
    _wait_for("sent", *behind)
    worker.go_round()
    assert Counter(provider.asked) == {message.text: 1 for message in [*messages, *behind]}
    assert [_status(each) for each in messages] == ["unknown"] * 3
    assert [job(each).outcome_reason for each in messages] == [reason for _answer, reason in answers.values()]


# --- waiting ----------------------------------------------------------------------------------------


def test_what_never_left_waits_and_is_not_counted(cast, start, provider):
    """As long as the outage takes, with order kept; then all of it leaves, once."""
    message, behind = _say(cast, "1"), _say(cast, "2")
    provider.answer("1", *[BUSY] * (RETRIES + 4))
    start(provider)
    for attempt in range(1, RETRIES + 5):
        _wait_for_try(message, attempt)
        assert (_status(message), _status(behind)) == ("queued", "queued")
        _let_its_wait_end(message)
    _wait_for("sent", message, behind)
    assert provider.asked == ["1"] * (RETRIES + 5) + ["2"]


def test_a_number_that_must_wait_waits_to_the_end_and_the_others_do_not(cast, start, provider, watch):
    """Also when it has been idle for so long that it would be given back."""
    worker = start(provider)
    _wait_for("sent", _say(cast, "another number", inbox=cast.second_inbox))
    provider.answer("1", NUMBER_WAITS)
    provider.illness = NUMBER_WAITS
    first = _say(cast, "1")
    assert until(lambda: _problem(cast.inbox) != "")
    waiting = _say(cast, "2", BORIS)
    _wait_for("sent", _say(cast, "it goes on", inbox=cast.second_inbox))
    watch.go_on(GIVE_BACK_SECONDS + 1)
    worker.go_round()
    assert provider.asked == ["another number", "1", "it goes on"]
    _let_the_problem_be_probed(watch)
    assert until(lambda: Inbox.objects.get(id=cast.inbox.id).probe_count == 2)
    provider.illness = None
    _let_its_wait_end(first)
    _let_the_problem_be_probed(watch)
    _wait_for("sent", first, waiting)
    assert until(lambda: Inbox.objects.get(id=cast.inbox.id).probe_count == 0)
    assert (provider.probed, provider.forgotten) == ([cast.inbox.address] * 2, {cast.connection.id})


def test_a_connection_that_must_wait_holds_all_its_numbers(cast, start, provider, watch):
    worker = start(provider)
    _wait_for("sent", _say(cast, "1", inbox=cast.second_inbox))
    provider.answer("2", CONNECTION_WAITS)
    _say(cast, "2")
    assert until(lambda: _problem(cast.connection) != "")
    waiting = _say(cast, "3", inbox=cast.second_inbox)
    worker.go_round()
    assert provider.asked == ["1", "2"]
    _let_the_problem_be_probed(watch)
    _wait_for("sent", waiting)


@pytest.mark.parametrize("mended", ["by a token", "by itself"])
def test_behind_a_refused_connection_everything_waits_until_it_is_mended(
    cast, start, provider, watch, mended
):
    first, behind = _say(cast, "1"), _say(cast, "2")
    provider.answer("1", TOKEN_REFUSED)
    provider.illness = TOKEN_REFUSED
    worker = start(provider)
    assert until(lambda: _problem(cast.connection) == "token expired")
    watch.go_on(GIVE_BACK_SECONDS + 1)
    worker.go_round()
    assert (provider.asked, _status(first), _status(behind)) == (["1"], "queued", "queued")
    if mended == "by a token":
        replace_credentials(cast.connection, by=cast.actor(), access_token="a-new-one")
    else:
        provider.illness = None
        _let_the_problem_be_probed(watch)
    _let_its_wait_end(first)
    _wait_for("sent", first, behind)
    assert provider.asked == ["1", "1", "2"]


def test_a_message_that_alone_meets_a_problem_lets_the_others_pass(cast, start, provider, watch):
    """What the platform refuses as the account's may be this message's own; a question does not tell."""
    provider.answer("1", *[TOKEN_REFUSED] * 5)
    poison = _say(cast, "1")
    worker = start(provider)
    assert until(lambda: _problem(cast.connection) != "")
    other = _say(cast, "2", BORIS)
    _let_its_wait_end(poison)
    _let_the_problem_be_probed(watch)
    _wait_for("sent", other)
    assert provider.asked[:2] == ["1", "2"]
    worker.go_round()
    assert _status(poison) in {"queued", "sending"}


def test_after_a_problem_one_message_goes_ahead_of_the_others(cast, start, provider, watch):
    """A question may be answered well where messages are not: then one message meets it again, not all of them."""
    for phone in PEOPLE[:2]:
        provider.answer(phone, TOKEN_REFUSED)
    first = _say(cast, ALICE, ALICE)
    worker = start(provider)
    assert until(lambda: _problem(cast.connection) != "")
    others = [_say(cast, phone, phone) for phone in PEOPLE[1:]]
    _let_its_wait_end(first)
    _let_the_problem_be_probed(watch)
    assert until(lambda: Connection.objects.get(id=cast.connection.id).probe_count == 2)
    worker.go_round()
    assert provider.asked == list(PEOPLE[:2])
    for each in (first, others[0]):
        _let_its_wait_end(each)
    _let_the_problem_be_probed(watch)
    _wait_for("sent", first, *others)
    assert provider.asked[2] == PEOPLE[2]


def test_many_unclear_answers_stop_the_others_before_each_becomes_a_question(
    cast, start, provider, watch, monkeypatch
):
    monkeypatch.setattr(delivering, "CONVERSATIONS_IN_DOUBT", 2)
    monkeypatch.setattr(delivering, "CLAIM_SIZE", 1)
    for phone in PEOPLE[:2]:
        provider.answer(phone, Uncertain(reason="HTTP 500"))
    lost = [_say(cast, phone, phone) for phone in PEOPLE[:2]]
    worker = start(provider)
    _wait_for("unknown", *lost)
    assert until(lambda: _problem(cast.connection) == "HTTP 500")
    waiting = _say(cast, CHAI, CHAI)
    worker.go_round()
    assert (provider.asked, _status(waiting)) == ([ALICE, BORIS], "queued")
    _let_the_problem_be_probed(watch)
    _wait_for("sent", waiting)


def test_what_nobody_wants_any_more_ends_behind_a_number_that_does_not_work(cast, start, provider, watch):
    note_problem(cast.inbox.id, cast.connection.id, NUMBER_WAITS)
    useful, late = _say(cast, "1"), _say(cast, "2", BORIS)
    Conversation.objects.filter(id=late.conversation_id).update(window_closes_at=clock.now())
    start(provider)
    watch.go_on(LEASE_CHECK_SECONDS + 1)
    _wait_for("failed", late)
    error = Message.objects.get(id=late.id).error or {}
    assert (error["code"], error["waited_for"]["code"]) == ("reply-window-closed", 131057)
    assert (_status(useful), provider.asked) == ("queued", [])


def test_a_number_sends_so_many_a_second(cast, start, provider, watch):
    Inbox.objects.filter(id=cast.inbox.id).update(messages_per_second=2)
    messages = [_say(cast, phone, phone) for phone in PEOPLE]
    worker = start(provider)
    _wait_for("sent", *messages[:2])
    worker.go_round()
    assert provider.asked == [ALICE, BORIS]
    watch.go_on(0.5)
    _wait_for("sent", messages[2])
    worker.go_round()
    assert provider.asked == [ALICE, BORIS, CHAI]


def test_a_person_gets_no_more_than_a_burst_and_others_are_not_held(
    cast, start, provider, watch, monkeypatch
):
    monkeypatch.setattr(pacing, "PAIR_BURST", 2)
    messages = [_say(cast, text) for text in ("1", "2", "3", "4")]
    worker = start(provider)
    _wait_for("sent", messages[1], _say(cast, "to Boris", BORIS))
    worker.go_round()
    assert _status(messages[2]) == "queued"
    watch.go_on(pacing.PAIR_SECONDS)
    _wait_for("sent", messages[2])
    worker.go_round()
    assert _status(messages[3]) == "queued"


def test_a_slow_number_holds_up_nobody_else(cast, start, provider, monkeypatch):
    """It may have so many messages on their way, and the rest of the room is for the others."""
    monkeypatch.setattr(delivering, "IN_FLIGHT", 3)
    monkeypatch.setattr(delivering, "IN_FLIGHT_PER_NUMBER", 2)
    slow = [_say(cast, f"slow {phone}", phone) for phone in PEOPLE]
    provider.silent.add(cast.inbox.id)
    start(provider)
    others = [_say(cast, phone, phone, inbox=cast.second_inbox) for phone in PEOPLE]
    _wait_for("sent", *others)
    assert sorted(set(provider.asked) - set(PEOPLE)) == [f"slow {ALICE}", f"slow {BORIS}"]
    provider.silent.clear()
    _wait_for("sent", *slow)


def test_a_number_that_cannot_be_served_is_left_alone_for_a_while(cast, start, provider, watch, caplog):
    """Here a count outgrows its column; whatever the fault, the others go on."""
    broken, other = _say(cast, "1"), _say(cast, "2", inbox=cast.second_inbox)
    OutgoingMessage.objects.filter(message=broken).update(attempts=32_767)
    worker = start(provider)
    _wait_for("sent", other)
    worker.go_round()
    faults = [each for each in caplog.records if each.getMessage() == "a number cannot be served"]
    assert (len(faults), provider.asked) == (1, ["2"])
    OutgoingMessage.objects.filter(message=broken).update(attempts=0)
    watch.go_on(delivering.HOLD_AFTER_FAULT_SECONDS + 1)
    _wait_for("sent", broken)


# --- owning and stopping ----------------------------------------------------------------------------


def test_two_senders_send_each_message_once_and_share_no_number(cast, start):
    numbers = [(cast, cast.inbox), (cast, cast.second_inbox)]
    numbers += [(cast.stranger, cast.stranger.inbox), (cast.stranger, cast.stranger.second_inbox)]
    first, second = Provider(), Provider()
    workers = [start(first), start(second)]
    messages = [
        _say(house, f"{inbox.address} {phone}", phone, inbox=inbox)
        for phone in PEOPLE
        for house, inbox in numbers
    ]
    _wait_for("sent", *messages)
    for worker in workers:
        worker.finish()
    assert Counter(first.asked + second.asked) == {message.text: 1 for message in messages}
    assert first.numbers & second.numbers == set()


def test_a_number_stays_with_its_owner_until_that_one_stops(cast, start):
    owner, heir = Provider(), Provider()
    on_its_way, behind = _say(cast, "1"), _say(cast, "2")
    owner.silent.add(cast.inbox.id)
    own = start(owner)
    assert until(lambda: owner.asked == ["1"])
    start(heir).go_round()
    other = _say(cast, "to Boris", BORIS)
    assert until(lambda: owner.asked == ["1", "to Boris"])
    assert (heir.asked, _status(on_its_way)) == ([], "sending")
    own.finish()
    _wait_for("sent", on_its_way, other, behind)
    assert (owner.asked, heir.asked) == (["1", "to Boris"], ["2"])


def test_an_idle_number_is_given_back(cast, start, provider, watch):
    start(provider)
    _wait_for("sent", _say(cast, "1"))
    assert len(_owners()) == 1
    watch.go_on(GIVE_BACK_SECONDS + 1)
    assert until(lambda: _owners() == [])
    _wait_for("sent", _say(cast, "2"))
    assert (len(_owners()), provider.asked) == (1, ["1", "2"])


def test_a_sender_whose_locks_were_lost_owns_its_numbers_anew(cast, start, provider, watch):
    """Only the session of its locks ends, as a firewall or an administrator ends what looks idle."""
    worker = start(provider)
    _wait_for("sent", _say(cast, "1"))
    (session,) = _owners()
    _end_session(session)
    assert _owners() == []
    watch.go_on(LEASE_CHECK_SECONDS + 1)
    assert until(lambda: worker.sender._locks is None)
    _wait_for("sent", _say(cast, "2"))
    assert (len(_owners()), provider.asked) == (1, ["1", "2"])


def test_what_a_dead_owner_left_on_its_way_is_unknown_and_the_rest_goes_out(cast, start, provider):
    left, rest = _say(cast, "1"), _say(cast, "2")
    assert len(claim(cast)) == 1
    start(provider)
    _wait_for("sent", rest)
    assert (provider.asked, _status(left), job(left).outcome_reason) == (["2"], "unknown", "sender-died")


def test_stopping_waits_for_what_is_on_its_way_and_leaves_the_rest_queued(cast, start, provider):
    messages = [_say(cast, text) for text in ("1", "2")]
    provider.silent.add(cast.inbox.id)
    worker = start(provider)
    assert until(lambda: provider.asked == ["1"])
    worker.sender.stop()
    worker.join(0.1)
    assert worker.is_alive()
    worker.finish()
    assert (provider.asked, [_status(each) for each in messages]) == (["1"], ["sent", "queued"])
    assert until(lambda: _owners() == [])
