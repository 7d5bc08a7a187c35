"""A dump goes into another PostgreSQL: each reaction sees each event once, and open pages come to show what is true.

The dump is taken in the middle: deliveries and events wait, messages are on their way, and what happens after it is
lost with the first server. The second one counts transactions from its beginning, far below the first.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from regulars.supervision import cluster
from regulars.supervision.home import secret_key
from tests.running.burst import Burst, losses, make_burst
from tests.running.database import OwnDatabase
from tests.running.ledgers import imbalances, wait_until_heard, wait_until_read
from tests.running.noting_worker import EVERYTHING
from tests.running.pristine import fill_home
from tests.running.product import PROJECT, Product, wait_until
from tests.running.webhooks import deliver
from tests.stories.customers import Customer
from tests.stories.desks import ADMIN, AGENT, OWNER, Desk, Desks, find_browser, launch

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.browser]

BROKEN = r"net::ERR_|ERR_|Failed to load resource|50\d from"
BURNED = 50_000
"""transactions by which the first server is ahead of the second"""
READ, WAITING = 60, 40
"""deliveries that are read before the dump, and that wait in it"""


class Halves(Product):
    """Web and sandbox from the supervisor; the worker is the test's own, and can be kept from working."""

    worker: subprocess.Popen[bytes] | None = None

    def _options(self) -> tuple[str, ...]:
        return (*super()._options(), "--role", "web")

    def _is_ready(self) -> bool:
        self.ready = self._read_ready_file() or self.ready
        return bool(self._read_ready_file()) and self.status_of("/healthz") == 200

    def start_worker(self) -> None:
        known = {
            "REGULARS_HOME": str(self.home),
            "REGULARS_SECRET_KEY": secret_key(self.home),
            "WHATSAPP_GRAPH_URL": self.ready["sandbox"]["graph_url"],
        }
        with self.log_file.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "tests.running.noting_worker"],
                cwd=PROJECT,
                env={**self._full_environment(), **known},
                stdout=log,
                stderr=log,
            )
        assert wait_until(lambda: self.status_of("/readyz") == 200 and self._has_begun(), 60), self.log_tail()

    def _has_begun(self) -> bool:
        return bool(self.sql("SELECT 1 FROM kernel_reactioncursor WHERE name = %s", EVERYTHING))

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait(30)
            self.worker = None


