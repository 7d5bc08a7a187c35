"""Reactions, edits and revokes count only where they may: in their conversation, and rewriting only for the author."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.calls import IncomingCall, note_calls
from regulars.conversations.operations.handling import mark_as_read
from regulars.conversations.queries.changing import emoji_of
from regulars.conversations.queries.lists import attach_last_messages
from regulars.conversations.queries.threads import MessageDetails, read_thread
from regulars.conversations.tests.saying import NO_REACTION, THUMB, at, fresh, queue, receive, said
from regulars.inboxes.ports import (
    Call,
    ContactRef,
    InboundMessage,
    MessageContent,
    OutgoingReaction,
    Reaction,
    Unsupported,
)
from tests.cast import ALICE, BORIS, REPLY_WINDOW, Cast

pytestmark = pytest.mark.django_db

GROUP = "G"
SPEAKERS: dict[str, dict[str, Any]] = {
    "Alice": {"phone": ALICE},
    "Boris": {"phone": BORIS},
    "we to Alice": {"phone": ALICE, "direction": "out", "source": "phone_app"},
    "we to Boris": {"phone": BORIS, "direction": "out", "source": "phone_app"},
    "Alice in the group": {"phone": ALICE, "group": GROUP},
    "Boris in the group": {"phone": BORIS, "group": GROUP},
    "we in the group": {"phone": ALICE, "group": GROUP, "direction": "out", "source": "phone_app"},
    "Alice before": {"phone": ALICE, "source": "history"},
    "we before": {"phone": ALICE, "source": "history", "direction": "out"},
}
PLACES = {"Alice": "Alice", "Boris": "Boris", "group": GROUP}


def _place(speaker: str) -> str:
    return next(place for word, place in reversed(PLACES.items()) if word in speaker or word == "Alice")


def _author(speaker: str) -> str:
    return "we" if speaker.startswith("we") else speaker.split(maxsplit=1)[0]


_changes = st.lists(
    st.tuples(
        st.sampled_from(["edit", "revoke", "reaction", "taken back"]), st.sampled_from(sorted(SPEAKERS))
    ),
    max_size=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from(sorted(SPEAKERS)),
    _changes,
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 4), max_size=8),
)
def test_only_the_author_rewrites_and_only_the_conversation_reacts(cast, author, changes, random, sizes):
    messages = [said("m", 0, **SPEAKERS[author]), *_modifiers(changes)]
    arriving = messages + random.sample(messages, len(messages) // 2)
    random.shuffle(arriving)
    with transaction.atomic():
        for size in [*sizes, len(arriving)]:
            part, arriving = arriving[:size], arriving[size:]
            receive(cast, *part)
        (shown,) = (each for each in _everything() if each.message.provider_id == "m")
        assert _picture(shown) == _expected(author, changes)
        own = Conversation.objects.get(id=shown.message.conversation_id)
        attach_last_messages([own])
        if own.last_message_id == shown.message.id:
            text = own.last_changes.text_of(shown.message)  # type: ignore[attr-defined]
            assert text == _expected(author, changes)[0]
        transaction.set_rollback(True)


def _modifiers(changes: Sequence[tuple[str, str]]) -> list[InboundMessage]:
    forms: dict[str, dict[str, Any]] = {
        "reaction": {"kind": "reaction", "content": THUMB},
        "taken back": {"kind": "reaction", "content": NO_REACTION},
    }
    return [
        said(
            f"c{number}",
            number + 1,
            target="m",
            **SPEAKERS[speaker],
            **forms.get(change, {"kind": change}),
        )
        for number, (change, speaker) in enumerate(changes)
    ]


def _expected(author: str, changes: Sequence[tuple[str, str]]) -> tuple[str, bool, set[str]]:
    """The text that stands in the end, whether it was revoked, and who has a reaction on it."""
    text, revoked, reacted = "m", False, set[str]()
    for number, (change, speaker) in enumerate(changes):
        if _place(speaker) != _place(author):
            continue
        if change == "reaction":
            reacted.add(_author(speaker))
        elif change == "taken back":
            reacted.discard(_author(speaker))
        elif _author(speaker) == _author(author):
            text, revoked = (f"c{number}", revoked) if change == "edit" else (text, True)
    return text, revoked, reacted


def _everything() -> list[MessageDetails]:
    return [
        each for conversation in Conversation.objects.all() for each in read_thread(conversation).messages
    ]


def _picture(shown: MessageDetails) -> tuple[str, bool, set[str]]:
    names = {ALICE: "Alice", BORIS: "Boris"}
    changes = shown.changes
    return (
        changes.text_of(shown.message),
        changes.revoked_by is not None,
        {
            "we" if each.direction == "out" else names[each.contact.phone if each.contact else ""]
            for each in changes.reactions
        },
    )


def test_what_may_not_change_a_message_shows_in_its_own_thread(cast):
    receive(cast, said("m", 0), said("x", 1, phone=BORIS, kind="edit", target="m"))
    receive(cast, said("ours", 1, direction="out", source="phone_app"))
    receive(cast, said("y", 2, kind="edit", target="ours"), said("z", 3, kind="revoke", target="x"))
    shown = {each.message.provider_id: each for each in _everything()}
    assert {name for name, each in shown.items() if each.changed} == set()
    assert shown["ours"].changes.text_of(shown["ours"].message) == "ours"


def test_quotes_stay_in_their_conversation(cast):
    receive(cast, said("m", 0), said("q", 1, phone=BORIS, reply_to="m"), said("own", 2, reply_to="m"))
    quoted = {each.message.provider_id: each.quoted for each in _everything()}
    assert (quoted["q"], getattr(quoted["own"], "provider_id", None)) == (None, "m")


def test_an_edit_whose_wording_we_did_not_get_keeps_the_text(cast):
    receive(cast, said("m", 0))
    conversation = cast.hears(
        ALICE, "", kind="edit", target="m", content=MessageContent(unsupported=Unsupported(raw_kind="poll"))
    )
    shown = read_thread(conversation).messages[0]
    assert (shown.changes.is_edited, shown.changes.text_of(shown.message)) == (True, "m")


def test_the_phone_apps_reaction_shows(cast):
    echo: dict[str, Any] = {"direction": "out", "source": "phone_app", "kind": "reaction", "target": "m"}
    receive(cast, said("m", 0), said("r", 1, **echo))
    (shown,) = (each for each in _everything() if each.message.provider_id == "m")
    assert [emoji_of(each) for each in shown.changes.reactions] == ["👍"]


# --- reactions as news ------------------------------------------------------------------------------


def _thread(cast: Cast) -> Conversation:
    return Conversation.objects.get(inbox=cast.inbox, contact__phone=ALICE)


def _facts(thread: Conversation) -> tuple[object, ...]:
    last = Message.objects.filter(id__in=[thread.last_message_id] if thread.last_message_id else []).first()
    return (thread.unread_count, last and last.provider_id, thread.last_message_at, thread.window_closes_at)


REACTED, TAKEN_BACK = (
    said(name, second, kind="reaction", target="m", content=content)
    for name, second, content in (("r", 20, THUMB), ("t", 40, NO_REACTION))
)


def test_a_reaction_is_news_until_it_is_taken_back(cast):
    receive(cast, said("m", 0))
    before = _facts(_thread(cast))
    receive(cast, REACTED)
    assert _facts(_thread(cast)) == (2, "r", at(20), at(20) + REPLY_WINDOW)
    receive(cast, TAKEN_BACK)
    assert _facts(_thread(cast)) == before == (1, "m", at(0), at(0) + REPLY_WINDOW)


def test_a_reaction_that_replaces_another_is_one_piece_of_news(cast):
    other = said("o", 30, kind="reaction", target="m", content=MessageContent(reaction=Reaction(emoji="🎉")))
    receive(cast, said("m", 0), REACTED)
    receive(cast, other)
    assert _facts(_thread(cast)) == (2, "o", at(30), at(30) + REPLY_WINDOW)


def test_what_was_read_does_not_become_unread_by_taking_a_reaction_back(cast):
    receive(cast, said("m", 0), REACTED)
    mark_as_read(_thread(cast), by=cast.actor(cast.agent))
    receive(cast, said("n", 30))
    receive(cast, TAKEN_BACK)
    assert _facts(_thread(cast)) == (1, "n", at(30), at(30) + REPLY_WINDOW)


def test_a_call_keeps_the_window_that_a_reaction_had_prolonged(cast):
    receive(cast, said("m", 0))
    call = Call(
        address=cast.inbox.address,
        provider_id="c",
        event="connect",
        direction="USER_INITIATED",
        contact=ContactRef(),
        at=at(10),
        path="",
    )
    note_calls(
        cast.workspace.id, [IncomingCall(call, cast.inbox.id, cast.alice.id)], reply_window=REPLY_WINDOW
    )
    receive(cast, REACTED)
    receive(cast, TAKEN_BACK)
    assert _thread(cast).window_closes_at == at(10) + REPLY_WINDOW


def test_a_thread_of_nothing_but_a_taken_back_reaction_has_no_last_word(cast):
    receive(cast, REACTED)
    receive(cast, TAKEN_BACK)
    assert _facts(_thread(cast)) == (0, None, None, None)


def test_our_own_reaction_is_the_last_word_until_we_take_it_back(cast):
    conversation = cast.hears(ALICE, "hello", provider_id="m", at=at(-60 * 60))
    Conversation.objects.update(window_closes_at=at(0) + timedelta(days=36_500))
    thumb = queue(cast, fresh(conversation), OutgoingReaction(target_provider_id="m", emoji="👍"))
    assert fresh(conversation).last_message_id == thumb.id
    queue(cast, fresh(conversation), OutgoingReaction(target_provider_id="m", emoji=""))
    assert fresh(conversation).last_message_id == Message.objects.get(provider_id="m").id
