"""Tags over many conversations: a list narrowed to one beside the same list as it is, and a tag put on a thousand.

    python -m benchmarks.tagging 100000 5          so many conversations, so many rounds; prints milliseconds

It measures inside one process, through the product's own queries and operations, on the product's database.
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
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

CONVERSATIONS = 100_000
TAGS = 300
AT_ONCE = 1_000
MOST_TIMES_UNFILTERED = 3.0
MOST_SECONDS_FOR_A_THOUSAND = 1.0
_FILL = (
    (
        "INSERT INTO contacts_contact (id, workspace_id, name, created_at)"
        " SELECT gen_random_uuid(), %s, 'bench', now() FROM generate_series(1, %s)"
    ),
    (
        "INSERT INTO conversations_conversation"
        " (id, workspace_id, inbox_id, contact_id, waiting_since, last_message_at)"
        " SELECT gen_random_uuid(), workspace_id, %s, id, now() - random() * interval '3 days',"
        " now() - random() * interval '90 days' FROM contacts_contact WHERE name = 'bench'"
    ),
    (
        "INSERT INTO conversations_conversationtagging (id, workspace_id, conversation_id, tag_id, by_kind)"
        " SELECT gen_random_uuid(), c.workspace_id, c.id, t.id, 'import' FROM"
        " (SELECT id, workspace_id, row_number() OVER (ORDER BY id) AS place FROM conversations_conversation"
        "  WHERE workspace_id = %s) c JOIN"
        " (SELECT id, row_number() OVER (ORDER BY key) AS place FROM tags_tag WHERE workspace_id = %s) t"
        " ON c.place %% %s = t.place %% %s OR (t.place = 1 AND c.place %% 3 = 0)"
    ),
    (
        "INSERT INTO tags_taguse (tag_id, subject, change)"
        " SELECT tag_id, 'conversation', count(*) FROM conversations_conversationtagging GROUP BY tag_id"
    ),
    "ANALYZE contacts_contact",
    "ANALYZE conversations_conversation",
    "ANALYZE conversations_conversationtagging",
)


def measure_tagging(product: Product, effort: Effort) -> Iterator[Figure]:
    """A tenth of a large business: a tag on a third of 100,000 conversations, and 299 rare ones."""
    many = CONVERSATIONS if effort.seconds >= 1 else CONVERSATIONS // 100
    told: dict[str, float] = run_child(
        [product.checkout.python, "-m", "benchmarks.tagging", str(many), str(effort.rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    for kind in ("common", "rare"):
        yield Figure(
            f"first page of {many:,} conversations with a {kind} tag",
            told[kind],
            "ms",
            floor=told["unfiltered"],
            floor_name="without a tag",
            at_most=MOST_TIMES_UNFILTERED,
        )
    yield Figure(f"tags of {many:,} conversations counted for the filter", told["counted"], "ms")
    yield Figure(
        f"a tag put on {AT_ONCE:,} conversations, with events and lines",
        told["put"] / 1000,
        "s",
        at_most=MOST_SECONDS_FOR_A_THOUSAND,
    )


def measure(many: int, rounds: int) -> dict[str, float]:
    from django.db import connection

    from regulars.conversations.models import Conversation
    from regulars.conversations.operations.tagging import tag_conversations
    from regulars.conversations.queries.lists import ConversationFilter, count_by_tag, list_conversations
    from regulars.inboxes.models import Inbox
    from regulars.tags.operations import create_tag, tags_named
    from regulars.workspaces.access import system_actor

    inbox = Inbox.objects.order_by("created_at", "address")[0]
    workspace_id, by = inbox.workspace_id, system_actor(inbox.workspace_id, "benchmark")
    tags = tags_named(workspace_id, [f"bench {number:03}" for number in range(TAGS)], by=by)
    values: list[list[Any]] = [[workspace_id, many], [inbox.id], [workspace_id] * 2 + [TAGS] * 2, *([[]] * 4)]
    with connection.cursor() as cursor:
        for statement, given in zip(_FILL, values, strict=True):
            cursor.execute(statement, given)

    def page(tag: str = "") -> Callable[[], object]:
        wanted = ConversationFilter(status="open", tag=tag)
        return lambda: list_conversations(by, wanted, order="longest_waiting")

    some = list(Conversation.objects.filter(workspace_id=workspace_id)[:AT_ONCE])
    fresh = iter([create_tag(workspace_id, f"new {number}", by=by) for number in range(rounds + 1)])
    deeds: dict[str, Callable[[], object]] = {
        "unfiltered": page(),
        "common": page(str(tags[0].id)),
        "rare": page(str(tags[7].id)),
        "counted": lambda: count_by_tag(by, ConversationFilter(status="open")),
        "put": lambda: tag_conversations(some, [next(fresh)], by=by),
    }
    return {
        name: median([_milliseconds(deed) for _round in range(rounds + 1)][1:])
        for name, deed in deeds.items()
    }


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
