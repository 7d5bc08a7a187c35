"""What became of our messages: only forward, in any order, however often it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contacts.models import Consent
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import STATUS_RANK, Message, MessageStatus, UnmatchedStatus
from regulars.conversations.operations.settling import record_results
from regulars.conversations.operations.statuses import may_follow
from regulars.conversations.tasks import UNMATCHED_RETENTION, purge_unmatched_statuses
from regulars.conversations.tests.saying import (
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
from regulars.inboxes.ports import Accepted, ContactRef, Identity, ProviderError, Uncertain
from regulars.kernel import clock
from tests.cast import Cast

pytestmark = pytest.mark.django_db

WORDS = ["sent", "delivered", "read", "played", "failed", "deleted", "warning", "brand-new"]
FAILED = (ProviderError(code=131026, title="undeliverable", meaning="unreachable"),)
STOPPED = (ProviderError(code=131050, title="stopped", meaning="opted_out"),)


@pytest.fixture
def message(cast: Cast) -> Message:
    queued = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    record_results([(claimed, Accepted(provider_id="wamid.1"))])
    forget_events()
    return Message.objects.get(id=queued.id)


def _status(message: Message) -> str:
    return Message.objects.get(id=message.id).status


@given(st.lists(st.sampled_from(WORDS)))
def test_a_status_never_goes_back(words: list[str]):
    current, ranks = "queued", [0]
    for word in words:
        if may_follow(current, word):
            current = word
            ranks.append(STATUS_RANK[word])
    assert ranks == sorted(set(ranks))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8),
    st.lists(st.integers(1, 4), max_size=5),
    st.booleans(),
)
def test_any_order_and_repetition_end_in_the_same_status(cast, message, words, sizes, own):
    with transaction.atomic():
        rest = [status(message, word, STATUS_RANK.get(word, 0), own=own) for word in [*words, *words]]
        outcomes = []
        for size in [*sizes, len(rest)]:
            part, rest = rest[:size], rest[size:]
            outcomes += tell(cast, *part)
        known = [word for word in words if word in STATUS_RANK]
        assert _status(message) == max([*known, "sent"], key=lambda word: STATUS_RANK[word])
        assert outcomes.count("stored") == len(set(words))
        assert set(MessageStatus.objects.exclude(status="accepted").values_list("status", flat=True)) == set(
            words
        )
        total, _parts = read_ledger(cast.workspace.id)
        assert (total.outbound.accepted, total.outbound.adds_up) == (1, True)
        transaction.set_rollback(True)


def test_each_step_is_told_once(cast, message):
    for word in ("sent", "delivered", "delivered", "read"):
        tell(cast, status(message, word))
    assert event_kinds() == ["MessageStatusChanged"] * 2
    assert _status(message) == "read"


def test_a_status_before_our_own_answer_finds_its_message(cast):
    queued = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    assert tell(cast, status(queued, "delivered")) == ["stored"]
    record_results([(claimed, Accepted(provider_id=f"wamid.out.{queued.id}"))])
    assert (_status(queued), job(queued).state) == ("delivered", "accepted")
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.outbound.accepted, total.adds_up) == (1, True)


def test_a_status_without_our_id_waits_for_our_own_answer(cast):
    queued = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    assert tell(cast, status("wamid.7", "read"), status("wamid.7", "read")) == ["stored", "duplicate"]
    record_results([(claimed, Accepted(provider_id="wamid.7"))])
    assert _status(queued) == "read"
    assert UnmatchedStatus.objects.count() == 0


def test_what_a_waiting_status_tells_besides_is_kept_for_its_message(cast):
    """The first price that was told, and until when an ad's window is open."""
    queued = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    until = clock.now() + timedelta(hours=72)
    window: dict[str, Any] = {"window_origin": "referral_conversion", "window_expires_at": until}
    marketing: dict[str, Any] = {"pricing_category": "marketing", "pricing_type": "free_entry_point"}
    tell(cast, status("wamid.7", "read", pricing_category="service", pricing_type="regular"))
    tell(cast, status("wamid.7", "sent", **window), status("wamid.7", "delivered", **marketing))
    record_results([(claimed, Accepted(provider_id="wamid.7"))])
    row = Message.objects.get(id=queued.id)
    assert (row.status, row.pricing_category, row.pricing_type) == ("read", "service", "regular")
    assert fresh(row.conversation).ad_window_closes_at == until
    assert UnmatchedStatus.objects.count() == 0


