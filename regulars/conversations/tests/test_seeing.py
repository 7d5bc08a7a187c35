"""What somebody had not seen when they answered is not answered: it stays unread, and the contact waits on for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition, compose, say_again
from regulars.conversations.operations.seeing import Seen
from regulars.conversations.operations.settling import record_results
from regulars.conversations.queries.threads import read_thread
from regulars.conversations.tests.saying import AnyContent, at, claim, fresh, receive, said
from regulars.inboxes.ports import OutgoingReaction, OutgoingText, ProviderError, Refused
from regulars.kernel import clock
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = OutgoingText(body="answer")


def _answer(cast: Cast, conversation: Conversation, seen: Seen | None, content=ANSWER) -> Message:
    composition = Composition(conversation, [content], seen=seen)
    return compose(composition, by=cast.actor(cast.agent), channel=AnyContent())[0]


def _asked(cast: Cast) -> tuple[Conversation, list[Message]]:
    """Two questions and, between them, a reaction: unread too, but it asks for nothing."""
    receive(cast, said("first", 1))
    receive(cast, said("thumb", 2, kind="reaction", target="first"))
    receive(cast, said("second", 3))
    conversation = Conversation.objects.get()
    Conversation.objects.update(window_closes_at=clock.now() + timedelta(hours=1))
    asked = Message.objects.filter(direction="in", kind="text").order_by("id")
    return fresh(conversation), list(asked)


def _left(conversation: Conversation) -> tuple[int, datetime | None]:
    after = fresh(conversation)
    return after.unread_count, after.waiting_since


@pytest.mark.parametrize("place", [0, 1, None])
def test_what_came_after_what_was_seen_stays_unread_and_waits(cast: Cast, place: int | None) -> None:
    conversation, asked = _asked(cast)
    seen = Seen(None if place is None else asked[place].id)
    _answer(cast, conversation, seen)
    assert _left(conversation) == {0: (1, at(3)), 1: (0, None), None: (2, at(1))}[place]


def test_who_does_not_say_answers_all_of_it(cast: Cast) -> None:
    conversation, _asked_for = _asked(cast)
    _answer(cast, conversation, None)
    assert _left(conversation) == (0, None)


def test_what_was_read_or_answered_already_does_not_come_back(cast: Cast) -> None:
    conversation, asked = _asked(cast)
    _answer(cast, conversation, None)
    _answer(cast, fresh(conversation), Seen(asked[0].id))
    assert _left(conversation) == (0, None)


def test_a_reaction_answers_nothing_whatever_was_seen(cast: Cast) -> None:
    conversation, asked = _asked(cast)
    reaction = OutgoingReaction(target_provider_id="first", emoji="👍")
    _answer(cast, conversation, Seen(asked[1].id), reaction)
    assert _left(conversation) == (3, at(1))


@pytest.mark.parametrize("is_said_again", [False, True])
def test_an_answer_that_failed_gives_back_what_it_had_ended(cast: Cast, is_said_again: bool) -> None:
    conversation, asked = _asked(cast)
    answer = _answer(cast, conversation, Seen(asked[0].id))
    (claimed,) = claim(cast)
    record_results([(claimed, Refused(error=ProviderError(code=131026)))])
    assert _left(conversation) == (3, at(1))
    if is_said_again:
        failed = Message.objects.get(id=answer.id)
        say_again(
            failed,
            ANSWER,
            conversation=fresh(conversation),
            by=cast.actor(cast.agent),
            channel=AnyContent(),
            seen=Seen(asked[0].id),
        )
        assert _left(conversation) == (1, at(3))


def test_a_page_without_a_word_of_the_contact_names_their_newest(cast: Cast) -> None:
    conversation, asked = _asked(cast)
    assert read_thread(conversation).newest_in_before is None
    for _ in range(3):
        _answer(cast, fresh(conversation), None)
    assert read_thread(conversation, limit=3).newest_in_before == asked[1].id
    assert read_thread(conversation, limit=50).newest_in_before is None
