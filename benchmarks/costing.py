"""What each part costs on the message path: processor time of Python and PostgreSQL for 1,000 messages.

    python -m benchmarks.costing 1000 5        so many messages, so many rounds; prints milliseconds

It measures inside one process, through the product's own operations, on the product's database: the same messages once
as they are and once without each part, in turn. "Without" is the same code with that part's writing taken out. What
PostgreSQL does beside its backends (checkpoints, vacuum) is no part of it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

MESSAGES, AT_ONCE = 1_000, 100
MOST_TIMES_WITHOUT = 1.5
KINDS = ("going on", "reopening", "beginning")
"""threads that were open, that were resolved, that were not there"""
ALL_OF_IT = "all of it"
_serial = count(1)


def measure_costing(product: Product, effort: Effort) -> Iterator[Figure]:
    many = MESSAGES if effort.seconds >= 1 else MESSAGES // 10
    told: dict[str, Any] = run_child(
        [product.checkout.python, "-m", "benchmarks.costing", str(many), str(effort.rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    for kind in KINDS:
        spent = told["stored"][kind]
        yield Figure(f"history rows of 1,000 messages, threads {kind}", told["rows"][kind], "")
        for part in PARTS:
            yield Figure(
                f"1,000 messages, threads {kind}, with {part}",
                spent[ALL_OF_IT],
                "core-ms",
                floor=spent[part],
                floor_name="without",
                at_most=MOST_TIMES_WITHOUT,
            )
            # the difference of each round, for the machine's other work is in both of its halves
            yield Figure(f"… {part} alone", told["alone"][kind][part], "core-ms")
    yield Figure("facts of 1,000 answers", told["answers"], "core-ms")
    yield Figure("statements about tags for each batch of messages", told["about tags"], "", at_most=0)


def measure(many: int, rounds: int) -> dict[str, Any]:
    """Milliseconds for 1,000 messages, with and without; the first round warms up."""
    from regulars.conversations.models import ConversationHistory

    ways = (ALL_OF_IT, *PARTS)
    spent: dict[str, dict[str, list[float]]] = {kind: {way: [] for way in ways} for kind in KINDS}
    rows: dict[str, int] = {}
    answers: list[float] = []
    for number in range(rounds + 1):
        for way in ways if number % 2 else tuple(reversed(ways)):
            phones = [f"+1202{next(_serial):07}" for _ in range(many)]
            for kind in reversed(KINDS):
                if kind == "reopening":
                    _resolve(phones)
                before = ConversationHistory.objects.count()
                with PARTS.get(way, nullcontext)():
                    spent[kind][way].append(_core_milliseconds(lambda: _receive(phones)) * 1_000 / many)  # noqa: B023
                if way == ALL_OF_IT:
                    rows[kind] = (ConversationHistory.objects.count() - before) * 1_000 // many
            if way == ALL_OF_IT:
                answers.append(_answer(phones) * 1_000 / many)
            _forget(phones)
    return {
        "rows": rows,
        "stored": {kind: {way: median(each[1:]) for way, each in spent[kind].items()} for kind in KINDS},
        "alone": {
            kind: {part: _alone(spent[kind][ALL_OF_IT], spent[kind][part]) for part in PARTS}
            for kind in KINDS
        },
        "answers": median(answers[1:]),
        "about tags": _statements_about_tags(),
    }


def _alone(with_it: Sequence[float], without: Sequence[float]) -> float:
    pairs = zip(with_it[1:], without[1:], strict=True)
    return max(0.0, median(one - other for one, other in pairs))


def _forget(phones: Sequence[str]) -> None:
    from django.db import connection

    from regulars.conversations.models import Conversation, Message
    from regulars.conversations.provider_ids import forget_ids

    with connection.cursor() as cursor:
        forget_ids(Message.objects.filter(conversation__contact__phone__in=phones))
        Conversation.objects.filter(contact__phone__in=phones).delete()
        cursor.execute(
            "VACUUM (ANALYZE) conversations_conversation, conversations_conversationhistory,"
            " conversations_episode, conversations_fact, conversations_providermessageid"
        )


def _answer(phones: Sequence[str]) -> float:
    """As if each thread's message were an answer: what is written down of it does not ask which side it is from."""
    from django.db import transaction

    from regulars.conversations.models import Message
    from regulars.conversations.operations.facts import Span, note_answers

    latest = Message.objects.filter(conversation__contact__phone__in=phones).order_by(
        "conversation_id", "-sent_at"
    )
    spans = [
        Span(message_id, sent_at)
        for message_id, sent_at in latest.distinct("conversation_id").values_list("id", "sent_at")
    ]

    def note() -> None:
        for first in range(0, len(spans), AT_ONCE):
            with transaction.atomic():
                note_answers(spans[first : first + AT_ONCE])

    return _core_milliseconds(note)


def _statements_about_tags() -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    phones = [f"+1202{next(_serial):07}" for _ in range(AT_ONCE)]
    with CaptureQueriesContext(connection) as captured:
        _receive(phones)
        _receive(phones)
    _forget(phones)
    return sum("tag" in each["sql"] for each in captured.captured_queries)


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
    from regulars.conversations.operations import episodes
    from regulars.kernel.events import Doer
    from regulars.kernel.history import Change, keep

    resolved = Conversation.objects.filter(contact__phone__in=phones)
    keep(
        ConversationHistory,
        [Change(each.workspace_id, each.id, "status", "resolved", why="resolved") for each in resolved],
    )
    episodes.end([each.id for each in resolved], by=Doer("system", None, ""))
    resolved.update(status="resolved", waiting_since=None, unread_count=0)


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


@contextmanager
def _without_episodes() -> Iterator[None]:
    from regulars.conversations.operations import receiving, telling

    with (
        patch.object(receiving, "_go_on", lambda _threads: None),
        patch.object(telling, "note_changes", lambda _told: None),
    ):
        yield


@contextmanager
def _without_platform_ids() -> Iterator[None]:
    """As if every id were new: nobody asks, and nothing is written."""
    from regulars.conversations.operations import receiving

    with (
        patch.object(receiving, "take_ids", lambda named: {each.message_id for each in named}),
        patch.object(receiving, "find_messages", lambda _keys: {}),
    ):
        yield


@contextmanager
def _without_index_by_contact() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('message_by_contact'::regclass)")
        made: str = cursor.fetchone()[0]
        cursor.execute("DROP INDEX message_by_contact")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(made.replace(" ON ONLY ", " ON "))


PARTS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "history": _without_history,
    "episodes and facts": _without_episodes,
    "the platform's ids": _without_platform_ids,
    "the index by contact": _without_index_by_contact,
}
"""each with what takes it out"""


def _core_milliseconds(deed: Callable[[], object]) -> float:
    """Of this process and of the process of PostgreSQL that serves it."""
    began = time.process_time() + _server_seconds()
    deed()
    return (time.process_time() + _server_seconds() - began) * 1_000


def _server_seconds() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: Any = cursor.fetchone()[0]
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
