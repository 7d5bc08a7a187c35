"""The sender while the platform does not take what is queued: it waits, is asked about, and goes on by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest

from regulars.conversations import delivering
from regulars.conversations.delivering import GIVE_BACK_SECONDS, LEASE_CHECK_SECONDS
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.settling import RETRIES
from regulars.conversations.tests.saying import job
from regulars.conversations.tests.watched_sender import (
    Provider,
    let_its_wait_end,
    let_the_problem_be_probed,
    problem_of,
    queue_for,
    status_of,
    until,
    wait_for,
    wait_for_try,
)
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.operations import replace_credentials
from regulars.inboxes.ports import Deferred, ProviderError, Uncertain
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, CHAI, DAMRONG

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = (ALICE, BORIS, CHAI, DAMRONG)
FIVE_MINUTES = timedelta(minutes=5)
BUSY = Deferred(error=ProviderError(code=131016, title="busy"), wait=FIVE_MINUTES)
NUMBER_WAITS = Deferred(error=ProviderError(code=131057), wait=FIVE_MINUTES, pauses="number")
CONNECTION_WAITS = Deferred(error=ProviderError(code=80007), wait=FIVE_MINUTES, pauses="connection")
TOKEN_REFUSED = Deferred(
    error=ProviderError(code=190, title="token expired"),
    wait=timedelta(seconds=15),
    pauses="connection",
    may_be_its_own=True,
)


def test_what_never_left_waits_and_is_not_counted(cast, start, provider):
    """As long as the outage takes, with order kept; then all of it leaves, once."""
    message, behind = queue_for(cast, "1"), queue_for(cast, "2")
    provider.answer("1", *[BUSY] * (RETRIES + 4))
    start(provider)
    for attempt in range(1, RETRIES + 5):
        wait_for_try(message, attempt)
        assert (status_of(message), status_of(behind)) == ("queued", "queued")
        let_its_wait_end(message)
    wait_for("sent", message, behind)
    assert provider.asked == ["1"] * (RETRIES + 5) + ["2"]


def test_a_number_that_must_wait_waits_to_the_end_and_the_others_do_not(cast, start, provider, watch):
    """Also when it has been idle for so long that it would be given back."""
    worker = start(provider)
    wait_for("sent", queue_for(cast, "another number", inbox=cast.second_inbox))
    provider.answer("1", NUMBER_WAITS)
    provider.illness = NUMBER_WAITS
    first = queue_for(cast, "1")
    assert until(lambda: problem_of(cast.inbox) != "")
    waiting = queue_for(cast, "2", BORIS)
    wait_for("sent", queue_for(cast, "it goes on", inbox=cast.second_inbox))
    watch.go_on(GIVE_BACK_SECONDS + 1)
    worker.go_round()
    assert provider.asked == ["another number", "1", "it goes on"]
    let_the_problem_be_probed(watch)
    assert until(lambda: Inbox.objects.get(id=cast.inbox.id).probe_count == 2)
    provider.illness = None
    let_its_wait_end(first)
    let_the_problem_be_probed(watch)
    wait_for("sent", first, waiting)
    assert until(lambda: Inbox.objects.get(id=cast.inbox.id).probe_count == 0)
    assert (provider.probed, provider.forgotten) == ([cast.inbox.address] * 2, {cast.connection.id})


def test_a_connection_that_must_wait_holds_all_its_numbers(cast, start, provider, watch):
    worker = start(provider)
    wait_for("sent", queue_for(cast, "1", inbox=cast.second_inbox))
    provider.answer("2", CONNECTION_WAITS)
    queue_for(cast, "2")
    assert until(lambda: problem_of(cast.connection) != "")
    waiting = queue_for(cast, "3", inbox=cast.second_inbox)
    worker.go_round()
    assert provider.asked == ["1", "2"]
    let_the_problem_be_probed(watch)
    wait_for("sent", waiting)


@pytest.mark.parametrize("mended", ["by a token", "by itself"])
def test_behind_a_refused_connection_everything_waits_until_it_is_mended(
    cast, start, provider, watch, mended
):
    first, behind = queue_for(cast, "1"), queue_for(cast, "2")
    provider.answer("1", TOKEN_REFUSED)
    provider.illness = TOKEN_REFUSED
    worker = start(provider)
    assert until(lambda: problem_of(cast.connection) == "token expired")
    watch.go_on(GIVE_BACK_SECONDS + 1)
    worker.go_round()
    assert (provider.asked, status_of(first), status_of(behind)) == (["1"], "queued", "queued")
    if mended == "by a token":
        replace_credentials(cast.connection, by=cast.actor(), access_token="a-new-one")
    else:
        provider.illness = None
        let_the_problem_be_probed(watch)
    let_its_wait_end(first)
    wait_for("sent", first, behind)
    assert provider.asked == ["1", "1", "2"]


def _were_answered(provider: Provider, asked: int, messages: Sequence[Message]) -> bool:
    """Whether the provider was asked so often for these, and what it said is written down."""
    texts = [message.text for message in messages]
    is_asked = sum(provider.asked.count(text) for text in texts) >= asked
    return is_asked and not any(job(each).state == "sending" for each in messages)


def test_a_message_that_alone_meets_a_problem_lets_the_others_pass_and_ends(cast, start, provider, watch):
    """What the platform refuses as the account's may be this message's own; a question does not tell."""
    provider.answer("poison", *[TOKEN_REFUSED] * 9)
    poison = queue_for(cast, "poison")
    start(provider)
    assert until(lambda: problem_of(cast.connection) != "")
    for turn in range(RETRIES + 1):
        assert until(partial(_were_answered, provider, turn + 1, [poison]))
        watch.go_on(1)
        other = queue_for(cast, f"other {turn}", BORIS)
        let_the_problem_be_probed(watch)
        wait_for("sent", other)
        assert status_of(poison) == "queued"
        watch.go_on(1)
        let_its_wait_end(poison)
    wait_for("failed", poison)
    assert (provider.asked.count("poison"), problem_of(cast.connection)) == (RETRIES + 2, "")


def test_a_problem_that_everybody_meets_is_nobodys_own(cast, start, provider, watch):
    """A question is answered well, messages are not: they wait, however often it is so."""
    for phone in PEOPLE[:2]:
        provider.answer(phone, *[TOKEN_REFUSED] * (RETRIES + 4))
    messages = [queue_for(cast, phone, phone) for phone in PEOPLE[:2]]
    start(provider)
    for asked in range(1, RETRIES + 4):
        assert until(partial(_were_answered, provider, asked, messages))
        assert until(lambda: problem_of(cast.connection) != "")
        for each in messages:
            let_its_wait_end(each)
        let_the_problem_be_probed(watch)
    assert {status_of(each) for each in messages} <= {"queued", "sending"}


def test_after_a_problem_one_message_goes_ahead_of_the_others(cast, start, provider, watch):
    """A question may be answered well where messages are not: then one message meets it again, not all of them."""
    for phone in PEOPLE[:2]:
        provider.answer(phone, TOKEN_REFUSED)
    first = queue_for(cast, ALICE, ALICE)
    worker = start(provider)
    assert until(lambda: problem_of(cast.connection) != "")
    others = [queue_for(cast, phone, phone) for phone in PEOPLE[1:]]
    let_its_wait_end(first)
    let_the_problem_be_probed(watch)
    assert until(lambda: Connection.objects.get(id=cast.connection.id).probe_count == 2)
    worker.go_round()
    assert provider.asked == list(PEOPLE[:2])
    for each in (first, others[0]):
        let_its_wait_end(each)
    let_the_problem_be_probed(watch)
    wait_for("sent", first, *others)
    assert provider.asked[2] == PEOPLE[2]


def test_many_unclear_answers_stop_the_others_before_each_becomes_a_question(
    cast, start, provider, watch, monkeypatch
):
    monkeypatch.setattr(delivering, "CONVERSATIONS_IN_DOUBT", 2)
    monkeypatch.setattr(delivering, "CLAIM_SIZE", 1)
    for phone in PEOPLE[:2]:
        provider.answer(phone, Uncertain(reason="HTTP 500"))
    lost = [queue_for(cast, phone, phone) for phone in PEOPLE[:2]]
    worker = start(provider)
    wait_for("unknown", *lost)
    assert until(lambda: problem_of(cast.connection) == "HTTP 500")
    waiting = queue_for(cast, CHAI, CHAI)
    worker.go_round()
    assert (provider.asked, status_of(waiting)) == ([ALICE, BORIS], "queued")
    let_the_problem_be_probed(watch)
    wait_for("sent", waiting)


def test_what_nobody_wants_any_more_ends_behind_a_number_that_does_not_work(cast, start, provider, watch):
    note_problem(cast.inbox.id, cast.connection.id, NUMBER_WAITS)
    useful, late = queue_for(cast, "1"), queue_for(cast, "2", BORIS)
    Conversation.objects.filter(id=late.conversation_id).update(window_closes_at=clock.now())
    start(provider)
    watch.go_on(LEASE_CHECK_SECONDS + 1)
    wait_for("failed", late)
    error = Message.objects.get(id=late.id).error or {}
    assert (error["code"], error["waited_for"]["code"]) == ("reply-window-closed", 131057)
    assert (status_of(useful), provider.asked) == ("queued", [])
