"""The disk fills up: the platform is told to come again; with room again everything goes on by itself.

Database, log and all other state lie on a small file system in memory, which only root can mount. While it is full the
worker is killed, too.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.running.bodies import written
from tests.running.browsers import signed_in
from tests.running.burst import Burst, doubled_effects, losses, make_burst
from tests.running.ledgers import imbalances, read_ledger, wait_until_read
from tests.running.pristine import fill_home
from tests.running.product import Product, wait_until
from tests.running.webhooks import Delivered, deliver, encode, post

DISK = "240m"
"""the files of a first start take some 80 MB of it"""
NOTE_BYTES = 2_000
TRIES = 5

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def disk(home: Path) -> Iterator[Path]:
    """A small file system that is the product's home."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system to fill")
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0711", "tmpfs", str(home)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.decode().strip()}")
    yield home
    subprocess.run(["umount", "--lazy", str(home)], check=True)


@pytest.fixture(scope="module")
def product(home: Path, disk: Path) -> Iterator[Product]:
    fill_home(home)
    running = Product(home, log_file=disk / "regulars.log")
    try:
        running.start()
        yield running
    finally:
        (disk / "filler").unlink(missing_ok=True)
        running.stop()


@dataclass
class Full:
    """What happened while the disk was full, and after."""

    before: Burst
    during: Burst
    first: Delivered
    """while it was full"""
    after: Delivered
    """of those that were told to come again, and of no others"""
    page: httpx.Response
    notes: list[httpx.Response]
    """written on a screen"""
    rest: list[httpx.Response]
    """notes written over REST"""
    notes_after: tuple[httpx.Response, httpx.Response]
    supervisors: list[int]
    """pids before and after"""
    workers: list[int]
    """the one that was killed, and who is there after"""


@pytest.fixture(scope="module")
def full(product: Product, disk: Path) -> Full:
    """Fill the disk in the middle of the work, free it, and let the platform come again."""
    rng = random.Random(3)
    before, during = make_burst("before", 60, rng), make_burst("during", 60, rng)
    asyncio.run(deliver(product, before.bodies))
    browser = signed_in(product)
    conversation = product.api("GET", "/conversations").json()["items"][0]["id"]
    fill(disk / "filler")
    large = [
        encode(written(f"large.{index}", 1, content={"body": os.urandom(40_000).hex()}))
        for index in range(40)
    ]
    refused = asyncio.run(deliver(product, large, at_once=4))
    assert wait_until(lambda: post(product, during.bodies[0]).status_code == 503, 60), product.log_tail()
    first = asyncio.run(deliver(product, during.bodies))
    supervisor = product.pids()["supervisor"]
    killed = product.kill("worker")
    page = browser.get("/")
    notes = [write_on_screen(browser, conversation) for _ in range(TRIES)]
    rest = [write_over_rest(product, conversation) for _ in range(TRIES)]
    (disk / "filler").unlink()
    product.wait_until_ready(120)
    notes_after = write_on_screen(browser, conversation), write_over_rest(product, conversation)
    browser.close()
    supervisors = [supervisor, product.pids()["supervisor"]]
    told = [body for index, body in enumerate(during.bodies) if index not in first.accepted]
    after = asyncio.run(deliver(product, told, tries=500))
    wait_until_read(product, patience=90)
    print(f"answers while full: {refused.answers}, then {first.answers}; afterwards {after.answers}")
    workers = [killed, product.pids()["worker"]]
    return Full(before, during, first, after, page, notes, rest, notes_after, supervisors, workers)


def a_note() -> str:
    """Too much to fit anywhere without new pages."""
    return os.urandom(NOTE_BYTES).hex()


def write_on_screen(browser: httpx.Client, conversation: str) -> httpx.Response:
    headers = {"X-CSRFToken": browser.cookies["regulars_csrf"], "X-Fragment": "1"}
    return browser.post(f"/conversations/{conversation}/notes", data={"text": a_note()}, headers=headers)


def write_over_rest(product: Product, conversation: str) -> httpx.Response:
    return product.api("POST", f"/conversations/{conversation}/notes", json={"text": a_note()})


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


def test_webhooks_are_told_to_come_again(full: Full):
    """PostgreSQL frees a page now and then, also on a full disk: who is answered with 200 never comes again."""
    assert set(full.first.answers) <= {"503", "200"}
    assert full.first.answers["503"] > len(full.first.accepted)


def test_pages_still_show_or_say_what_is_wrong(full: Full):
    assert full.page.status_code == 200 or "No message from a contact is lost" in full.page.text


def test_a_screen_says_that_nothing_can_be_written(full: Full):
    assert {answer.status_code for answer in full.notes} == {503}
    assert all("No message from a contact is lost" in answer.text for answer in full.notes)
    assert {answer.headers["retry-after"] for answer in full.notes} == {"5"}


def test_rest_says_that_nothing_can_be_written(full: Full):
    assert [(answer.status_code, answer.json()["code"]) for answer in full.rest] == [
        (503, "unavailable")
    ] * TRIES


def test_the_supervisor_lives_on_and_brings_back_who_was_killed(full: Full):
    assert full.supervisors[0] == full.supervisors[1]
    assert full.workers[0] != full.workers[1]


def test_the_log_says_what_it_lost(full: Full, product: Product):
    said = product.log_file.read_text(errors="replace")
    assert "lines of the log are lost: there was no room for them." in said


def test_with_room_again_members_go_on(full: Full):
    assert [answer.status_code for answer in full.notes_after] == [201, 201]


def test_with_room_again_everything_is_accepted(full: Full):
    assert len(full.first.accepted) + len(full.after.accepted) == len(full.during.bodies)


def test_nothing_accepted_is_lost_or_doubled(full: Full, product: Product):
    assert losses(product, full.before) == []
    assert losses(product, full.during) == []
    assert doubled_effects(product) == []


def test_the_ledger_adds_up(full: Full, product: Product):
    ledger = read_ledger(product)
    assert imbalances(ledger) == []
    assert ledger["inbound"]["rejected"] == {}
