"""Processor time that a message costs everything that runs: web, worker and PostgreSQL, from /proc."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from benchmarks.accepting import Effort, spec_of, wait_until_drained
from benchmarks.figures import Figure, median
from benchmarks.floors.pool import TABLES
from benchmarks.floors.serving import serving
from benchmarks.load import post
from benchmarks.processes import BACKENDS, BESIDE, core_seconds
from benchmarks.processing import BURST_CONNECTIONS, LEAST_RATIOS, SECONDS_FACTOR, burst
from benchmarks.product import Product, floor_database

CONNECTIONS = 64
MOST_TIMES_FLOOR = 1 / LEAST_RATIOS[CONNECTIONS]
"""the same cores for so many more messages"""
KINDS = ("web", "worker", BACKENDS, BESIDE)
DATABASE = (BACKENDS, BESIDE)
Spent = dict[str, float]
"""core-milliseconds for 1,000 messages, by kind of process"""


def measure_spending(product: Product, effort: Effort) -> Iterator[Figure]:
    """Until the last message is stored with all that belongs to it; the generator's own time is left out."""
    seconds = effort.seconds * SECONDS_FACTOR
    product.start_worker()
    ours: list[Spent] = []
    floors: list[Spent] = []
    with ExitStack() as stack:
        floor = stack.enter_context(serving("converse", floor_database(product, TABLES)))
        post(spec_of(floor, BURST_CONNECTIONS, 0.3))
        wait_until_drained(product)
        burst(product, 0.3)
        for _round in range(effort.rounds):
            ours.append(spent(lambda: burst(product, seconds, CONNECTIONS).messages))
            floors.append(spent(lambda: post(spec_of(floor, CONNECTIONS, seconds)).answered))
    yield Figure(
        f"spent on 1,000 messages, {CONNECTIONS} connections",
        median(_sum(each, KINDS) for each in ours),
        "core-ms",
        median(_sum(each, ("floor", *DATABASE)) for each in floors),
        "C",
        at_most=MOST_TIMES_FLOOR,
    )
    for kind in KINDS:
        floored = median(each.get(kind, 0.0) for each in floors) if kind in DATABASE else None
        name = "C" if floored else ""
        yield Figure(
            f"of which {kind}", median(each.get(kind, 0.0) for each in ours), "core-ms", floored, name
        )


def spent(deed: Callable[[], int]) -> Spent:
    """``deed`` says how many messages it was."""
    before = core_seconds()
    messages = deed()
    return {kind: 1e6 * (now - before.get(kind, 0.0)) / messages for kind, now in core_seconds().items()}


def _sum(spent_each: Spent, kinds: tuple[str, ...]) -> float:
    return sum(spent_each.get(kind, 0.0) for kind in kinds)
