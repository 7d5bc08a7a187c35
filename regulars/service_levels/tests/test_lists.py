"""Lists by what is due, and what the lead sees: each as far as somebody sees conversations."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.conversations.queries.lists import ConversationFilter, count_up_to
from regulars.kernel import clock
from regulars.service_levels.models import FollowUp
from regulars.service_levels.queries import list_by_due, promises_of
from regulars.service_levels.tests.rings import hear, ring
from tests.cast import Cast

MINUTE = timedelta(minutes=1)


def phone(number: int) -> str:
    return f"+1202556{number:04}"


def in_pages(cast: Cast, limit: int) -> list[Conversation]:
    found, cursor = [], None
    while True:
        page = list_by_due(cast.actor(), ConversationFilter(status="open"), limit=limit, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_what_is_due_soonest_is_first_and_no_page_skips_or_repeats(cast: Cast):
    now = clock.now()
    slow = hear(cast, phone(1), "C", now - 60 * MINUTE)
    soon = hear(cast, phone(2), "A", now - 5 * MINUTE)
    late = hear(cast, phone(3), "A", now - 40 * MINUTE)
    bare = [hear(cast, phone(4 + place), "", now - place * MINUTE) for place in range(3)]
    ours = [late.id, soon.id, slow.id, *(each.id for each in reversed(bare))]
    for limit in (1, 2, 3, 50):
        found = [each.id for each in in_pages(cast, limit)]
        assert found[: len(ours)] == ours
        assert (
            len(found)
            == len(set(found))
            == Conversation.objects.filter(workspace=cast.workspace, status="open").count()
        )


def test_a_page_costs_the_same_however_long_it_is(cast: Cast):
    now = clock.now()
    for place in range(6):
        hear(cast, phone(place), "A", now - place * MINUTE)
    counts = []
    for limit in (2, 5):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            list_by_due(cast.actor(), ConversationFilter(status="open"), limit=limit)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_lead_sees_what_is_late_and_whose_it_is(cast: Cast):
    now = clock.now()
    late = hear(cast, phone(1), "A", now - 40 * MINUTE)
    hear(cast, phone(2), "A", now - 12 * MINUTE)
    hear(cast, phone(3), "A", now)
    batch = hear(cast, phone(4), "C", now)
    assign_conversation(late, to=cast.agent, by=cast.actor())
    ring()
    found = promises_of(cast.actor())
    assert [(each.member_id, each.breached) for each in found.holders if each.breached] == [
        (cast.agent.id, 1)
    ]
    assert found.breached == 1
    assert found.warned == 1
    assert (found.batch.waiting, found.batch.answered) == (1, 0)
    assert batch.waiting_since
    assert found.batch.due_at == batch.waiting_since + timedelta(hours=24)
    at_risk = ConversationFilter(narrowing="at_risk")
    assert count_up_to(cast.actor(), at_risk, 10) == 2
    assert count_up_to(cast.actor(cast.agent), ConversationFilter(narrowing="batch"), 10) == 1
    assert promises_of(cast.stranger.actor()).breached == 0


def test_an_open_conversation_without_a_word_of_ours_is_overdue(cast: Cast):
    found = hear(cast, phone(1), "", clock.now())
    overdue = ConversationFilter(status="open", narrowing="overdue")
    assert count_up_to(cast.actor(), overdue, 10) == 0
    FollowUp.objects.filter(conversation=found).update(since=clock.now() - timedelta(hours=49))
    assert count_up_to(cast.actor(), overdue, 10) == 1
