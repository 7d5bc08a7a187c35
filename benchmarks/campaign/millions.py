"""Ten million messages: how quick lists, threads, search and the door are at one, three and ten, and what it weighs."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.accepting import spec_of, wait_until_drained
from benchmarks.campaign.entries import Entry, Step
from benchmarks.children import run_child
from benchmarks.figures import Figure
from benchmarks.load import percentile, post
from benchmarks.product import Product, product_in
from benchmarks.seeding import environment_with_database

SIZES = (1_000_000, 3_000_000, 10_000_000)
AT_ONCE = 250_000
MESSAGES_EACH = 25
DAYS = 365
LEAST_ROWS_A_SECOND = 20_000
MOST_LIST, MOST_THREAD, MOST_SEARCH, MOST_DOOR = 200.0, 200.0, 1_000.0, 50.0
"""milliseconds: of a page's middle request; of the door's 99th percentile"""
ASKED = 25
"""how often each question is put"""
DOOR_CONNECTIONS, DOOR_SECONDS = 16, 2.0
WEIGHED = (
    "conversations_message",
    "conversations_messagestatus",
    "conversations_outgoingmessage",
    "conversations_providermessageid",
    "conversations_conversation",
    "contacts_contact",
    "contacts_contactidentity",
    "search_searchentry",
)


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    home = folder / "home"
    home.mkdir(mode=0o711, exist_ok=True)
    with product_in(home) as product:
        yield list(steps_on(product, [max(100, round(size * scale)) for size in SIZES]))


def steps_on(product: Product, sizes: Sequence[int], effort: float = 1.0) -> Iterator[Step]:
    """``effort``: of 1, how much of the usual is asked."""
    have = 0
    for size in sizes:
        while have < size:
            more = min(AT_ONCE, size - have)
            have += more
            yield Step(f"{have:,} messages", partial(_fill, product, have, more))
        yield Step(f"asked at {size:,}", partial(_ask, product, f"at {size:,}", effort))
        yield Step(f"door at {size:,}", partial(_knock, product, f"at {size:,}", effort))
        yield Step(f"weighed at {size:,}", partial(_weigh, product, f"at {size:,}"))


def _fill(product: Product, seed: int, messages: int) -> list[Figure]:
    """What was made before it was cut off stays: the next try adds the rest."""
    missing = messages - (_generated(product) - (seed - messages))
    if missing <= 0:
        return []
    threads = -(-missing // MESSAGES_EACH)
    command = [product.checkout.python, "-m", "regulars", "seed", "--json", f"--days={DAYS}"]
    amounts = [f"--messages={missing}", f"--conversations={threads}", f"--contacts={threads}"]
    facts = run_child(
        [*command, *amounts],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    rate = float(facts["rows_per_second"])
    return [Figure(f"generated, {seed:,} messages", rate, "rows/s", at_least=LEAST_ROWS_A_SECOND)]


def _generated(product: Product) -> int:
    """What the door's rounds brought is no part of it."""
    return int(product.ask("SELECT count(*) FROM conversations_message WHERE delivery_id IS NULL"))


def _ask(product: Product, when: str, effort: float) -> list[Figure]:
    times = max(3, round(ASKED * effort))
    with _asking(product) as ask:
        threads = _long_threads(product, times)
        names = _names(product, times)
        found = {
            "list, open, newest first": (["/conversations?status=open&limit=50"] * times, MOST_LIST),
            "list, longest waiting first": (
                ["/conversations?status=open&order=longest_waiting&limit=50"] * times,
                MOST_LIST,
            ),
            "list, its tenth page": ([_tenth_page(ask)] * times, MOST_LIST),
            "thread": ([f"/conversations/{each}/messages?limit=50" for each in threads], MOST_THREAD),
            "search by name": ([f"/conversations?q={quote(each)}&limit=20" for each in names], MOST_SEARCH),
        }
        return [
            figure
            for name, (paths, most) in found.items()
            for figure in _figures(f"{name}, {when}", [_timed(ask, path) for path in paths], most)
        ]


