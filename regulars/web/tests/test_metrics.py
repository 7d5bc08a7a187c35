"""``/metrics``: what a scrape reads, by the rules of Prometheus' own linter, and who may read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from regulars.kernel import clock
from regulars.kernel.heartbeats import SILENT_AFTER, Pulse
from regulars.kernel.metrics import JOB_RUNS, NOT_SHOWN, SENDS
from regulars.kernel.models import Heartbeat
from regulars.kernel.reactions import Reaction, ensure_cursors
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db

WORKER = "machine:7"
OTHER_UNITS = re.compile(r"_(milliseconds|ms|minutes|hours|days|kilobytes|megabytes|percent)(_|$)")


@pytest.fixture
def families(cast: Cast) -> dict[str, Metric]:
    """A scrape after a worker's beat, with something in every queue that a test can fill at once."""
    cast.hears(ALICE, "hello")
    ensure_cursors([Reaction("tests", (), lambda _events: None)])
    for counter, labels in ((SENDS, ["accepted"]), (JOB_RUNS, ["purge", "done"]), (NOT_SHOWN, ["message"])):
        counter.labels(*labels).inc()
    Pulse("worker").beat()
    Heartbeat.objects.update(process=WORKER)
    page = Client().get("/metrics")
    assert page["Content-Type"].startswith("text/plain")
    return {each.name: each for each in text_string_to_metric_families(page.content.decode())}


def test_a_scrape_is_clean(families: dict[str, Metric]):
    """HELP and TYPE, names and units as ``promtool check metrics`` asks; no sample stands there twice."""
    assert list(_faults(families)) == []


def test_the_page_of_metrics_names_every_one(families: dict[str, Metric]):
    page = Path("docs/reference/metrics.md").read_text("utf-8")
    ours = {each.name: each for each in families.values() if each.name.startswith("regulars_")}
    told = {name + ("_total" if each.type == "counter" else "") for name, each in ours.items()}
    assert told == set(re.findall(r"^\| `(regulars_\w+)`", page, re.MULTILINE))


def test_workers_queues_reactions_and_database_are_in_it(families: dict[str, Metric]):
    def values(name: str, **labels: str) -> list[float]:
        samples = families[name].samples
        return [each.value for each in samples if labels.items() <= each.labels.items()]

    assert values("regulars_sends", process=WORKER, result="accepted")[0] >= 1
    assert values("process_cpu_seconds", process=WORKER) != []
    assert 0 <= values("regulars_heartbeat_age_seconds", process=WORKER, role="worker")[0] < 30
    queues = {each.labels["queue"] for each in families["regulars_queue_length"].samples}
    assert queues == {"deliveries", "outgoing", "media", "previews", "parked_events"}
    assert values("regulars_reaction_lag_seconds", reaction="tests") != []
    assert sum(values("regulars_database_connections")) >= 1
    assert values("regulars_database_size_bytes")[0] > 1_000_000
    assert values("regulars_ledger_updates", flow="inbound", outcome="stored") == [1]


def test_figures_of_a_worker_that_fell_silent_are_told_no_more(families: dict[str, Metric]):
    Heartbeat.objects.update(beat_at=clock.now() - 2 * SILENT_AFTER)
    page = Client().get("/metrics").content.decode()
    assert WORKER not in page


def test_a_token_closes_it(db: None, settings):
    settings.METRICS_TOKEN = "a-token-for-scrapes"
    asked = [
        Client().get("/metrics", headers={"Authorization": header} if header else {}).status_code
        for header in ("", "Bearer wrong", "Bearer ä", "Bearer a-token-for-scrapes")
    ]
    assert asked == [401, 401, 401, 200]


def test_what_a_worker_writes_down_is_json(db: None):
    Pulse("worker").beat()
    assert json.dumps(Heartbeat.objects.get().details)


def _faults(families: dict[str, Metric]) -> Iterator[str]:
    for name, family in families.items():
        if not family.documentation or family.type not in ("counter", "gauge", "histogram", "info"):
            yield f"{name}: no help, or no type"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or OTHER_UNITS.search(name) or family.type in name:
            yield f"{name}: name"
        keys = [(each.name, tuple(sorted(each.labels.items()))) for each in family.samples]
        if len(keys) != len(set(keys)):
            yield f"{name}: twice"
        for sample in family.samples:
            if (family.type == "counter") != sample.name.endswith("_total"):
                yield f"{sample.name}: only counters end in _total"
            if family.type == "gauge" and re.search(r"_(count|sum|bucket)$", sample.name):
                yield f"{sample.name}: ends like a histogram's"