@dataclass
class Before:
    """What was known when the dump was taken, and what has happened since."""

    bursts: list[Burst] = field(default_factory=list)
    began: tuple[int, int, int] = (0, 0, 0)
    """where the reaction to everything began to read"""
    first_page: dict[str, Any] = field(default_factory=dict)
    live_cursor: str = ""
    job: str = ""
    unhandled: int = 0
    """events of the dump that no reaction had seen"""
    highest: int = 0
    """transaction of the dump"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        pytest.skip("no Chromium on this machine; `make test` installs one where it may")
    with sync_playwright() as playwright:
        started = launch(playwright, executable)
        yield started
        started.close()


@pytest.fixture(scope="module")
def database(home: Path) -> Iterator[OwnDatabase]:
    fill_home(home)
    own = OwnDatabase(home)
    own.start()
    # the demo is in it, under another name
    seeded = home / "demo.json"
    seeded.write_text(seeded.read_text().replace(_identity_in(seeded), own.url))
    yield own
    own.stop()


def _identity_in(seeded: Path) -> str:
    return str(json.loads(seeded.read_text())["database"])


@pytest.fixture(scope="module")
def product(home: Path, database: OwnDatabase) -> Iterator[Halves]:
    running = Halves(home, environment={"DATABASE_URL": database.url})
    try:
        running.start()
        yield running
    finally:
        running.kill_worker()
        running.stop()


@pytest.fixture(scope="module")
def desks(browser: Browser, product: Halves) -> Iterator[Desks]:
    opened = Desks(browser, product, {})
    yield opened
    assert opened.close() == {}


@dataclass
class Open:
    """Pages that nobody touches any more."""

    reading: Desk
    """the thread of somebody who wrote before the dump"""
    lost: Desk
    """that of somebody who first wrote after it"""
    jobs: Desk
    nora: Customer
    newcomer: Customer


@pytest.fixture(scope="module")
def before(product: Halves, database: OwnDatabase, desks: Desks) -> Before:
    told = Before()
    _burn(product)
    product.start_worker()
    ((generation, transaction_id, event_id),) = product.sql(
        "SELECT generation, transaction_id::text::bigint, event_id FROM kernel_reactioncursor WHERE name = %s",
        EVERYTHING,
    )
    told.began = generation, transaction_id, event_id
    told.bursts = [make_burst("read", READ, random.Random(1)), make_burst("waits", WAITING, random.Random(2))]
    with _posted(product, told.bursts[0]):
        pass
    wait_until_read(product)
    return told


@pytest.fixture(scope="module")
def pages(product: Halves, desks: Desks, before: Before) -> Open:
    nora = Customer(product, "Nora Quist")
    nora.says("before the dump")
    wait_until_heard(product)
    reading, lost, jobs = desks.open(OWNER), desks.open(AGENT), desks.open(ADMIN, "/settings/jobs")
    for each in (reading, lost, jobs):
        each.expects(BROKEN)
    reading.choose(nora)
    expect(reading.bubbles("before the dump")).to_have_count(1)
    return Open(reading, lost, jobs, nora, Customer(product, "Newcomer Lind"))


@pytest.fixture(scope="module")
def restored(product: Halves, database: OwnDatabase, before: Before, pages: Open, home: Path) -> Before:
    dump = home / "regulars.dump"
    product.kill_worker()
    _leave_something_unread(product, before, pages)
    _run(home, "pg_dump", "-Fc", "-f", str(dump), database.url)
    before.highest = product.count("SELECT max(transaction_id::text::bigint) FROM kernel_event")
    _go_on(product, before, pages)
    product.kill_worker()
    product.stop()
    database.stop()
    (home / "postgres").rename(home / "postgres-before")
    database.start()
    _run(home, "pg_restore", "--exit-on-error", "-d", database.url, str(dump))
    before.unhandled = product.count(
        "SELECT count(*) FROM kernel_event e WHERE NOT EXISTS (SELECT 1 FROM handled h WHERE h.event_id = e.id)"
        " AND (generation, transaction_id::text::bigint, id) > (%s, %s, %s)",
        *before.began,
    )
    assert product.count("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint") < before.highest
    product.start()
    product.start_worker()
    wait_until_read(product)
    shutil.rmtree(home / "postgres-before", ignore_errors=True)
    return before


def _burn(product: Product) -> None:
    product.sql(
        "DO $$ BEGIN SET synchronous_commit = off;"
        f" FOR i IN 1..{BURNED} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
    )


@contextmanager
def _posted(product: Product, burst: Burst) -> Iterator[None]:
    """Meanwhile; in a thread of its own, for this one belongs to the browser."""
    with ThreadPoolExecutor(1) as posting:
        posted = posting.submit(lambda: asyncio.run(deliver(product, burst.bodies, tries=200)))
        yield
        assert len(posted.result(60).accepted) == len(burst.bodies)


def _leave_something_unread(product: Halves, before: Before, pages: Open) -> None:
    """Nobody reads deliveries or events now; what people do is recorded all the same."""
    before.live_cursor = str(
        pages.reading.page.evaluate("document.querySelector('inbox-screen').dataset.cursor")
    )
    with _posted(product, before.bursts[1]):
        before.first_page = product.api("GET", "/conversations?order=created&limit=5").json()
        for each in before.first_page["items"]:
            answer = product.api(
                "POST", f"/conversations/{each['id']}/notes", json={"text": "seen by nobody yet"}
            )
            assert answer.status_code == 201, answer.text
        job = product.api("POST", "/inbound-deliveries/replay", json={"state": "processed"})
        assert job.status_code == 202, job.text
        before.job = job.json()["id"]


def _go_on(product: Halves, before: Before, pages: Open) -> None:
    """What is lost with the first server: said, read, done and shown."""
    product.start_worker()
    wait_until_read(product)
    pages.nora.says("after the dump")
    pages.newcomer.says("never heard of again")
    expect(pages.reading.bubbles("after the dump")).to_have_count(1)
    expect(pages.lost.row(pages.newcomer)).to_have_count(1)
    pages.lost.choose(pages.newcomer)
    assert wait_until(lambda: _status_of(product, before.job) == "done", 60), product.log_tail()


def _status_of(product: Product, job: str) -> str:
    return str(product.api("GET", f"/jobs/{job}").json()["status"])


def _run(home: Path, program: str, *arguments: str) -> None:
    private = cluster.find(home)
    assert private is not None
    done = subprocess.run(
        [str(private.binaries.directory / program), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_log_goes_on_in_the_next_generation(restored: Before, product: Halves):
    ((raised,),) = product.sql("SELECT generation FROM kernel_loggeneration")
    generations = product.sql(
        "SELECT generation, max(transaction_id::text::bigint) FROM kernel_event GROUP BY 1"
    )
    highest: dict[int, int] = dict(generations)
    assert sorted(highest) == [1, raised]
    assert highest[raised] < highest[1]


def test_each_reaction_sees_each_event_once_and_in_order(restored: Before, product: Halves):
    assert restored.unhandled > 0
    assert wait_until(lambda: _unseen(product, restored) == [], 30), _unseen(product, restored)
    assert product.sql("SELECT reaction, event_id FROM handled GROUP BY 1, 2 HAVING count(*) > 1") == []
    for (reaction,) in product.sql("SELECT reaction FROM wanted"):
        seen = product.sql(
            "SELECT generation, transaction_id, event_id FROM handled WHERE reaction = %s ORDER BY place",
            reaction,
        )
        assert seen == sorted(seen), reaction
    assert product.count("SELECT count(*) FROM kernel_parkedevent") == 0


def _unseen(product: Product, before: Before) -> list[tuple[Any, ...]]:
    return product.sql(
        "SELECT w.reaction, e.kind, count(*) FROM kernel_event e JOIN wanted w ON e.kind = ANY(w.kinds)"
        " WHERE (e.generation, e.transaction_id::text::bigint, e.id) > (%s, %s, %s) AND NOT EXISTS ("
        " SELECT 1 FROM handled h WHERE h.reaction = w.reaction AND h.event_id = e.id) GROUP BY 1, 2",
        *before.began,
    )


def test_what_waited_in_the_dump_is_read_and_nothing_twice(restored: Before, product: Halves):
    assert [found for each in restored.bursts for found in losses(product, each)] == []
    assert imbalances(wait_until_read(product)) == []


def test_a_job_that_waited_in_the_dump_is_done_once(restored: Before, product: Halves):
    assert wait_until(lambda: _status_of(product, restored.job) == "done", 60), product.log_tail()
    ended = "SELECT count(*) FROM kernel_event WHERE kind = 'JobFinished' AND body ->> 'job_id' = %s"
    assert product.count(ended, restored.job) == 1
    wait_until_read(product)


def test_open_pages_show_what_is_true_without_a_hand(restored: Before, product: Halves, pages: Open):
    expect(pages.reading.bubbles("after the dump")).to_have_count(0, timeout=30_000)
    expect(pages.reading.bubbles("before the dump")).to_have_count(1)
    expect(pages.reading.thread_name).to_have_text(pages.nora.name)
    expect(pages.lost.row(pages.newcomer)).to_have_count(0, timeout=30_000)
    expect(pages.lost.page.locator("nav.rail")).to_be_attached()
    expect(pages.lost.thread_name).to_have_count(0)
    pages.nora.says("on the second server")
    expect(pages.reading.bubbles("on the second server")).to_have_count(1)
    expect(pages.lost.row(pages.nora)).to_contain_text("on the second server")
    row = pages.jobs.page.locator("tbody tr").first
    expect(row).to_contain_text("are read again", timeout=30_000)
    for each in (pages.reading, pages.lost):
        expect(each.page.locator("stale-banner")).to_be_hidden()


def test_whoever_names_a_place_of_before_is_told_to_load_anew(restored: Before, product: Halves, pages: Open):
    assert restored.live_cursor.startswith("1.")
    cookies = {each["name"]: each["value"] for each in pages.reading.context.cookies()}
    for named in (restored.live_cursor, f"1.{restored.highest + 5}.0"):
        with httpx.stream(
            "GET", f"{product.url}/live", cookies=cookies, headers={"Last-Event-ID": named}, timeout=20
        ) as stream:
            told = (line for line in stream.iter_lines() if line.startswith("event: "))
            assert [next(told), next(told)] == ["event: hello", "event: reset"]


def test_a_list_that_was_half_read_is_read_on(restored: Before, product: Halves):
    ids = [each["id"] for each in restored.first_page["items"]]
    cursor = restored.first_page["next_cursor"]
    while cursor:
        page = product.api(
            "GET", "/conversations", params={"order": "created", "limit": 5, "cursor": cursor}
        ).json()
        ids += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    there = product.sql(
        "SELECT id::text FROM conversations_conversation WHERE id <= %s ORDER BY id DESC", ids[0]
    )
    assert ids == [row[0] for row in there]
