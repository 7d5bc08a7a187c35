"""Accepted and durable: webhooks a second that are answered with 200 after their commit."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from benchmarks.bodies import Target
from benchmarks.figures import Figure, median
from benchmarks.floors.pool import TABLES
from benchmarks.floors.serving import serving
from benchmarks.load import Outcome, Spec, post
from benchmarks.product import Product, floor_database
from benchmarks.waiting import wait_for

CONNECTIONS = (16, 64)
FLOORS = ("A", "B")
LEAST_RATIO = 4.0
MOST_P50, MOST_P99 = 50.0, 250.0
"""milliseconds"""
MOST_REQUESTS_A_SECOND = 14_000
"""how many are made for each second; a run that uses them up ends earlier, its rate is as good"""
DRAIN_PATIENCE = 300.0


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    rounds: int = 5
    seconds: float = 2.0


def spec_of(target: Target, connections: int, seconds: float) -> Spec:
    count = int(seconds * MOST_REQUESTS_A_SECOND) + connections
    return Spec(target, connections, seconds, count, secrets.token_hex(6).upper())


def measure_accepting(product: Product, effort: Effort) -> Iterator[Figure]:
    """The door alone and with the worker running, at 16 and 64 connections, beside floors A and B.

    Only the door alone does what floor B does; beside the worker its latency has a target, its rate has none (what
    door and worker do together is held against floor C).
    """
    with ExitStack() as stack:
        database = floor_database(product, TABLES)
        targets = {
            "A": stack.enter_context(serving("answer")),
            "B": stack.enter_context(serving("store", database)),
        }
        product.stop_worker()
        _warm_up([product.target, *targets.values()])
        for connections in CONNECTIONS:
            yield from _door_alone(product, targets, connections, effort)
        product.start_worker()
        wait_until_drained(product)
        _wait_for_vacuum(product)
        for connections in CONNECTIONS:
            yield from _door_with_worker(product, targets, connections, effort)


def _warm_up(targets: list[Target]) -> None:
    for target in targets:
        post(spec_of(target, max(CONNECTIONS), 0.3))


def _door_alone(
    product: Product, targets: dict[str, Target], connections: int, effort: Effort
) -> Iterator[Figure]:
    outcomes: dict[str, list[Outcome]] = {"product": [], **{name: [] for name in targets}}
    for _round in range(effort.rounds):
        outcomes["product"].append(_checked(product, connections, effort.seconds))
        for name, target in targets.items():
            outcomes[name].append(post(spec_of(target, connections, effort.seconds)))
    yield from _figures(f"accepted, {connections} connections, door alone", outcomes, at_least=LEAST_RATIO)


def _door_with_worker(
    product: Product, targets: dict[str, Target], connections: int, effort: Effort
) -> Iterator[Figure]:
    outcomes: dict[str, list[Outcome]] = {"product": [], "B": []}
    for _round in range(effort.rounds):
        outcomes["product"].append(_checked(product, connections, effort.seconds))
        wait_until_drained(product)
        outcomes["B"].append(post(spec_of(targets["B"], connections, effort.seconds)))
    yield from _figures(f"accepted, {connections} connections, worker running", outcomes)


def _figures(
    name: str, outcomes: dict[str, list[Outcome]], at_least: float | None = None
) -> Iterator[Figure]:
    def of(who: str, read: Callable[[Outcome], float]) -> float:
        return median(read(outcome) for outcome in outcomes[who])

    rate = Figure(name, of("product", _rate), "/s", of("B", _rate), "B", at_least=at_least)
    yield rate
    if "A" in outcomes:
        yield replace(rate, name=f"{name}, of floor A", floor=of("A", _rate), floor_name="A", at_least=None)
    for label, read, most in (("p50", _p50, MOST_P50), ("p99", _p99, MOST_P99)):
        yield Figure(f"{name}, {label}", of("product", read), "ms", at_most=most)
        yield Figure(f"… floor B's {label}", of("B", read), "ms")


def _rate(outcome: Outcome) -> float:
    return outcome.rate


def _p50(outcome: Outcome) -> float:
    return outcome.p50


def _p99(outcome: Outcome) -> float:
    return outcome.p99


def _checked(product: Product, connections: int, seconds: float) -> Outcome:
    """Raises RuntimeError unless the ledger grew by exactly what was answered with 200."""
    before = received(product)
    outcome = post(spec_of(product.target, connections, seconds))
    added = received(product) - before
    if added != outcome.answered:
        raise RuntimeError(f"{outcome.answered} webhooks were answered with 200, {added} are in the ledger")
    return outcome


_RECEIVED = """
SELECT coalesce(sum(update_count), 0) FROM inboxes_ledgerentry WHERE flow = 'inbound' AND outcome = 'received'
"""


def received(product: Product) -> int:
    count, stored = int(product.ask(_RECEIVED)), int(product.ask("SELECT count(*) FROM inboxes_delivery"))
    if count != stored:
        raise RuntimeError(f"the ledger counts {count} updates, and {stored} deliveries are stored")
    return count


def pending(product: Product) -> int:
    return int(product.ask("SELECT count(*) FROM inboxes_delivery WHERE state = 'pending'"))


def _wait_for_vacuum(product: Product) -> None:
    """What the rounds without a worker have left to clean up is no load of the next rounds."""
    query = "SELECT EXISTS (SELECT FROM pg_stat_progress_vacuum)"
    wait_for(lambda: not product.ask(query), DRAIN_PATIENCE, "the end of vacuuming", pause=0.5)


def wait_until_drained(product: Product) -> None:
    """Look 20 times a second, and only for the first that waits: counting them all takes time from who works."""
    query = "SELECT EXISTS (SELECT FROM inboxes_delivery WHERE state = 'pending')"
    wait_for(lambda: not product.ask(query), DRAIN_PATIENCE, "an empty backlog", pause=0.05)
