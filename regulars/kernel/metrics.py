"""Prometheus counters of this process; ``/metrics`` (``web/metrics.py``) joins all processes and the database.

A worker has no port: it writes its figures down with its heartbeat, and the web process that is asked tells them with
the label ``process``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from prometheus_client import REGISTRY, Counter, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began is no figure of ours


class Answers(Collector):
    """Requests by status answered, and how long they took: ``{name}_answers_total`` and ``{name}_seconds``.

    A Counter and a Histogram would do the same with a lock for each figure, which takes as long as verifying a
    signature. Use it from one thread.
    """

    def __init__(self, name: str, of_what: str, buckets: Sequence[float]) -> None:
        self._name = name
        self._of_what = of_what
        self._buckets = buckets
        self._by_status: dict[int, int] = {}
        self._by_bucket = [0] * (len(buckets) + 1)
        self._seconds = 0.0

    def note(self, status: int, seconds: float) -> None:
        self._by_status[status] = self._by_status.get(status, 0) + 1
        self._by_bucket[bisect_left(self._buckets, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterable[Metric]:
        answers = CounterMetricFamily(
            f"{self._name}_answers", f"{self._of_what} by status answered", labels=["status"]
        )
        for status, count in sorted(self._by_status.items()):
            answers.add_metric([str(status)], count)
        bounds = [*(str(float(bound)) for bound in self._buckets), "+Inf"]
        sums = list(zip(bounds, accumulate(self._by_bucket), strict=True))
        times = HistogramMetricFamily(f"{self._name}_seconds", f"{self._of_what}: time until the answer")
        times.add_metric([], buckets=sums, sum_value=self._seconds)
        return answers, times


WEBHOOK_ANSWERS = Answers(
    "regulars_webhook",
    "Webhook requests",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REGISTRY.register(WEBHOOK_ANSWERS)
SENDS = Counter("regulars_sends_total", "Messages given to a provider, by result", ["result"])
REACTION_FAILURES = Counter(
    "regulars_reaction_failures_total", "Batches of events at which a reaction failed", ["reaction"]
)
REACTION_EVENTS = Counter("regulars_reaction_events_total", "Events that a reaction has passed", ["reaction"])
REACTION_CORE_SECONDS = Counter(
    "regulars_reaction_core_seconds_total",
    "Processor time of the worker that these took, without the database's",
    ["reaction"],
)
ROUTING_FOUND = Counter(
    "regulars_routing_found_total", "Waiting conversations that no event had told routing of; should stay 0"
)
JOB_RUNS = Counter("regulars_job_runs_total", "Periodic jobs that ran, by result", ["job", "result"])
JOBS_ENDED = Counter(
    "regulars_jobs_ended_total", "Jobs that are over, by kind and status", ["kind", "status"]
)
JOB_SECONDS = Counter("regulars_job_seconds_total", "Time that jobs ran for, by kind", ["kind"])
JOBS_RESCUED = Counter("regulars_jobs_rescued_total", "Jobs given to another worker because theirs was gone")
LOOP_FAILURES = Counter("regulars_loop_failures_total", "Steps of a worker's loops that failed", ["loop"])
NOT_SHOWN = Counter("regulars_not_shown_total", "Rows that could not be shown, by what they are", ["what"])


class Figures(NamedTuple):
    """A metric with its samples: (suffix of the name, labels, value), as JSON keeps them."""

    name: str
    kind: str
    help: str
    samples: list[tuple[str, dict[str, str], float]]


NOT_OF_OTHERS = ("python_",)
"""beginnings of names that only the process that is asked tells of itself"""


def figures_of_this_process() -> list[Figures]:
    return [
        Figures(
            metric.name,
            metric.type,
            metric.documentation,
            [(each.name.removeprefix(metric.name), each.labels, each.value) for each in metric.samples],
        )
        for metric in REGISTRY.collect()
        if metric.samples and not metric.name.startswith(NOT_OF_OTHERS)
    ]


def join(processes: Mapping[str, Sequence[Any]]) -> list[Metric]:
    """This process's metrics, and with the label ``process`` those that others wrote down."""
    joined = {metric.name: metric for metric in REGISTRY.collect()}
    for process, written in processes.items():
        for name, kind, text, samples in written:
            metric = joined.setdefault(name, Metric(name, text, kind))
            for suffix, labels, value in samples:
                metric.add_sample(f"{name}{suffix}", {**labels, "process": process}, value)
    return list(joined.values())


MAILS = Counter(
    "regulars_mails_total", "Attempts at mails that are over, by kind and state", ["kind", "state"]
)
