"""What history costs on the message path: rows, and processor time of Python and PostgreSQL, for 1,000 messages.

    python -m benchmarks.remembering 1000 5        so many messages, so many rounds; prints rows and milliseconds

It measures inside one process, through the product's own operations, on the product's database. Without history the
same code runs with its writing taken out.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from unittest.mock import patch
from uuid import UUID

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database
from benchmarks.spending import server_seconds

MESSAGES, AT_ONCE = 1_000, 100
MOST_TIMES_WITHOUT = 1.5
KINDS = ("going on", "reopening", "beginning")
"""threads that were open, that were resolved, that were not there"""
_serial = count(1)


def measure_remembering(product: Product, effort: Effort) -> Iterator[Figure]:
    many = MESSAGES if effort.seconds >= 1 else MESSAGES // 10
    told: dict[str, dict[str, float]] = run_child(
        [product.checkout.python, "-m", "benchmarks.remembering", str(many), str(effort.rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    for kind in KINDS:
        yield Figure(f"history rows of 1,000 messages, threads {kind}", told[kind]["rows"], "")
        yield Figure(
            f"1,000 messages stored, threads {kind}",
            told[kind]["with"],
            "core-ms",
            floor=told[kind]["without"],
            floor_name="without history",
            at_most=MOST_TIMES_WITHOUT,
        )


def measure(many: int, rounds: int) -> dict[str, dict[str, float]]:
    from django.db import connection

    from regulars.conversations.models import Conversation, ConversationHistory

    spent: dict[str, dict[str, list[float]]] = {kind: {"with": [], "without": []} for kind in KINDS}
    rows: dict[str, int] = {}
    for _round in range(rounds + 1):
        for word in ("with", "without"):
            phones = [f"+1202{next(_serial):07}" for _ in range(many)]
            for kind in reversed(KINDS):
                if kind == "reopening":
                    _resolve(phones)
                before = ConversationHistory.objects.count()
                with _without_history() if word == "without" else _with_history():
                    spent[kind][word].append(_core_milliseconds(lambda: _receive(phones)) * 1_000 / many)  # noqa: B023
                if word == "with":
                    rows[kind] = (ConversationHistory.objects.count() - before) * 1_000 // many
            Conversation.objects.filter(contact__phone__in=phones).delete()
            with connection.cursor() as cursor:
                cursor.execute(
                    "VACUUM (ANALYZE) conversations_conversation, conversations_conversationhistory"
                )
    return {
        kind: {"rows": rows[kind], **{word: median(each[1:]) for word, each in spent[kind].items()}}
        for kind in KINDS
    }


def _receive(phones: Sequence[str]) -> None:
    """A message of each, in batches as the worker takes them."""
    from django.db import transaction

    from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
    from regulars.conversations.operations.receiving import receive_messages
    from regulars.conversations.operations.starting import Incoming
    from regulars.inboxes.models import Inbox
    from regulars.inboxes.ports import ContactRef, Identity, InboundMessage
    from regulars.kernel import clock

    inbox = Inbox.objects.order_by("created_at", "address").select_related("connection")[0]
    for first in range(0, len(phones), AT_ONCE):
        some = phones[first : first + AT_ONCE]
        with transaction.atomic():
            people = [PersonSeen((("phone", phone),), "Somebody") for phone in some]
            ids = identify_contacts(inbox.workspace_id, inbox.connection.channel, people)
            batch = [
                Incoming(
                    InboundMessage(
                        address=inbox.address,
                        provider_id=f"bench.{next(_serial)}",
                        contact=ContactRef(identities=(Identity("phone", phone),)),
                        kind="text",
                        sent_at=clock.now(),
                        path="",
                        text="Is it there yet?",
                    ),
                    inbox.id,
                    contact_id or UUID(int=0),
                    "Somebody",
                    None,
                    inbox.connection_id,
                )
                for phone, contact_id in zip(some, ids, strict=True)
            ]
            receive_messages(inbox.workspace_id, batch, reply_window=timedelta(days=1))


def _resolve(phones: Sequence[str]) -> None:
    """All at once, as no verb does: this is not measured."""
    from regulars.conversations.models import Conversation, ConversationHistory
    from regulars.kernel.history import Change, keep

    resolved = Conversation.objects.filter(contact__phone__in=phones)
    keep(
        ConversationHistory,
        [Change(each.workspace_id, each.id, "status", "resolved", why="resolved") for each in resolved],
    )
    resolved.update(status="resolved", waiting_since=None, unread_count=0)


@contextmanager
def _with_history() -> Iterator[None]:
    yield


@contextmanager
def _without_history() -> Iterator[None]:
    from regulars.conversations.operations import starting, telling

    start = re.sub(
        r"INSERT INTO conversations_conversationhistory.*",
        "SELECT %s, %b::text[], %b::text[]",
        starting._START_THREADS,  # noqa: SLF001 -- what it costs is measured
        flags=re.DOTALL,
    )
    with (
        patch.object(starting, "_START_THREADS", start),
        patch.object(telling, "remember", lambda _happened: None),
    ):
        yield


def _core_milliseconds(deed: Callable[[], object]) -> float:
    """Of this process and of the process of PostgreSQL that serves it."""
    began = time.process_time() + server_seconds()
    deed()
    return (time.process_time() + server_seconds() - began) * 1_000


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
