"""End to end: from the POST to contact, conversation, message and event in the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.accepting import CONNECTIONS, Effort, pending, received, spec_of, wait_until_drained
from benchmarks.bodies import Target
from benchmarks.figures import Figure, median
from benchmarks.floors.pool import TABLES
from benchmarks.floors.serving import serving
from benchmarks.load import post
from benchmarks.product import Product, floor_database

BURST_CONNECTIONS = CONNECTIONS[0]
LEAST_RATIOS = dict(zip(CONNECTIONS, (3.0, 3.2), strict=True))
BURST_SECONDS = 10.0
MOST_DRAIN_SECONDS = 10.0
SECONDS_FACTOR = 2.0
"""these rounds last longer than those of the door, so that the backlog's end weighs less"""


@dataclass(frozen=True)
class Burst:
    """Messages posted in one go at full rate, what was waiting at its end, and how long that took. Seconds."""

    messages: int
    posting: float
    backlog: int
    draining: float

    @property
    def rate(self) -> float:
        """Messages a second from the first POST until the last one is stored with all that belongs to it."""
        return self.messages / (self.posting + self.draining)


def measure_processing(product: Product, effort: Effort) -> Iterator[Figure]:
    product.start_worker()
    with ExitStack() as stack:
        floor = stack.enter_context(serving("converse", floor_database(product, TABLES)))
        post(spec_of(floor, BURST_CONNECTIONS, 0.3))
        burst(product, 0.3)
        for connections in CONNECTIONS:
            yield _sustained(product, floor, connections, effort)
    yield from _backlog(product, effort)


def _sustained(product: Product, floor: Target, connections: int, effort: Effort) -> Figure:
    seconds = effort.seconds * SECONDS_FACTOR
    rates, floors = [], []
    for _round in range(effort.rounds):
        rates.append(burst(product, seconds, connections).rate)
        floors.append(post(spec_of(floor, connections, seconds)).rate)
    name = f"end to end, sustained, {connections} connections"
    return Figure(name, median(rates), "/s", median(floors), "C", at_least=LEAST_RATIOS[connections])


def _backlog(product: Product, effort: Effort) -> Iterator[Figure]:
    seconds = min(BURST_SECONDS, effort.seconds * 5)
    last = burst(product, seconds)
    name = f"burst of {seconds:.0f} s at full rate"
    yield Figure(f"{name}: accepted", last.messages / last.posting, "/s")
    yield Figure(f"{name}: backlog at its end", last.backlog, "messages")
    yield Figure(f"{name}: backlog gone after", last.draining, "s", at_most=MOST_DRAIN_SECONDS)


def burst(product: Product, seconds: float, connections: int = BURST_CONNECTIONS) -> Burst:
    """Raises RuntimeError unless every message has all its parts."""
    wait_until_drained(product)
    before = _parts(product)
    outcome = post(spec_of(product.target, connections, seconds))
    ended = time.monotonic()
    backlog = pending(product)
    wait_until_drained(product)
    draining = time.monotonic() - ended
    added = {name: count - before[name] for name, count in _parts(product).items()}
    wrong = {name: count for name, count in added.items() if count != outcome.answered}
    if wrong:
        raise RuntimeError(f"{outcome.answered} messages were accepted, but there are {wrong} more")
    return Burst(outcome.answered, outcome.seconds, backlog, draining)


_PARTS = {
    "stored in the ledger": "SELECT coalesce(sum(update_count), 0) FROM inboxes_ledgerentry"
    " WHERE flow = 'inbound' AND outcome = 'stored'",
    "messages with contact and conversation": "SELECT count(*) FROM conversations_message m"
    " JOIN conversations_conversation c ON c.id = m.conversation_id"
    " JOIN contacts_contact p ON p.id = m.contact_id WHERE m.direction = 'in'",
    "events": "SELECT count(*) FROM kernel_event WHERE kind = 'MessageReceived'",
}


def _parts(product: Product) -> dict[str, int]:
    return {
        "received": received(product),
        **{name: int(product.ask(query)) for name, query in _PARTS.items()},
    }
