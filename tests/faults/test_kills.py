"""Kill -9 in the middle of a burst, with jobs at work and people answering: nothing accepted is missing, nothing is
there twice or sent twice, all goes on by itself, and no step of a job is done twice.

The default is one kill of each kind; REGULARS_FAULT_KILLS=20 is the full run. REGULARS_TESTS_SEED repeats an order.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.running.burst import Burst, doubled_effects, losses, make_burst
from tests.running.episodes import broken_episodes
from tests.running.gate import Gate
from tests.running.histories import broken_histories
from tests.running.ledgers import LedgerWatch, imbalances, read_ledger, wait_until_heard, wait_until_read
from tests.running.pristine import fill_home
from tests.running.product import Product, wait_until
from tests.running.talk import Talk
from tests.running.webhooks import Delivered, deliver

VICTIMS = ("web", "worker", "postgres", "all")
KILLS = int(os.environ.get("REGULARS_FAULT_KILLS") or len(VICTIMS))
SEED = int(os.environ.get("REGULARS_TESTS_SEED") or random.SystemRandom().randrange(10_000))
DELIVERIES = 500
JOBS = 2
"""that are asked for in each round; they read what came in the round before again"""
JOBS_PATIENCE = 180.0
TALKING = 6
"""people who are answered while things are killed"""
TRIES = 2_000
"""as good as forever: the platform tries for 36 hours"""

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@dataclass
class Round:
    """One burst with one kill in it, and what came of it."""

    victim: str
    killed_after: float
    burst: Burst
    delivered: Delivered = field(default_factory=Delivered)
    back_after: float = 0.0
    watch: LedgerWatch | None = None
    jobs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.victim:<9} killed after {self.killed_after:.2f} s, answers {self.delivered.answers}, "
            f"all read {self.back_after:.1f} s after the kill"
        )


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    own = Gate()
    own.open()
    yield own
    own.end()


@pytest.fixture(scope="module")
def product(home: Path, gate: Gate) -> Iterator[Product]:
    """What it sends passes the gate, which outlives whatever is killed."""
    fill_home(home)
    running = Product(home, environment={"WHATSAPP_GRAPH_URL": gate.url})
    gate.target = f"http://127.0.0.1:{running.port + 1}"
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def talk(product: Product) -> Talk:
    begun = Talk(product, TALKING)
    begun.begin()
    return begun


@pytest.fixture(scope="module")
def rounds(product: Product, talk: Talk) -> list[Round]:
    rng = random.Random(SEED)
    print(f"order of the kills: REGULARS_TESTS_SEED={SEED}")
    victims = [*VICTIMS, *(rng.choice(VICTIMS) for _ in range(max(KILLS - len(VICTIMS), 0)))][:KILLS]
    rng.shuffle(victims)
    done = []
    began = datetime.now(UTC)
    for number, victim in enumerate(victims):
        planned = Round(victim, rng.uniform(0.02, 0.6), make_burst(f"kill{number}", DELIVERIES, rng))
        before, began = began, datetime.now(UTC)
        _play(product, planned, before, talk)
        print(planned)
        done.append(planned)
    _one_of_each(product, talk)
    _wait_for_jobs(product, done)
    assert wait_until(lambda: read_ledger(product)["outbound"]["pending"] == 0, 150), product.unsent()
    wait_until_heard(product)
    return done


def _play(product: Product, planned: Round, before: datetime, talk: Talk) -> None:
    """Post the burst in a thread of its own, kill in the middle, and wait until everything is read.

    ``before``: when the round before began.
    """
    planned.jobs = [_ask_for_job(product, before + timedelta(milliseconds=place)) for place in range(JOBS)]
    posting = threading.Thread(target=_post, args=(product, planned))
    over = threading.Event()
    handing = threading.Thread(target=_hand_around, args=(product, random.Random(planned.burst.prefix), over))
    rng = random.Random(planned.burst.prefix)
    with LedgerWatch(product) as planned.watch, talk.going_on(rng):
        posting.start()
        handing.start()
        time.sleep(planned.killed_after)
        killed_at = time.monotonic()
        if planned.victim == "all":
            product.kill_all()
            product.start()
        else:
            product.kill(planned.victim)
        posting.join(150)
        assert not posting.is_alive(), f"deliveries are still not accepted\n{product.log_tail()}"
        product.wait_until_ready()
        over.set()
        handing.join(60)
        wait_until_read(product)
        planned.back_after = time.monotonic() - killed_at


def _post(product: Product, planned: Round) -> None:
    planned.delivered = asyncio.run(deliver(product, planned.burst.bodies, tries=TRIES, patience=20))


def _ask_for_job(product: Product, since: datetime) -> str:
    asked = {"state": "processed", "since": since.isoformat()}
    answer = product.api("POST", "/inbound-deliveries/replay", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def _job(product: Product, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = product.api("GET", f"/jobs/{job_id}").json()
    return found


def _wait_for_jobs(product: Product, rounds: Sequence[Round]) -> None:
    began = time.monotonic()
    for job_id in (each for planned in rounds for each in planned.jobs):
        left = JOBS_PATIENCE - (time.monotonic() - began)
        is_over = partial(_is_over, product, job_id)
        assert wait_until(is_over, left, 0.5), f"{_job(product, job_id)}\n{product.log_tail()}"
    wait_until_read(product)


def _is_over(product: Product, job_id: str) -> bool:
    return _job(product, job_id)["status"] in {"done", "failed", "canceled"}


def _one_of_each(product: Product, talk: Talk) -> None:
    """However little a busy machine did meanwhile, each kind of change is there."""
    talk.write_and_answer()
    place = f"/conversations/{talk.conversations[0]}"
    member, team = (product.api("GET", f"/{name}").json()["items"][0]["id"] for name in ("members", "teams"))
    changes = ({"assignee": None}, {"assignee": member}, {"team": None}, {"team": team})
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    put_off = {"status": "snoozed", "snoozed_until": tomorrow}
    for change in (*changes, {"status": "resolved"}, put_off, {"status": "open"}):
        assert product.api("PATCH", place, json=change).status_code == 200, change


def _hand_around(product: Product, rng: random.Random, over: threading.Event) -> None:
    """Members and teams take turns with the conversations, which are put off and come back; nothing is read."""
    ids: dict[str, list[str]] = {"conversations": [], "members": [], "teams": []}
    while not over.wait(0.02):
        with suppress(httpx.HTTPError, KeyError, ValueError):
            if not all(ids.values()):
                ids = {
                    name: [each["id"] for each in product.api("GET", f"/{name}").json()["items"]]
                    for name in ids
                }
            tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
            body = rng.choice(
                (
                    {"assignee": rng.choice([None, *ids["members"]])},
                    {"team": rng.choice([None, *ids["teams"]])},
                    {"status": "snoozed", "snoozed_until": tomorrow},
                    {"status": "open"},
                )
            )
            product.api("PATCH", f"/conversations/{rng.choice(ids['conversations'])}", json=body)


def test_every_delivery_was_accepted_in_the_end(rounds: list[Round]):
    assert [len(each.delivered.accepted) for each in rounds] == [DELIVERIES] * KILLS


def test_nothing_accepted_is_missing_or_stored_twice(rounds: list[Round], product: Product):
    assert {str(each): found for each in rounds if (found := losses(product, each.burst))} == {}


def test_nothing_had_its_effect_twice(rounds: list[Round], talk: Talk, product: Product):
    assert doubled_effects(product, read=talk.conversations) == []


def test_no_history_has_a_gap_or_overlaps(rounds: list[Round], product: Product):
    assert broken_histories(product.sql) == []
    changed: dict[str, int] = dict(
        product.sql(
            "SELECT fact, count(*) FROM conversations_conversationhistory WHERE why <> 'started' GROUP BY 1"
        )
    )
    assert changed.keys() == {"status", "assignee", "team"}


def test_episodes_and_facts_are_there_once(rounds: list[Round], product: Product):
    assert broken_episodes(product.sql) == []
    kept: dict[str, int] = dict(product.sql("SELECT kind, count(*) FROM conversations_fact GROUP BY 1"))
    assert kept.keys() == {"answered", "assigned", "handed_to_team", "resolved", "reopened"}


def test_the_ledger_adds_up_whenever_it_can_be_read(rounds: list[Round]):
    assert [each.watch.imbalances for each in rounds if each.watch] == [[] for _ in rounds]


def test_the_ledger_knows_every_message_and_status_once(rounds: list[Round], product: Product):
    inbound = read_ledger(product)["inbound"]
    posted = {name for each in rounds for name in (*each.burst.messages, *each.burst.statuses)}
    told = _told(product)
    assert len(told) > len(posted)  # what people and the sandbox's statuses said beside the bursts
    assert (inbound["stored"], inbound["rejected"], inbound["pending"]) == (len(told), {}, 0)


def _told(product: Product) -> set[tuple[str, str]]:
    """Every message, and every step of one of ours, that whatever was accepted speaks of."""
    return {
        (told["id"], told.get("status", ""))
        for body in product.bodies()
        for entry in json.loads(body)["entry"]
        for change in entry["changes"]
        for told in (*change["value"].get("messages", ()), *change["value"].get("statuses", ()))
    }


def test_nothing_was_sent_twice_and_each_answer_was_intended_once(
    rounds: list[Round], talk: Talk, gate: Gate, product: Product
):
    assert {key: times for key, times in gate.attempts.items() if times != 1} == {}
    ledger = read_ledger(product)
    assert imbalances(ledger) == []
    assert (ledger["outbound"]["intended"], ledger["outbound"]["refused"]) == (len(talk.sent), {})
    assert set(gate.attempts) <= talk.sent
    print(
        f"{len(talk.sent)} answers, {ledger['outbound']['unknown']} of them unknown, refused {talk.refusals}"
    )


def test_what_was_accepted_is_kept_whole(rounds: list[Round], product: Product):
    kept = set(product.bodies("processed"))
    assert [raw for each in rounds for raw in each.burst.bodies if raw not in kept] == []


def test_a_kill_makes_no_delivery_fail(rounds: list[Round], product: Product):
    assert product.count("SELECT count(*) FROM inboxes_delivery WHERE state = 'failed' OR attempts > 0") == 0


def test_every_job_was_done_and_no_step_of_it_twice(rounds: list[Round], product: Product):
    jobs = [_job(product, each) for planned in rounds for each in planned.jobs]
    assert {each["status"] for each in jobs} == {"done"}
    print(f"{len(jobs)} jobs, {sum(each['attempt'] > 1 for each in jobs)} of them cut off")
    ended = product.sql(
        "SELECT body ->> 'job_id', count(*) FROM kernel_event WHERE kind = 'JobFinished' GROUP BY 1"
    )
    assert dict(ended) == {each["id"]: 1 for each in jobs}
    given = product.count(
        "SELECT COALESCE(sum((body ->> 'count')::int), 0) FROM kernel_event WHERE kind = 'DeliveriesReplayed'"
    )
    assert given == sum(each["result"]["deliveries"] for each in jobs)
