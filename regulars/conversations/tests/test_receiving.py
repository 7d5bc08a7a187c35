"""Messages come in: in any order, split and repetition the same conversation stands there in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.conversations.models import Activity, Conversation, Message
from regulars.conversations.operations.handling import mark_as_read, resolve_conversation, snooze_conversation
from regulars.conversations.operations.receiving import REPLY_WINDOW
from regulars.conversations.tests.saying import (
    at,
    event_kinds,
    forget_events,
    fresh,
    queue,
    receive,
    said,
    status,
    tell,
)
from regulars.inboxes.ports import InboundMessage, MediaRef, MessageContent, Reaction, Referral
from regulars.kernel import clock
from regulars.media.models import MediaFile
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db

AD = MessageContent(referral=Referral(source_kind="ad"))


def _thread(cast: Cast, phone: str = ALICE) -> Conversation:
    return Conversation.objects.get(inbox=cast.inbox, contact__phone=phone, group_address="")


# --- the property -----------------------------------------------------------------------------------

_forms: list[dict[str, Any]] = [
    {},
    {},
    {"kind": "image"},
    {"kind": "reaction", "target": "m0"},
    {"kind": "edit", "target": "m0"},
    {"kind": "revoke", "target": "m1"},
    {"kind": "system"},
    {"direction": "out", "source": "phone_app"},
    {"direction": "out", "source": "phone_app"},
    {"direction": "out", "source": "phone_app", "kind": "reaction"},
    {"source": "history"},
    {"source": "history", "direction": "out", "history_status": "READ"},
    {"source": "standby"},
    {"content": AD},
    {"group": "GROUP1"},
]


def _messages(picked: list[tuple[int, int, str]]) -> list[InboundMessage]:
    """One message a second at most, so that the order of time is the only order there is."""
    return [
        said(f"m{number}", 10 * number + second, phone=phone, **_forms[form])
        for number, (form, second, phone) in enumerate(picked)
    ]


_picks = st.lists(
    st.tuples(
        st.integers(0, len(_forms) - 1), st.integers(0, 9), st.sampled_from([ALICE, ALICE, ALICE, BORIS])
    ),
    min_size=1,
    max_size=10,
)


def _state(cast: Cast) -> tuple[object, ...]:
    threads = Conversation.objects.filter(inbox=cast.inbox).order_by("group_address", "contact__phone")
    provider_ids = dict(Message.objects.values_list("id", "provider_id"))
    return (
        [
            (
                each.group_address,
                each.contact.phone if not each.group_address else "",
                each.status,
                each.unread_count,
                each.waiting_since,
                each.answered_elsewhere_at,
                provider_ids.get(each.last_message_id) if each.last_message_id else None,
                each.last_message_at,
                each.last_inbound_at,
                each.window_closes_at,
                each.ad_opened_at,
                each.owned_elsewhere,
            )
            for each in threads.select_related("contact")
        ],
        list(
            Message.objects.order_by("provider_id").values_list(
                "provider_id", "direction", "kind", "text", "source", "status", "sent_at", "author_kind"
            )
        ),
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_picks, st.randoms(use_true_random=False), st.lists(st.integers(1, 4), max_size=8))
def test_any_order_split_and_repetition_lead_to_the_same_state(cast, picked, random, sizes):
    messages = _messages(picked)
    with transaction.atomic():
        receive(cast, *messages)
        expected = _state(cast)
        transaction.set_rollback(True)
    shuffled = messages + random.sample(messages, len(messages) // 2)
    random.shuffle(shuffled)
    with transaction.atomic():
        outcomes = []
        rest = shuffled
        for size in [*sizes, len(shuffled)]:
            part, rest = rest[:size], rest[size:]
            outcomes += receive(cast, *part)
        assert _state(cast) == expected
        assert outcomes.count("stored") == len(messages)
        assert len(outcomes) == len(shuffled)
        transaction.set_rollback(True)


# --- one by one -------------------------------------------------------------------------------------


def test_a_first_message_starts_a_conversation(cast):
    forget_events()
    assert receive(cast, said("m1", 0)) == ["stored"]
    thread = _thread(cast)
    assert (thread.status, thread.unread_count, thread.waiting_since) == ("open", 1, at(0))
    assert (thread.window_closes_at, thread.last_inbound_at) == (at(0) + REPLY_WINDOW, at(0))
    assert event_kinds() == ["ConversationStarted", "MessageReceived"]
    message = Message.objects.get()
    assert (message.author_kind, message.status, message.arrived_late) == ("contact", "received", False)


def test_an_empty_batch_is_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert receive(cast) == []


def test_a_batch_costs_few_statements_whatever_its_size(cast, django_assert_max_num_queries):
    receive(cast, said("m", 0))
    messages = [said(f"m{number}", number) for number in range(100)]
    with django_assert_max_num_queries(20):
        assert receive(cast, *messages) == ["stored"] * 100
    with django_assert_max_num_queries(8):
        assert receive(cast, *messages) == ["duplicate"] * 100
    assert _thread(cast).unread_count == 101


def test_a_repetition_within_a_batch_is_a_duplicate(cast):
    assert receive(cast, said("m1", 0), said("m1", 0)) == ["stored", "duplicate"]


def test_the_same_id_at_another_number_is_another_message(cast):
    cast.hears(ALICE, "x", provider_id="m1")
    cast.hears(ALICE, "x", provider_id="m1", inbox=cast.second_inbox)
    assert Message.objects.filter(provider_id="m1").count() == 2


def test_a_contact_who_writes_reopens(cast):
    receive(cast, said("m1", 0))
    resolve_conversation(_thread(cast), by=cast.actor(cast.agent))
    forget_events()
    receive(cast, said("m2", 60))
    thread = _thread(cast)
    assert (thread.status, thread.unread_count, thread.waiting_since) == ("open", 1, at(60))
    assert event_kinds() == ["ConversationChanged", "MessageReceived"]
    assert Activity.objects.filter(kind="reopened_by_contact").count() == 1


def test_a_contact_who_writes_ends_a_snooze(cast):
    receive(cast, said("m1", 0))
    snooze_conversation(_thread(cast), until=clock.now() + timedelta(days=1), by=cast.actor(cast.agent))
    receive(cast, said("m2", 60))
    assert (_thread(cast).status, _thread(cast).snoozed_until) == ("open", None)


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke", "system"])
def test_what_asks_for_no_answer_opens_nothing_again(cast, kind):
    receive(cast, said("m1", 0))
    resolve_conversation(_thread(cast), by=cast.actor(cast.agent))
    receive(cast, said("m2", 60, kind=kind, target="m1"))
    thread = _thread(cast)
    assert (thread.status, thread.waiting_since) == ("resolved", None)
    assert thread.unread_count == (1 if kind == "reaction" else 0)


def test_waiting_is_counted_from_the_first_unanswered_message(cast):
    receive(cast, said("m1", 0), said("m2", 30))
    receive(cast, said("m3", 60))
    assert _thread(cast).waiting_since == at(0)


def test_an_answer_of_ours_ends_the_waiting(cast):
    conversation = cast.hears(ALICE, "hello")
    queue(cast, fresh(conversation), by=cast.agent)
    thread = fresh(conversation)
    assert (thread.waiting_since, thread.unread_count, thread.assignee_id) == (None, 0, cast.agent.id)


def test_an_answer_from_the_phone_app_ends_the_waiting_for_what_came_before_it(cast):
    receive(cast, said("m1", 0), said("e1", 10, direction="out", source="phone_app"), said("m2", 20))
    thread = _thread(cast)
    assert (thread.waiting_since, thread.unread_count) == (at(20), 1)
    echo = Message.objects.get(provider_id="e1")
    assert (echo.author_kind, echo.status, echo.source) == ("phone_app", "sent", "phone_app")


def test_a_late_echo_does_not_bring_back_what_was_read_or_answered(cast):
    receive(cast, said("m1", 10))
    mark_as_read(_thread(cast), by=cast.actor(cast.agent))
    receive(cast, said("e1", 5, direction="out", source="phone_app"))
    assert (_thread(cast).unread_count, _thread(cast).waiting_since) == (0, at(10))
    conversation = cast.hears(BORIS, "hello")
    queue(cast, fresh(conversation))
    receive(cast, said("e2", 1, phone=BORIS, direction="out", source="phone_app"))
    assert (fresh(conversation).unread_count, fresh(conversation).waiting_since) == (0, None)


def test_history_moves_nothing_but_the_past(cast):
    receive(
        cast,
        said("h1", -9_000, source="history"),
        said("h2", -8_000, source="history", direction="out", history_status="READ"),
    )
    thread = _thread(cast)
    assert (thread.unread_count, thread.waiting_since, thread.window_closes_at) == (0, None, None)
    assert thread.last_message_at == at(-8_000)
    assert Message.objects.get(provider_id="h2").status == "read"


def test_another_senders_thread_is_marked_and_left_when_we_answer(cast):
    receive(cast, said("m1", 0, source="standby"))
    assert _thread(cast).owned_elsewhere is True
    cast.hears(ALICE, "hello")
    queue(cast, fresh(_thread(cast)))
    assert _thread(cast).owned_elsewhere is False


def test_a_late_message_is_marked_and_stands_in_its_place(cast):
    receive(cast, said("m2", 60))
    receive(cast, said("m1", 0))
    assert dict(Message.objects.values_list("provider_id", "arrived_late")) == {"m1": True, "m2": False}
    assert _thread(cast).last_message_id == Message.objects.get(provider_id="m2").id


def test_a_group_is_one_thread_whoever_writes(cast):
    receive(cast, said("m1", 0, group="G"), said("m2", 1, phone=BORIS, group="G"), said("m3", 2))
    groups = Conversation.objects.filter(group_address="G")
    assert [(each.unread_count, each.messages.count()) for each in groups] == [(2, 2)]
    assert _thread(cast).messages.count() == 1


def test_a_file_waits_to_be_fetched(cast):
    for number, media_id in enumerate(("900", None)):
        reference = MediaRef(provider_media_id=media_id, mime_type="image/png", sha256="ab")
        receive(cast, said(f"m{number}", number, kind="image", content=MessageContent(media=reference)))
    assert list(MediaFile.objects.order_by("id").values_list("state", "kind", "connection_id")) == [
        ("waiting", "image", cast.connection.id),
        ("missing", "image", cast.connection.id),
    ]
    assert Message.objects.filter(media__isnull=True).count() == 0


def test_what_a_message_says_is_kept_without_empty_fields(cast):
    receive(cast, said("m1", 0, kind="reaction", content=MessageContent(reaction=Reaction(emoji="🙏"))))
    assert Message.objects.get().content == {"reaction": {"emoji": "🙏"}}


def test_an_answer_within_a_day_opens_the_free_entry_point(cast):
    conversation = cast.hears(ALICE, "hello", content=AD, at=clock.now() - timedelta(hours=1))
    with clock.frozen_at(clock.now()):
        queue(cast, fresh(conversation))
        assert fresh(conversation).ad_window_closes_at == clock.now() + timedelta(hours=72)


def test_a_later_ad_opens_another_free_entry_point(cast):
    conversation = cast.hears(ALICE, "hello", content=AD, at=clock.now() - timedelta(days=9))
    Conversation.objects.filter(id=conversation.id).update(
        ad_window_closes_at=clock.now() - timedelta(days=5)
    )
    cast.hears(ALICE, "again", content=AD)
    queue(cast, fresh(conversation))
    closes_at = fresh(conversation).ad_window_closes_at
    assert closes_at is not None
    assert closes_at > clock.now() + timedelta(hours=71)


def test_no_answer_within_a_day_opens_none(cast):
    conversation = cast.hears(ALICE, "hello", content=AD, at=clock.now() - timedelta(hours=25))
    cast.hears(ALICE, "still there?")
    queue(cast, fresh(conversation))
    assert fresh(conversation).ad_window_closes_at is None


def test_a_status_that_came_before_its_echo_is_applied_to_it(cast):
    receive(cast, said("m1", 0))
    assert tell(cast, status("e1", "read", 30)) == ["stored"]
    receive(cast, said("e1", 10, direction="out", source="phone_app"))
    assert Message.objects.get(provider_id="e1").status == "read"


def test_the_stranger_shares_nothing(cast):
    cast.hears(ALICE, "x", provider_id="m1")
    cast.stranger.hears(ALICE, "x", provider_id="m1")
    assert {message.workspace_id for message in Message.objects.all()} == {
        cast.workspace.id,
        cast.stranger.workspace.id,
    }
