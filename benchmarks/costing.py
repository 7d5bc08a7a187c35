"""What each part costs on the message path: processor time of Python and PostgreSQL for 1,000 messages.

    python -m benchmarks.costing 1000 5        so many messages, so many rounds; prints milliseconds

It measures inside one process, through the product's own operations, on the product's database. A part that has
statements of its own is weighed while they run; one that has none (first rows of history, an index) by what the
statement takes with and without it, in turn. What is deferred to the commit, and what PostgreSQL does beside its
backends (checkpoints, vacuum), is no part of it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, wraps
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from uuid import UUID

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

MESSAGES, AT_ONCE = 1_000, 100
MOST_OF_ALL = 1 / 3
"""of what a message takes"""
KINDS = ("going on", "reopening", "beginning")
"""threads that were open, that were resolved, that were not there"""
HISTORY, EPISODES = "history", "episodes and facts"
PLATFORM_IDS, BY_CONTACT = "the platform's ids", "the index by contact"
PARTS = (HISTORY, EPISODES, PLATFORM_IDS, BY_CONTACT)
ALL_OF_IT, STARTING, INSERTING = "all of it", "starting threads", "inserting messages"
_serial = count(1)
Spent = dict[str, float]
"""core-milliseconds for 1,000 messages, by part"""


def measure_costing(product: Product, effort: Effort) -> Iterator[Figure]:
    many = MESSAGES if effort.seconds >= 1 else MESSAGES // 10
    told: dict[str, Any] = run_child(
        [product.checkout.python, "-m", "benchmarks.costing", str(many), str(effort.rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    for kind in KINDS:
        spent = told["spent"][kind]
        yield Figure(f"history rows of 1,000 messages, threads {kind}", told["rows"][kind], "")
        for part in PARTS:
            yield Figure(
                f"1,000 messages, threads {kind}: {part}",
                spent[part],
                "core-ms",
                floor=spent[ALL_OF_IT],
                floor_name=ALL_OF_IT,
                at_most=MOST_OF_ALL,
            )
    yield Figure("facts of 1,000 answers", told["answers"], "core-ms")
    yield Figure("statements about tags for a batch of messages", told["about tags"], "", at_most=0)


def measure(many: int, rounds: int) -> dict[str, Any]:
    """The first round warms up."""
    from regulars.conversations.models import ConversationHistory

    spent: dict[str, dict[str, list[Spent]]] = {kind: {way: [] for way in WAYS} for kind in KINDS}
    rows: dict[str, int] = {}
    answers: list[float] = []
    for number in range(rounds + 1):
        for way in WAYS if number % 2 else reversed(WAYS):
            phones = [f"+1202{next(_serial):07}" for _ in range(many)]
            for kind in reversed(KINDS):
                if kind == "reopening":
                    _resolve(phones)
                before = ConversationHistory.objects.count()
                with WAYS[way]():
                    spent[kind][way].append(_spent_on(phones))
                if way == AS_IT_IS:
                    rows[kind] = (ConversationHistory.objects.count() - before) * 1_000 // many
            if way == AS_IT_IS:
                answers.append(_answer(phones) * 1_000 / many)
            _forget(phones)
    return {
        "rows": rows,
        "spent": {kind: _parts({way: each[1:] for way, each in spent[kind].items()}) for kind in KINDS},
        "answers": median(answers[1:]),
        "about tags": _statements_about_tags(),
    }


def _parts(rounds: Mapping[str, Sequence[Spent]]) -> Spent:
    """Of rounds of each way, which belong together by their place."""
    usual = rounds[AS_IT_IS]
    parts = {part: median(each[part] for each in usual) for part in usual[0]}
    parts[HISTORY] += _difference(usual, rounds[WITHOUT_HISTORY], STARTING)
    parts[BY_CONTACT] = _difference(usual, rounds[WITHOUT_INDEX], INSERTING)
    return parts


def _difference(usual: Sequence[Spent], without: Sequence[Spent], part: str) -> float:
    pairs = zip(usual, without, strict=True)
    return max(0.0, median(one[part] - other[part] for one, other in pairs))


@dataclass(slots=True)
class Meter:
    milliseconds: float = 0.0

    def around(self, deed: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(deed)
        def metered(*arguments: Any) -> Any:
            began = _core_seconds()
            try:
                return deed(*arguments)
            finally:
                self.milliseconds += (_core_seconds() - began) * 1_000

        return metered


def _spent_on(phones: Sequence[str]) -> Spent:
    """A message of each."""
    from regulars.conversations.operations import receiving, starting, telling

    places: dict[str, Sequence[tuple[ModuleType, str]]] = {
        HISTORY: [(telling, "remember")],
        EPISODES: [(receiving, "_go_on"), (telling, "note_changes")],
        PLATFORM_IDS: [(receiving, "take_ids"), (receiving, "find_messages")],
        STARTING: [(starting, "_start_threads")],
        INSERTING: [(receiving, "_insert_messages")],
    }
    meters = {part: Meter() for part in (*places, ALL_OF_IT)}
    with ExitStack() as stack:
        for part, functions in places.items():
            for module, name in functions:
                metered = meters[part].around(getattr(module, name))
                stack.enter_context(patch.object(module, name, metered))
        meters[ALL_OF_IT].around(_receive)(phones)
    return {part: each.milliseconds * 1_000 / len(phones) for part, each in meters.items()}


def _answer(phones: Sequence[str]) -> float:
    """As if each thread's message were an answer: what is written down of it does not ask which side it is from."""
    from django.db import transaction

    from regulars.conversations.models import Message
    from regulars.conversations.operations.facts import Span, note_answers

    latest = Message.objects.filter(conversation__contact__phone__in=phones).order_by(
        "conversation_id", "-sent_at"
    )
    told = latest.distinct("conversation_id").values_list("id", "sent_at")
    spans = [Span(message_id, sent_at) for message_id, sent_at in told]

    def note() -> None:
        for first in range(0, len(spans), AT_ONCE):
            with transaction.atomic():
                note_answers(spans[first : first + AT_ONCE])

    meter = Meter()
    meter.around(note)()
    return meter.milliseconds


