"""The database goes away for a while: whoever comes is told so, everything goes on by itself, nothing is lost.

The database is the test's own (DATABASE_URL), so that no supervisor brings it back early.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from regulars.supervision import system
from tests.running.browsers import signed_in
from tests.running.burst import Burst, doubled_effects, losses, make_burst
from tests.running.database import OwnDatabase
from tests.running.ledgers import imbalances, wait_until_read
from tests.running.product import Product, wait_until
from tests.running.webhooks import Delivered, deliver

AWAY_SECONDS = float(os.environ.get("REGULARS_FAULT_AWAY_SECONDS") or 30)
FROZEN_SECONDS = 12
DELIVERIES = 60

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@dataclass
class Away:
    """What people, scripts and the platform were told while the database was away."""

    burst: Burst
    delivered: Delivered = field(default_factory=Delivered)
    webhook: httpx.Response | None = None
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    back_after: float = 0.0


@pytest.fixture(scope="module")
def database(home: Path) -> Iterator[OwnDatabase]:
    own = OwnDatabase(home.with_name("database"))
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def product(home: Path, database: OwnDatabase) -> Iterator[Product]:
    running = Product(home, environment={"DATABASE_URL": database.url})
    try:
        running.start()
        yield running
    finally:
        database.start()
        running.stop()


@pytest.fixture(scope="module")
def away(product: Product, database: OwnDatabase) -> Away:
    """Stop the database in the middle of a burst, look around, and start it again."""
    told = Away(make_burst("away", DELIVERIES, random.Random(1)), pids=product.pids())
    browser = signed_in(product)
    posting = threading.Thread(target=_post, args=(product, told))
    posting.start()
    database.stop()
    stopped_at = time.monotonic()
    try:
        _look_around(product, told, browser)
        time.sleep(max(AWAY_SECONDS - (time.monotonic() - stopped_at), 0))
    finally:
        database.start()
    back_at = time.monotonic()
    assert wait_until(lambda: browser.get("/").status_code == 200, 30)
    browser.close()
    product.wait_until_ready()
    posting.join(60)
    assert not posting.is_alive(), product.log_tail()
    wait_until_read(product)
    told.back_after = time.monotonic() - back_at
    print(f"answers while away {told.delivered.answers}, all read {told.back_after:.1f} s after its return")
    return told


def _look_around(product: Product, told: Away, browser: httpx.Client) -> None:
    assert wait_until(lambda: product.status_of("/readyz") == 503, 20), product.log_tail()
    told.webhook = httpx.get(product.connection["webhook_url"], timeout=15)
    for path in ("/", "/sign-in"):
        told.answers[path] = browser.get(path)
    for path in ("/readyz", "/healthz"):
        told.answers[path] = httpx.get(product.url + path, timeout=15)
    told.answers["/api/v1/ledger"] = product.api("GET", "/ledger")


def _post(product: Product, told: Away) -> None:
    told.delivered = asyncio.run(deliver(product, told.burst.bodies, at_once=2, tries=2_000))


def test_webhooks_are_told_to_come_again(away: Away):
    assert away.delivered.answers["503"] > 0
    assert set(away.delivered.answers) == {"200", "503"}
    assert away.webhook is not None
    assert (away.webhook.status_code, away.webhook.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_a_page_says_that_the_database_is_away(away: Away, path: str):
    answer = away.answers[path]
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["retry-after"] == "5"
    assert "No message from a contact is lost" in answer.text


def test_the_rest_face_answers_with_a_problem(away: Away):
    answer = away.answers["/api/v1/ledger"]
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (
        503,
        "unavailable",
        "/problems/unavailable",
    )
    assert answer.headers["retry-after"] == "5"


def test_readiness_names_the_database_and_the_process_is_up(away: Away):
    ready = away.answers["/readyz"]
    assert ready.status_code == 503
    assert ready.json()["ready"] is False
    assert ready.json()["checks"]["database"].startswith("the database cannot be reached")
    assert away.answers["/healthz"].status_code == 200


def test_no_process_died_of_it(away: Away, product: Product):
    assert product.pids() == away.pids


def test_nothing_is_lost_or_doubled(away: Away, product: Product):
    assert len(away.delivered.accepted) == DELIVERIES
    assert losses(product, away.burst) == []
    assert doubled_effects(product) == []
    assert imbalances(wait_until_read(product)) == []


def test_everything_is_read_soon_after_its_return(away: Away):
    assert away.back_after < 30


def test_a_database_that_hangs_is_away_too(away: Away, product: Product, database: OwnDatabase):
    """Frozen and not gone: connections stay open and nobody answers. The door must not wait for ever."""
    burst = make_burst("frozen", 20, random.Random(2))
    pids = [database.pid, *_backends(product)]
    for pid in pids:
        system.send(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        during = asyncio.run(deliver(product, burst.bodies[:8], patience=25))
        waited = time.monotonic() - began
        time.sleep(max(FROZEN_SECONDS - waited, 0))
    finally:
        for pid in pids:
            system.send(pid, signal.SIGCONT)
    assert set(during.answers) == {"503"}
    assert waited < 20
    after = asyncio.run(deliver(product, burst.bodies, tries=200))
    assert len(after.accepted) == len(burst.bodies)
    product.wait_until_ready()
    assert imbalances(wait_until_read(product)) == []
    assert losses(product, burst) == []


def _backends(product: Product) -> list[int]:
    return [row[0] for row in product.sql("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")]
