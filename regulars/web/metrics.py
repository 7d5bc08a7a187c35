"""``/metrics``: this process's figures, those of the workers, and what the database knows, in Prometheus' format."""

from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from regulars.conversations.ledger import read_totals
from regulars.conversations.queries.queues import read_queues
from regulars.kernel import clock
from regulars.kernel.heartbeats import Heard, heard_lately
from regulars.kernel.jobs.watching import count_active
from regulars.kernel.lagging import read_database, read_lags
from regulars.kernel.metrics import join
from regulars.web.doors import public


@require_safe
@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Asks for the token of ``REGULARS_METRICS_TOKEN``, if any."""
    if not _may_look(request):
        refused = HttpResponse("Send the header Authorization: Bearer <REGULARS_METRICS_TOKEN>\n", status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_look(request: HttpRequest) -> bool:
    wanted = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return not wanted or compare_digest(given.encode(), f"Bearer {wanted}".encode())


class _Everything(Collector):
    def collect(self) -> Iterable[Metric]:
        heard = heard_lately()
        yield from join({each.process: each.figures for each in heard})
        yield _heartbeats(heard)
        yield _ledger()
        yield from _queues()
        yield from _reactions()
        yield from _jobs()
        yield from _database()

    def describe(self) -> Iterable[Metric]:
        return []


def _heartbeats(heard: Iterable[Heard]) -> Metric:
    ages = GaugeMetricFamily(
        "regulars_heartbeat_age_seconds",
        "Time since a process was last heard",
        labels=["role", "process"],
    )
    for each in heard:
        ages.add_metric([each.role, each.process], (clock.now() - each.beat_at).total_seconds())
    return ages


def _ledger() -> Metric:
    counted = GaugeMetricFamily(
        "regulars_ledger_updates",
        "The ledger: updates and messages by flow, outcome and reason; pending is what waits now",
        labels=["flow", "outcome", "reason"],
    )
    for labels, value in read_totals():
        counted.add_metric([labels["flow"], labels["outcome"], labels["reason"]], value)
    return counted


def _queues() -> Iterable[Metric]:
    lengths = GaugeMetricFamily("regulars_queue_length", "Rows that wait for a worker", labels=["queue"])
    ages = GaugeMetricFamily(
        "regulars_queue_oldest_age_seconds", "For how long the oldest row has waited", labels=["queue"]
    )
    for each in read_queues():
        lengths.add_metric([each.name], each.length)
        ages.add_metric([each.name], each.oldest_seconds)
    return lengths, ages


def _jobs() -> Iterable[Metric]:
    counts = GaugeMetricFamily("regulars_jobs", "Jobs that wait or run", labels=["kind", "status"])
    ages = GaugeMetricFamily(
        "regulars_jobs_oldest_age_seconds", "For how long the oldest has been due", labels=["kind", "status"]
    )
    for kind, status, count, age in count_active():
        counts.add_metric([kind, status], count)
        ages.add_metric([kind, status], age)
    return counts, ages


def _reactions() -> Iterable[Metric]:
    lags = GaugeMetricFamily(
        "regulars_reaction_lag_seconds",
        "Age of the first event that a reaction takes and has not passed",
        labels=["reaction"],
    )
    attempts = GaugeMetricFamily(
        "regulars_reaction_failed_attempts",
        "Attempts in vain at the batch that a reaction is at",
        labels=["reaction"],
    )
    for each in read_lags():
        lags.add_metric([each.reaction], each.seconds)
        attempts.add_metric([each.reaction], each.failed_attempts)
    return lags, attempts


def _database() -> Iterable[Metric]:
    state = read_database()
    connections = GaugeMetricFamily(
        "regulars_database_connections", "Connections to our database by state", labels=["state"]
    )
    for name, count in sorted(state.connections.items()):
        connections.add_metric([name], count)
    yield connections
    most = "Connections that the database server takes, of everybody"
    yield GaugeMetricFamily("regulars_database_connections_limit", most, value=state.most_connections)
    yield GaugeMetricFamily("regulars_database_size_bytes", "Size of our database", value=state.size)
