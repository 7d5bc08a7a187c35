"""Prometheus counters of this process; ``/metrics`` adds what the database knows (ledger, queues)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client import REGISTRY, Counter
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


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
NOT_SHOWN = Counter("regulars_not_shown_total", "Rows that could not be shown, by what they are", ["what"])