def _figures(name: str, milliseconds: Sequence[float], most: float) -> list[Figure]:
    return [
        Figure(f"{name}, p50", percentile(milliseconds, 50), "ms", at_most=most),
        Figure(f"{name}, p95", percentile(milliseconds, 95), "ms"),
    ]


Ask = Callable[[str], Any]


@contextmanager
def _asking(product: Product) -> Iterator[Ask]:
    """Over one kept connection, as the demo's token; anything but a 200 ends it."""
    client = http.client.HTTPConnection("127.0.0.1", product.port, timeout=120)
    headers = {"Authorization": f"Bearer {product.facts['api_token']}"}

    def ask(path: str) -> Any:
        client.request("GET", f"/api/v1{path}", headers=headers)
        answer = client.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path} was answered with {answer.status}: {body[:300]!r}")
        return json.loads(body)

    try:
        yield ask
    finally:
        client.close()


def _timed(ask: Ask, path: str) -> float:
    began = time.monotonic()
    ask(path)
    return 1_000 * (time.monotonic() - began)


def _tenth_page(ask: Ask) -> str:
    path = "/conversations?status=resolved&limit=50"
    for _page in range(9):
        cursor = ask(path)["next_cursor"]
        if cursor is None:
            return path
        path = f"/conversations?status=resolved&limit=50&cursor={quote(cursor)}"
    return path


_LONG = """
SELECT json_agg(id) FROM (
  SELECT c.id FROM conversations_conversation c JOIN conversations_message m ON m.conversation_id = c.id
  WHERE c.id IN (SELECT id FROM conversations_conversation ORDER BY last_message_at DESC LIMIT 2000)
  GROUP BY c.id ORDER BY count(*) DESC LIMIT %s
) AS longest
"""
_NAMES = """
SELECT json_agg(split_part(profile_name, ' ', 1)) FROM (
  SELECT profile_name FROM contacts_contact WHERE profile_name <> '' ORDER BY created_at DESC LIMIT %s
) AS newest
"""


def _long_threads(product: Product, count: int) -> list[str]:
    found: list[str] = product.ask(_LONG, [count])
    return found


def _names(product: Product, count: int) -> list[str]:
    found: list[str] = product.ask(_NAMES, [count])
    return found


def _knock(product: Product, when: str, effort: float) -> list[Figure]:
    """The door alone; then a worker takes in what came, among all those rows."""
    product.stop_worker()
    outcome = post(spec_of(product.target, DOOR_CONNECTIONS, max(0.3, DOOR_SECONDS * effort)))
    began = time.monotonic()
    product.start_worker()
    wait_until_drained(product)
    seconds = time.monotonic() - began
    product.stop_worker()
    return [
        Figure(f"door, {DOOR_CONNECTIONS} connections, {when}, p50", outcome.p50, "ms"),
        Figure(f"door, {DOOR_CONNECTIONS} connections, {when}, p99", outcome.p99, "ms", at_most=MOST_DOOR),
        Figure(f"taken in by a worker that starts, {when}", outcome.answered / seconds, "/s"),
    ]


_WEIGHT = """
SELECT json_build_array(sum(pg_table_size(part)), sum(pg_indexes_size(part))) FROM (
  SELECT to_regclass(%s) AS part UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%s)
) AS parts
"""


def _weigh(product: Product, when: str) -> list[Figure]:
    figures = []
    for table in WEIGHED:
        rows, indexes = product.ask(_WEIGHT, [table, table])
        if rows is not None:
            figures += [
                Figure(f"{table}, {when}", rows / 1e6, "MB"),
                Figure(f"{table}'s indexes, {when}", indexes / 1e6, "MB"),
            ]
    whole = product.ask("SELECT pg_database_size(current_database())")
    return [*figures, Figure(f"the database, {when}", whole / 1e6, "MB")]


MILLIONS = Entry(
    "millions", "10,000,000 messages: lists, threads, search, door and sizes at 1, 3 and 10", _open
)