def _forget(phones: Sequence[str]) -> None:
    from django.db import connection, transaction

    from regulars.conversations.models import Conversation, Message
    from regulars.conversations.provider_ids import forget_ids

    with transaction.atomic():
        forget_ids(Message.objects.filter(conversation__contact__phone__in=phones))
        gone = Conversation.objects.filter(contact__phone__in=phones)
        list(gone.select_for_update().values_list("id"))  # a worker may be about to write of one
        gone.delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM (ANALYZE) conversations_conversation, conversations_conversationhistory,"
            " conversations_episode, conversations_fact, conversations_providermessageid"
        )


def _statements_about_tags() -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    phones = [f"+1202{next(_serial):07}" for _ in range(AT_ONCE)]
    with CaptureQueriesContext(connection) as captured:
        _receive(phones)
        _receive(phones)
    _forget(phones)
    return sum(bool(re.search("tags_|tagging", each["sql"])) for each in captured.captured_queries)


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
    """The rows that threads begin with, which are written by the statement that makes the threads."""
    from regulars.conversations.operations import starting

    start = re.sub(
        r"INSERT INTO conversations_conversationhistory.*",
        "SELECT %s, %b::text[], %b::text[]",
        starting._START_THREADS,  # noqa: SLF001 -- what it costs is measured
        flags=re.DOTALL,
    )
    with patch.object(starting, "_START_THREADS", start):
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


AS_IT_IS, WITHOUT_HISTORY, WITHOUT_INDEX = "as it is", "without history", "without the index"
WAYS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    AS_IT_IS: nullcontext,
    WITHOUT_HISTORY: _without_history,
    WITHOUT_INDEX: _without_index_by_contact,
}


def _core_seconds() -> float:
    """Of this process and of the process of PostgreSQL that serves it."""
    return time.process_time() + int(_times_of_backend().read_text().split()[0]) / 1e9


@cache
def _times_of_backend() -> Path:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
