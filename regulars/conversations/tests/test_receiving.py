"""Messages come in: in any order, split and repetition the same conversation stands there in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.conversations.models import Activity, Conversation, Message
from regulars.conversations.operations.handling import mark_as_read, resolve_conversation, snooze_conversation
from regulars.conversations.tests.saying import (
    NO_REACTION,
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
from regulars.inboxes.ports import (
    InboundMessage,
    MediaRef,
    MessageContent,
    MessageKind,
    Reaction,
    Referral,
    Unsupported,
)
from regulars.kernel import clock
from regulars.media.models import MediaFile
from tests.cast import ALICE, BORIS, REPLY_WINDOW, Cast

pytestmark = pytest.mark.django_db

AD = MessageContent(referral=Referral(source_kind="ad"))


def _thread(cast: Cast, phone: str = ALICE) -> Conversation:
    return Conversation.objects.get(inbox=cast.inbox, contact__phone=phone)


# --- the property -----------------------------------------------------------------------------------

_forms: list[dict[str, Any]] = [
    {},
    {},
    {"kind": "image"},
    {"kind": "reaction", "target": "m0"},
    {"kind": "reaction", "target": "m0", "content": NO_REACTION},
    {"kind": "reaction", "target": "m1"},
    {"kind": "reaction", "target": "m1", "content": NO_REACTION},
    {"kind": "reaction", "content": NO_REACTION},
    {"kind": "edit", "target": "m0"},
    {"kind": "revoke", "target": "m1"},
    {"kind": "system"},
    {"direction": "out", "source": "phone_app"},
    {"direction": "out", "source": "phone_app"},
    {"direction": "out", "source": "phone_app", "kind": "reaction", "target": "m0"},
    {"direction": "out", "source": "phone_app", "kind": "reaction", "target": "m0", "content": NO_REACTION},
    {"source": "history"},
    {"source": "history", "direction": "out", "history_status": "READ"},
    {"source": "standby"},
    {"content": AD},
    {"group": "GROUP1"},
    {"group": "GROUP1", "kind": "reaction", "target": "m0"},
    {"group": "GROUP1", "kind": "reaction", "target": "m0", "content": NO_REACTION},
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
    threads = Conversation.objects.filter(inbox=cast.inbox).order_by("group__address", "contact__phone")
    provider_ids = dict(Message.objects.values_list("id", "provider_id"))
    return (
        [
            (
                each.group.address if each.group else "",
                each.contact.phone if each.contact else "",
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
            for each in threads.select_related("contact", "group")
        ],
        list(
            Message.objects.order_by("provider_id").values_list(
                "provider_id",
                "direction",
                "kind",
                "text",
                "source",
                "status",
                "sent_at",
                "author_kind",
                "is_withdrawn",
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
    assert event_kinds() == ["ConversationReopenedByMessage", "MessageReceived"]
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
    groups = Conversation.objects.filter(group__address="G")
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


# --- files that follow their messages -----------------------------------------------------------------

UNSHOWN = MessageContent(unsupported=Unsupported(raw_kind="media_placeholder"))
PHOTO = MessageContent(media=MediaRef(provider_media_id="900", mime_type="image/png", sha256="ab"))


def _placeholder(provider_id: str = "h1", **facts: Any) -> InboundMessage:
    said_then = said(provider_id, -9_000, kind="unsupported", source="history", content=UNSHOWN, **facts)
    return msgspec.structs.replace(said_then, text="", path="0/0/history/0/threads/0/messages/0")


def _file(provider_id: str = "h1", **facts: Any) -> InboundMessage:
    follows = said(provider_id, -9_000, kind="image", source="history", content=PHOTO, **facts)
    return msgspec.structs.replace(follows, text="our garden")


def _row(provider_id: str = "h1") -> tuple[object, ...]:
    return Message.objects.values_list(
        "kind", "text", "content", "media__provider_media_id", "path", "reply_to_provider_id"
    ).get(provider_id=provider_id)


COMPLETED = (
    "image",
    "our garden",
    {
        "media": {
            "provider_media_id": "900",
            "mime_type": "image/png",
            "sha256": "ab",
            "filename": "",
            "url": "",
            "is_voice": False,
            "is_animated": False,
        }
    },
    "900",
    "0/0/messages/0",
    None,
)


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize(
    ("order", "stored"),
    [("PF", 2), ("FP", 1), ("PPFF", 2), ("PFPF", 2), ("PFFP", 2), ("FPPF", 1), ("FPFP", 1), ("FFPP", 1)],
)
def test_a_placeholder_and_its_file_are_one_message_in_any_order(cast, order, stored, size):
    messages = [_placeholder() if letter == "P" else _file() for letter in order]
    outcomes = []
    for begin in range(0, len(messages), size):
        outcomes += receive(cast, *messages[begin : begin + size])
    assert [outcomes.count("stored"), outcomes.count("duplicate")] == [stored, len(order) - stored]
    assert _row() == COMPLETED
    assert list(MediaFile.objects.values_list("state", "kind", "connection_id")) == [
        ("waiting", "image", cast.connection.id)
    ]


def test_a_file_that_follows_is_drawn_and_moves_nothing_else(cast):
    receive(cast, _placeholder(), said("m1", 0))
    threads, _messages_before = _state(cast)
    forget_events()
    assert receive(cast, _file()) == ["stored"]
    assert event_kinds() == ["MediaAnnounced"]
    assert _state(cast)[0] == threads
    assert receive(cast, _file()) == ["duplicate"]
    assert event_kinds() == ["MediaAnnounced"]


def test_who_said_it_and_what_became_of_it_stand_with_the_placeholder(cast):
    receive(cast, _placeholder(direction="out", history_status="PLAYED", reply_to="h0"))
    receive(cast, msgspec.structs.replace(_file(phone=BORIS), sent_at=at(5)))
    message = Message.objects.get(provider_id="h1")
    assert (message.direction, message.author_kind, message.status) == ("out", "phone_app", "played")
    assert (message.contact_id, message.sent_at) == (cast.alice.id, at(-9_000))
    assert _row() == (*COMPLETED[:-1], "h0")


def test_many_placeholders_each_get_their_own_file(cast):
    names = [f"h{number}" for number in range(5)]
    receive(cast, *(_placeholder(name) for name in names))
    files = [
        msgspec.structs.replace(_file(name), content=MessageContent(media=MediaRef(provider_media_id=name)))
        for name in reversed(names)
    ]
    assert receive(cast, said("m1", 0), *files[:3], said("m1", 0)) == ["stored"] * 4 + ["duplicate"]
    found = Message.objects.filter(source="history").order_by("provider_id")
    assert list(found.values_list("kind", "media__provider_media_id")) == [
        ("unsupported", None),
        ("unsupported", None),
        ("image", "h2"),
        ("image", "h3"),
        ("image", "h4"),
    ]


@pytest.mark.parametrize(
    ("kind", "source", "content"),
    [
        ("text", "history", None),
        ("unsupported", "live", UNSHOWN),
        ("unsupported", "standby", UNSHOWN),
        ("unknown", "history", MessageContent(unsupported=Unsupported(raw_kind="poll"))),
        ("image", "history", MessageContent(media=MediaRef(mime_type="image/gif"))),
        ("video", "history", MessageContent(media=MediaRef(provider_media_id="800"))),
    ],
)
def test_what_is_no_placeholder_is_never_overwritten(cast, kind: MessageKind, source, content):
    receive(cast, said("h1", -9_000, kind=kind, source=source, content=content))
    before, files = _row(), MediaFile.objects.count()
    forget_events()
    assert receive(cast, _file()) == ["duplicate"]
    assert (_row(), MediaFile.objects.count(), event_kinds()) == (before, files, [])


def test_a_file_that_the_platform_does_not_have_completes_nothing(cast):
    receive(cast, _placeholder())
    before = _row()
    unfetchable = MessageContent(media=MediaRef(mime_type="image/png"))
    assert receive(cast, msgspec.structs.replace(_file(), content=unfetchable)) == ["duplicate"]
    assert (_row(), MediaFile.objects.count()) == (before, 0)


def test_a_placeholder_of_another_number_waits_for_its_own_file(cast):
    receive(cast, _placeholder())
    cast.hears(ALICE, "x", provider_id="h1", kind="image", content=PHOTO, inbox=cast.second_inbox)
    kinds = dict(Message.objects.values_list("inbox_id", "kind"))
    assert kinds == {cast.inbox.id: "unsupported", cast.second_inbox.id: "image"}


def test_only_a_repetition_that_brings_a_file_asks_for_placeholders(cast):
    text, file = said("m1", 0), _file()
    counts = []
    for batch in ((text,), (text,), (file,), (file,)):
        with CaptureQueriesContext(connection) as queries:
            receive(cast, *batch)
        counts.append(sum("'unsupported'" in query["sql"] for query in queries))
    assert counts == [0, 0, 0, 1]


# --- and further --------------------------------------------------------------------------------------


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
