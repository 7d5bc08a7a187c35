"""Jobs: how many a second one worker process takes, runs and ends, when there is nothing to do in them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.accepting import Effort
from benchmarks.figures import Figure, median
from benchmarks.floors.jobs import run_bare
from benchmarks.product import Product
from benchmarks.seeding import seed
from benchmarks.waiting import wait_for

JOBS_PER_ROUND_SECOND = 50
PATIENCE = 120.0
LEAST_SHARE = 0.1
"""they are work of seconds and more: what asks for more is a queue of its own"""


def measure_jobs(product: Product, effort: Effort) -> Iterator[Figure]:
    """From the commit of the last one to the end of the last one; beside it the library beneath with an empty task.

    Most of a job are its own commits: begun, its progress, over.
    """
    product.start_worker()
    count = max(int(effort.seconds * JOBS_PER_ROUND_SECOND), 10)
    rates, floors = [], []
    for _round in range(effort.rounds):
        rates.append(_run(product, count))
        floors.append(run_bare(product, count * 4))
    yield Figure(
        "jobs from one process", median(rates), "/s", median(floors), "library", at_least=LEAST_SHARE
    )


def _run(product: Product, count: int) -> float:
    asked = seed(product, "jobs", count)
    ids: list[str] = asked["ids"]
    ended = "SELECT count(*) FROM kernel_job WHERE id = ANY(%s::uuid[]) AND status = 'done'"
    wait_for(lambda: product.ask(ended, [ids]) == count, PATIENCE, "every job's end", pause=0.05)
    taken = "SELECT max(attempt) FROM kernel_job WHERE id = ANY(%s::uuid[])"
    if (most := product.ask(taken, [ids])) != 1:
        raise RuntimeError(f"a job was taken {most} times")
    span = "SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM kernel_job WHERE id = ANY(%s::uuid[])"
    return count / float(product.ask(span, [ids]))
