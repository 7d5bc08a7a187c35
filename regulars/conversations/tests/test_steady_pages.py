"""Pages of lists whose rows move while somebody pages: what stays where it is comes once, in its place."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, Order, list_conversations
from regulars.kernel import clock
from tests.cast import Cast

MANY, PAGE = 18, 3
PRIORITIES = ("low", "normal", "high", "urgent")
MOVED_BY: dict[Order, tuple[str, ...]] = {
    "longest_waiting": ("waiting_since",),
    "sla": ("waiting_since",),
    "waking": ("snoozed_until",),
    "newest": ("last_message_at",),
    "closing": ("priority", "window_closes_at"),
    "created": ("waiting_since", "priority", "last_message_at"),
}
"""by the order, what makes a row move in it"""


def _value(field: str, random: Random, now: datetime) -> object:
    """Few different ones, and none at all: rows that are equal are told apart by their ids."""
    if field == "priority":
        return random.choice(PRIORITIES)
    hours = random.choice((0, 1, 1, 2, 3, None))
    if field == "last_message_at":
        hours = hours or 0
    return None if hours is None else now - timedelta(hours=hours, microseconds=random.choice((0, 1)))


def _shuffle(ids: list[UUID], order: Order, random: Random, now: datetime) -> None:
    for key in ids:
        values = {field: _value(field, random, now) for field in MOVED_BY[order]}
        Conversation.objects.filter(id=key).update(**values)


def _page(cast: Cast, order: Order, cursor: str | None) -> tuple[list[UUID], str | None]:
    found = list_conversations(
        cast.actor(cast.owner), ConversationFilter(), order=order, limit=PAGE, cursor=cursor
    )
    return [each.id for each in found.items], found.next_cursor


@pytest.mark.parametrize("order", MOVED_BY)
def test_what_does_not_move_comes_once_and_in_its_place(cast: Cast, order: Order) -> None:
    random, now = Random(7), clock.now()
    ids = [cast.hears(f"+1202555{2000 + number}", "hello").id for number in range(MANY)]
    _shuffle(ids, order, random, now)
    before = [
        each.id
        for each in list_conversations(
            cast.actor(cast.owner), ConversationFilter(), order=order, limit=MANY
        ).items
    ]
    assert sorted(before) == sorted(ids)
    restless = random.sample(ids, MANY // 3)
    shown, cursor = _page(cast, order, None)
    while cursor:
        _shuffle(random.sample(restless, 2), order, random, now)
        page, cursor = _page(cast, order, cursor)
        shown += page
    resting = [each for each in before if each not in restless]
    assert [each for each in shown if each not in restless] == resting
