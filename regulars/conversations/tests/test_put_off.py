"""What is put off comes back in time, in order, and says why; whose window closes is found in pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.conversations.models import Activity, Conversation
from regulars.conversations.operations.handling import snooze_conversation
from regulars.conversations.queries.closing import count_closing
from regulars.conversations.queries.lists import ConversationFilter, Order, list_conversations
from regulars.conversations.tasks import wake_snoozed
from regulars.conversations.tests.saying import fresh
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db

NUMBERS = [f"+1202555{number:04}" for number in range(5)]


def put_off(cast: Cast, *, sleeps_through: bool) -> Conversation:
    conversation = cast.hears(ALICE, "hello")
    until = clock.now() + timedelta(hours=1)
    snooze_conversation(conversation, until=until, by=cast.actor(cast.agent), sleeps_through=sleeps_through)
    return conversation


def lines() -> list[str]:
    return list(Activity.objects.order_by("at", "id").values_list("kind", flat=True))


def test_an_answer_brings_it_back_and_the_thread_says_so(cast: Cast):
    conversation = put_off(cast, sleeps_through=False)
    cast.hears(ALICE, "one more thing")
    assert (fresh(conversation).status, fresh(conversation).snoozed_until) == ("open", None)
    assert lines() == ["snoozed", "woken_by_contact"]


def test_what_sleeps_through_waits_for_its_time_and_keeps_what_was_said(cast: Cast):
    conversation = put_off(cast, sleeps_through=True)
    cast.hears(ALICE, "one more thing")
    asleep = fresh(conversation)
    assert (asleep.status, asleep.unread_count, asleep.waiting_since is not None) == ("snoozed", 2, True)
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        wake_snoozed()
    assert (fresh(conversation).status, lines()) == ("open", ["snoozed_firmly", "woken"])
    cast.hears(ALICE, "and another")
    assert (fresh(conversation).status, fresh(conversation).unread_count) == ("open", 3)


def in_pages(actor: Actor, wanted: ConversationFilter, order: Order) -> list[Conversation]:
    found: list[Conversation] = []
    cursor = None
    while True:
        page = list_conversations(actor, wanted, order=order, limit=2, cursor=cursor)
        found += page.items
        if (cursor := page.next_cursor) is None:
            return found


def test_lists_of_what_comes_back_and_of_closing_windows_in_pages(cast: Cast):
    now = clock.now()
    some = [cast.hears(number, "hello") for number in NUMBERS]
    for place, each in enumerate(some):
        Conversation.objects.filter(id=each.id).update(
            window_closes_at=now + timedelta(minutes=10 * (5 - place)),
            priority="urgent" if place in {0, 3} else "normal",
        )
    by = cast.actor(cast.owner)
    closing = ConversationFilter(status="open", waiting=True, closes_before=now + timedelta(minutes=45))
    wanted = [some[place].id for place in (3, 4, 2, 1)]
    assert [each.id for each in in_pages(by, closing, "closing")] == wanted
    assert count_closing([by, cast.actor(cast.agent)]) == [5, 5]
    for place, each in enumerate(some):
        until = now + timedelta(hours=1 + place % 3)
        snooze_conversation(fresh(each), until=until, by=by)
    asleep = in_pages(by, ConversationFilter(status="snoozed"), "waking")
    assert [each.id for each in asleep] == [some[place].id for place in (0, 3, 1, 4, 2)]


def test_a_cursor_of_another_order_is_refused(cast: Cast):
    for number in NUMBERS[:3]:
        cast.hears(number, "hello")
    by = cast.actor(cast.owner)
    for cursor in ("bnVsbA", "W251bGwsICJ4Il0", "WzFd"):
        with pytest.raises(Invalid):
            list_conversations(by, ConversationFilter(), order="closing", cursor=cursor)