def test_statuses_of_other_programs_wait_and_are_forgotten(cast):
    tell(cast, status("wamid.other", "sent"), status("wamid.other", "delivered"))
    assert UnmatchedStatus.objects.count() == 2
    assert purge_unmatched_statuses() == 0
    with clock.frozen_at(clock.now() + UNMATCHED_RETENTION + timedelta(minutes=1)):
        assert purge_unmatched_statuses() == 2


@pytest.mark.parametrize(
    ("word", "state"), [("sent", "accepted"), ("read", "accepted"), ("failed", "refused")]
)
def test_a_status_is_proof_of_an_unknown_result(cast, word, state):
    queued = queue(cast, open_conversation(cast))
    (claimed,) = claim(cast)
    record_results([(claimed, Uncertain(reason="timeout"))])
    assert (_status(queued), job(queued).state) == ("unknown", "unknown")
    tell(cast, status(queued, word, errors=FAILED if word == "failed" else ()))
    assert (_status(queued), job(queued).state) == (word, state)
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.outbound.unknown, total.outbound.refused, total.adds_up) == (
        0,
        {"131026": 1} if word == "failed" else {},
        True,
    )


def test_a_failure_is_kept_with_its_cause_and_yields_to_a_delivery(cast, message):
    tell(cast, status(message, "failed", errors=FAILED))
    row = Message.objects.get(id=message.id)
    assert (row.status, row.error) == ("failed", {"code": 131026, "title": "undeliverable", "details": ""})
    cast.alice.refresh_from_db()
    assert cast.alice.unreachable_reason == "131026"
    tell(cast, status(message, "delivered"))
    row = Message.objects.get(id=message.id)
    assert (row.status, row.error) == ("delivered", None)
    cast.alice.refresh_from_db()
    assert cast.alice.unreachable_reason == ""


def test_a_repeated_failure_marks_nobody_again(cast, message):
    tell(cast, status(message, "failed", errors=FAILED), status(message, "delivered"))
    forget_events()
    tell(cast, status(message, "failed", errors=FAILED))
    message.contact.refresh_from_db()
    assert (message.contact.unreachable_reason, event_kinds()) == ("", [])


def test_whoever_stopped_marketing_is_opted_out_once(cast, message):
    for _ in range(2):
        tell(cast, status(message, "failed", 5, errors=STOPPED))
    (consent,) = Consent.objects.filter(contact=message.contact)
    assert (consent.state, consent.source, consent.proof) == (
        "opted_out",
        "whatsapp:131050",
        {"message": str(message.id)},
    )


def test_the_first_price_that_is_told_is_kept(cast, message):
    tell(cast, status(message, "sent"))
    tell(cast, status(message, "delivered", pricing_category="service", pricing_type="regular"))
    tell(cast, status(message, "read", pricing_category="marketing", pricing_type="free_entry_point"))
    row = Message.objects.get(id=message.id)
    assert (row.pricing_category, row.pricing_type) == ("service", "regular")


def test_the_end_of_a_free_entry_point_only_moves_on(cast, message):
    late, early = clock.now() + timedelta(hours=72), clock.now() + timedelta(hours=71)
    for word, until in (("delivered", late), ("sent", early)):
        tell(cast, status(message, word, window_origin="referral_conversion", window_expires_at=until))
    assert fresh(message.conversation).ad_window_closes_at == late


def test_each_participant_of_a_group_has_statuses_of_their_own(cast, message):
    people = [ContactRef(identities=(Identity("phone", f"+120255501{number:02}"),)) for number in range(3)]
    told = [status(message, "delivered", participant=person) for person in people]
    assert tell(cast, *told, *told) == ["stored"] * 3 + ["duplicate"] * 3
    assert MessageStatus.objects.filter(status="delivered").count() == 3


def test_a_status_never_reaches_into_another_number_or_workspace(cast, message):
    theirs = cast.stranger.hears("+12025550101", "hello")
    assert theirs.workspace_id != cast.workspace.id
    at_second = status(message, "read")
    moved = type(at_second)(at_second.status, cast.second_inbox.id)
    assert tell(cast, moved) == ["stored"]
    assert (_status(message), UnmatchedStatus.objects.count()) == ("sent", 1)


def test_no_statuses_are_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert tell(cast) == []
