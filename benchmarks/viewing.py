"""A saved view with five conditions over many conversations: its first page, and the counts of five views at once.

    python -m benchmarks.viewing 100000 20         so many conversations, so many rounds; prints milliseconds

It measures inside one process, through the product's own queries, on the product's database. The floor is the same page
as one would write it by hand for this view alone: ids, sorted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

CONVERSATIONS = 100_000
MOST_MILLISECONDS = 80.0
MOST_TIMES_THE_FLOOR = 3.0
TIMES = 20
_FILL = (
    (
        "INSERT INTO contacts_contact (id, workspace_id, name, language, created_at)"
        " SELECT gen_random_uuid(), %s, 'viewed', (array['ko', 'en', 'ru', 'th'])[1 + n %% 4], now()"
        " FROM generate_series(1, %s) n"
    ),
    (
        "INSERT INTO conversations_conversation"
        " (id, workspace_id, inbox_id, contact_id, status, priority, waiting_since, unread_count, last_message_at)"
        " SELECT gen_random_uuid(), workspace_id, %s, id,"
        " CASE WHEN n %% 5 = 0 THEN 'open' ELSE 'resolved' END,"
        " (array['urgent', 'high', 'normal', 'normal', 'low'])[1 + n / 5 %% 5],"
        " CASE WHEN n %% 10 = 0 THEN now() - random() * interval '3 days' END, (n / 7 %% 2)::int,"
        " now() - random() * interval '90 days'"
        " FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM contacts_contact WHERE name = 'viewed') c"
    ),
    (
        "INSERT INTO conversations_conversationtagging (id, workspace_id, conversation_id, tag_id, by_kind)"
        " SELECT gen_random_uuid(), c.workspace_id, c.id, %s, 'import' FROM conversations_conversation c"
        " WHERE workspace_id = %s AND unread_count > 0"
    ),
    "ANALYZE contacts_contact",
    "ANALYZE conversations_conversation",
    "ANALYZE conversations_conversationtagging",
)
_FLOOR = """
SELECT c.id FROM conversations_conversation c JOIN contacts_contact p ON p.id = c.contact_id
WHERE c.workspace_id = %s AND c.status = 'open' AND c.priority IN ('high', 'urgent') AND p.language = 'ko'
AND c.waiting_since <= now() - interval '30 minutes' AND EXISTS (
  SELECT 1 FROM conversations_conversationtagging t
  WHERE t.conversation_id = c.id AND t.tag_id = %s AND t.until_at IS NULL
)
ORDER BY c.waiting_since, c.id LIMIT 51
"""


def _asks(name: str, operator: str, value: object) -> dict[str, object]:
    return {"field": name, "op": operator, "value": value}


FIVE = {
    "all": [
        _asks("conversation.status", "is", "open"),
        _asks("conversation.priority", "in", ["high", "urgent"]),
        _asks("contact.language", "is", "ko"),
        _asks("conversation.waiting_minutes", ">=", 30),
        _asks("conversation.tags", "has_any", ["viewed"]),
    ]
}


def measure_viewing(product: Product, effort: Effort) -> Iterator[Figure]:
    many = CONVERSATIONS if effort.seconds >= 1 else CONVERSATIONS // 100
    told: dict[str, float] = run_child(
        [product.checkout.python, "-m", "benchmarks.viewing", str(many), str(effort.rounds * TIMES)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    yield Figure(
        f"first page of a view with five conditions, {many:,} conversations, p95",
        told["page"],
        "ms",
        at_most=MOST_MILLISECONDS,
    )
    yield Figure(
        "the ids of that page through the product, p95",
        told["ids"],
        "ms",
        floor=told["floor"],
        floor_name="by hand in SQL",
        at_most=MOST_TIMES_THE_FLOOR,
    )
    yield Figure("five such views counted for the navigation, p95", told["counted"], "ms")


def measure(many: int, times: int) -> dict[str, float]:
    from django.db import connection

    from regulars.conversations.queries.asking import kept_condition
    from regulars.conversations.queries.lists import ConversationFilter, first_of, list_conversations
    from regulars.inboxes.models import Inbox
    from regulars.saved_views.arranging import MOST_COUNTED, count_view
    from regulars.saved_views.models import ViewPlace
    from regulars.saved_views.operations import ViewDraft, create_view
    from regulars.saved_views.queries import count_for_all
    from regulars.tags.operations import create_tag
    from regulars.workspaces.access import actor_of_member
    from regulars.workspaces.models import Member

    inbox = Inbox.objects.order_by("created_at", "address")[0]
    owner = Member.objects.filter(workspace_id=inbox.workspace_id).order_by("created_at")[0]
    by = actor_of_member(owner)
    tag = create_tag(by.workspace_id, "viewed", by=by)
    values: list[list[Any]] = [[by.workspace_id, many], [inbox.id], [tag.id, by.workspace_id], [], [], []]
    with connection.cursor() as cursor:
        for statement, given in zip(_FILL, values, strict=True):
            cursor.execute(statement, given)
    ViewPlace.objects.filter(member=owner).update(is_counted=False)
    for number in range(MOST_COUNTED):
        count_view(create_view(ViewDraft(f"View {number}", FIVE), by=by), by=by, is_counted=True)

    def wanted() -> ConversationFilter:
        return ConversationFilter(condition=kept_condition(FIVE, by))

    def ids() -> object:
        ordered = first_of(by, wanted(), lambda rows: rows.order_by("waiting_since", "id"), 51)
        return list(ordered.values_list("id", flat=True))

    def floor() -> object:
        with connection.cursor() as cursor:
            cursor.execute(_FLOOR, [by.workspace_id, tag.id])
            return cursor.fetchall()

    deeds: dict[str, Callable[[], object]] = {
        "page": lambda: list_conversations(by, wanted(), order="longest_waiting"),
        "ids": ids,
        "floor": floor,
        "counted": lambda: count_for_all([by]),
    }
    return {
        name: _slowest_but_few([_milliseconds(deed) for _time in range(times + 1)][1:])
        for name, deed in deeds.items()
    }


def _slowest_but_few(taken: list[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(taken)[len(taken) * 95 // 100]


def _milliseconds(deed: Callable[[], object]) -> float:
    began = perf_counter()
    deed()
    return (perf_counter() - began) * 1000


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
