"""Prometheus counters of this process; ``/metrics`` adds what the database knows (ledger, queues)."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

WEBHOOK_ANSWERS = Counter("regulars_webhook_answers_total", "Webhook requests by status answered", ["status"])
WEBHOOK_SECONDS = Histogram(
    "regulars_webhook_seconds",
    "Time from a webhook request to its answer",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
SENDS = Counter("regulars_sends_total", "Messages given to a provider, by result", ["result"])
