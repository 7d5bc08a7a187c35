"""Sending through a provider that fails in every way, and through workers that die: no phone gets a message twice.

What a phone received is what the sandbox says it received, by our own message id.
REGULARS_FAULT_SENDS sets the number of rounds with a killed worker (2 by default).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.telling import pages
from tests.running.desk import Desk
from tests.running.gate import Gate
from tests.running.ledgers import imbalances, read_ledger
from tests.running.pristine import fill_home
from tests.running.product import Product, wait_until

PEOPLE = 12
KILL_ROUNDS = int(os.environ.get("REGULARS_FAULT_SENDS") or 2)
SEED = int(os.environ.get("REGULARS_TESTS_SEED") or random.SystemRandom().randrange(10_000))

pytestmark = [pytest.mark.faults, pytest.mark.slow]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    own = Gate()
    own.open()
    yield own
    own.end()


@pytest.fixture(scope="module")
def product(home: Path, gate: Gate) -> Iterator[Product]:
    fill_home(home)
    running = Product(home, environment={"WHATSAPP_GRAPH_URL": gate.url})
    gate.target = f"http://127.0.0.1:{running.port + 1}"
    try:
        running.start()
        assert running.ready["sandbox"]["graph_url"] == gate.target
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def desk(product: Product, gate: Gate) -> Desk:
    """People have written, so that all windows are open; statuses come at once, and nothing limits the pace."""
    quick = {"sent_delay": [0.0, 0.05], "delivered_delay": [0.0, 0.05], "read": False}
    product.control("PATCH", "switches", {"rates": {"pair_seconds": None}, "statuses": quick})
    for serial in range(PEOPLE):
        phone = f"+120255501{serial:02d}"
        made = product.control("POST", "customers", {"name": f"Person {serial}", "phone": phone})
        product.control("POST", f"customers/{made['id']}/messages", {"type": "text", "text": "Hello?"})
    assert wait_until(lambda: len(list(pages(product, "/conversations"))) == PEOPLE, 30), product.log_tail()
    return Desk(product, gate, [each["id"] for each in pages(product, "/conversations")])


@pytest.fixture(autouse=True)
def nothing_twice_and_everything_counted(desk: Desk) -> Iterator[None]:
    """Whatever a test does: no phone got a message twice, the ledger adds up and counts each intent once."""
    yield
    desk.no_faults()
    desk.gate.open()
    desk.statuses(on=True)
    desk.wait_until_settled()
    assert {key: times for key, times in desk.on_phones().items() if times != 1} == {}
    ledger = read_ledger(desk.product)
    assert imbalances(ledger) == []
    assert ledger["outbound"]["intended"] == len(desk.sent)


def test_a_slow_answer_is_waited_for(desk: Desk):
    desk.fault(kind="latency", seconds=2.5)
    message = desk.send(desk.conversations[0], "slow")
    desk.wait_for(message, "sent", "delivered", "read")
    assert desk.gate.attempts[message] == 1


UNCLEAR = [
    {"kind": "error", "code": 1},
    {"kind": "error", "code": 2},
    {"kind": "error", "code": 131000},
    {"kind": "html"},
    {"kind": "reset"},
]


@pytest.mark.parametrize("after", [True, False], ids=["after sending", "before sending"])
@pytest.mark.parametrize("rule", UNCLEAR, ids=lambda rule: " ".join(map(str, rule.values())))
def test_an_unclear_answer_is_never_followed_by_another_try(desk: Desk, rule: Json, after: bool):
    """Without statuses nobody can know; the ledger and the message say so, and it stays so."""
    desk.statuses(on=False)
    before = read_ledger(desk.product)["outbound"]["unknown"]
    desk.fault(**rule, after=after)
    message = desk.send(desk.conversations[1], f"unclear {rule} {after}")
    desk.wait_for(message, "unknown")
    assert read_ledger(desk.product)["outbound"]["unknown"] == before + 1
    desk.no_faults()
    time.sleep(0.7)
    assert (desk.status_of(message), desk.gate.attempts[message]) == ("unknown", 1)
    assert desk.message(message)["error"] is not None
    assert desk.on_phones()[message] == int(after)


def test_a_status_proves_what_an_answer_did_not_tell(desk: Desk):
    desk.fault(kind="error", code=131000, after=True)
    message = desk.send(desk.conversations[2], "proved by its status")
    desk.wait_for(message, "sent", "delivered")
    assert desk.gate.attempts[message] == 1
    assert desk.message(message)["provider_id"] is not None


def test_a_late_status_resolves_an_unknown(desk: Desk):
    desk.statuses(on=False)
    desk.fault(kind="reset", after=True)
    message = desk.send(desk.conversations[3], "proved late")
    desk.wait_for(message, "unknown")
    before = desk.wait_until_settled()
    items = desk.product.control("GET", f"received?callback={message}")["items"]
    desk.product.control("POST", f"messages/{items[0]['id']}/status", {"status": "delivered"})
    desk.wait_for(message, "delivered")
    after = read_ledger(desk.product)["outbound"]
    assert (after["unknown"], after["accepted"]) == (before["unknown"] - 1, before["accepted"] + 1)
    assert desk.message(message)["error"] is None


def test_a_late_failure_resolves_an_unknown(desk: Desk):
    desk.statuses(on=False)
    desk.fault(kind="reset", after=True)
    message = desk.send(desk.conversations[4], "failed late")
    desk.wait_for(message, "unknown")
    items = desk.product.control("GET", f"received?callback={message}")["items"]
    desk.product.control("POST", f"messages/{items[0]['id']}/status", {"status": "failed", "code": 131026})
    desk.wait_for(message, "failed")
    assert desk.message(message)["error"]["code"] == 131026
    assert read_ledger(desk.product)["outbound"]["refused"]["131026"] == 1


def test_a_person_may_send_an_unknown_message_again_once(desk: Desk):
    desk.statuses(on=False)
    desk.fault(kind="reset")
    message = desk.send(desk.conversations[5], "a person decides")
    desk.wait_for(message, "unknown")
    desk.no_faults()
    desk.statuses(on=True)
    assert desk.product.api("POST", f"/messages/{message}/send-again").status_code == 200
    assert desk.product.api("POST", f"/messages/{message}/send-again").status_code == 409
    desk.wait_for(message, "sent", "delivered")
    assert desk.on_phones()[message] == 1


def test_a_person_may_say_that_an_unknown_message_was_sent(desk: Desk):
    desk.statuses(on=False)
    desk.fault(kind="html", after=True)
    message = desk.send(desk.conversations[5], "a person knows")
    desk.wait_for(message, "unknown")
    accepted = read_ledger(desk.product)["outbound"]["accepted"]
    assert desk.product.api("POST", f"/messages/{message}/mark-sent").status_code == 200
    assert desk.status_of(message) == "sent"
    assert read_ledger(desk.product)["outbound"]["accepted"] == accepted + 1
    for path in ("mark-sent", "send-again"):
        assert desk.product.api("POST", f"/messages/{message}/{path}").status_code == 409
    assert desk.on_phones()[message] == 1


@pytest.mark.parametrize("code", [131047, 131026, 100, 132000])
def test_a_final_error_is_never_tried_again(desk: Desk, code: int):
    desk.fault(kind="error", code=code)
    message = desk.send(desk.conversations[6], f"refused with {code}")
    desk.wait_for(message, "failed")
    desk.no_faults()
    time.sleep(0.7)
    assert (desk.status_of(message), desk.gate.attempts[message]) == ("failed", 1)
    assert desk.message(message)["error"]["code"] == code
    assert desk.on_phones()[message] == 0
    desk.let_write(desk.conversations[6])  # 131047 closes the window, whatever we thought


@pytest.mark.parametrize("code", [130429, 131056])
def test_what_is_too_fast_waits_longer_than_three_tries_and_goes_out(desk: Desk, code: int):
    desk.fault(kind="error", code=code, remaining=4)
    message = desk.send(desk.conversations[7], f"too fast: {code}")
    assert wait_until(lambda: desk.message(message)["waiting"] is not None, 20)
    waiting = desk.message(message)["waiting"]
    assert (waiting["code"], waiting["next_try_at"] is not None) == (code, True)
    desk.no_faults()
    desk.wait_for(message, "sent", "delivered", patience=90)
    assert (desk.on_phones()[message], desk.message(message)["waiting"]) == (1, None)


@pytest.mark.parametrize("code", [4, 80007, 131057, 133004])
def test_what_waits_says_why_and_can_be_stopped(desk: Desk, code: int):
    desk.fault(kind="error", code=code)
    message = desk.send(desk.conversations[8], f"to be stopped: {code}")
    assert wait_until(lambda: (desk.message(message)["waiting"] or {}).get("code") == code, 20)
    assert desk.product.api("POST", f"/messages/{message}/stop").status_code == 200
    assert (desk.status_of(message), desk.message(message)["error"]["code"]) == ("failed", "stopped")
    desk.no_faults()
    _go_on_at_once(desk)
    assert desk.on_phones()[message] == 0


def _go_on_at_once(desk: Desk) -> None:
    """Some problems are asked about only after minutes; here their time comes now."""
    _probe_now(desk)
    assert wait_until(lambda: all(inbox["problem"] is None for inbox in desk.inboxes()), 30)


def _probe_now(desk: Desk) -> None:
    for table in ("inboxes_inbox", "inboxes_connection"):
        desk.product.sql(f"UPDATE {table} SET probe_at = now() WHERE problem <> ''")  # noqa: S608
    desk.product.sql("UPDATE conversations_outgoingmessage SET not_before = now() WHERE state = 'queued'")


@pytest.mark.parametrize("code", [368, 10, 3, 190, 200, 131005, 131031, 133010])
def test_an_account_that_is_refused_once_goes_on_by_itself(desk: Desk, code: int):
    desk.fault(kind="error", code=code, remaining=1)
    message = desk.send(desk.conversations[9], f"refused once with {code}")
    assert wait_until(lambda: any(inbox["problem"] for inbox in desk.inboxes()), 20)
    (problem,) = {inbox["problem"]["code"] for inbox in desk.inboxes() if inbox["problem"]}
    assert (problem, desk.message(message)["status"]) == (code, "queued")
    if code != 368:  # the first one waits until the product asks by itself
        _probe_now(desk)
    desk.wait_for(message, "sent", "delivered", patience=60)
    assert desk.on_phones()[message] == 1
    assert wait_until(lambda: all(inbox["problem"] is None for inbox in desk.inboxes()), 20)


def test_a_refused_connection_is_tried_again_when_it_is_there_again(desk: Desk):
    desk.gate.shut()
    message = desk.send(desk.conversations[9], "nobody listens")
    time.sleep(20)
    assert desk.status_of(message) in ("queued", "sending")
    desk.gate.open()
    desk.wait_for(message, "sent", "delivered", patience=60)
    assert desk.on_phones()[message] == 1


def test_a_worker_killed_while_it_sends_sends_nothing_twice(desk: Desk):
    """Slow answers, some lost after sending, and kill -9 in between. Statuses prove what went; the rest is unknown."""
    rng = random.Random(SEED)
    print(f"kills: REGULARS_TESTS_SEED={SEED}")
    killed_in_flight = 0
    for number in range(KILL_ROUNDS):
        desk.fault(kind="reset", after=True, percent=10)
        desk.fault(kind="reset", percent=10)
        desk.fault(kind="latency", after=rng.random() < 0.5, seconds=rng.uniform(0.5, 1.5))
        with ThreadPoolExecutor(6) as clerks:
            turns = [(each, f"round {number}, {turn}") for turn in range(2) for each in desk.conversations]
            sent = list(clerks.map(lambda turn: desk.send(*turn), turns))
        desk.send_until_sending(sent, f"round {number}, the last")
        killed_in_flight += list(desk.statuses_of(sent).values()).count("sending")
        desk.product.kill("worker")
        desk.product.wait_until_ready()
        desk.wait_until_settled()
        desk.no_faults()
        desk.product.control("POST", "idle", {"seconds": 30})
        unknown = _unproved(desk, sent)
        tries = Counter(desk.gate.attempts[key] for key in sent)
        print(f"round {number}: {len(sent)} sent, {len(unknown)} unknown, tries {dict(tries)}")
    assert killed_in_flight > 0


def _unproved(desk: Desk, sent: list[str]) -> set[str]:
    """The unknown messages of a round, which must be those that no phone has."""
    phones = desk.on_phones()
    went = [key for key in sent if phones[key]]
    assert wait_until(lambda: {desk.statuses_of(went)[key] for key in went} <= {"sent", "delivered"}, 30)
    unknown = {key for key, status in desk.statuses_of(sent).items() if status == "unknown"}
    assert unknown == set(sent) - set(went)
    return unknown


def test_in_the_end_the_ledger_names_every_unknown(desk: Desk):
    unknown = [key for key, status in desk.statuses_of(desk.sent).items() if status == "unknown"]
    assert read_ledger(desk.product)["outbound"]["unknown"] == len(unknown)
    for key in unknown:
        assert desk.message(key)["error"]["title"] != ""


def test_in_the_end_a_person_can_send_what_no_phone_has(desk: Desk):
    phones = desk.on_phones()
    unknown = [key for key, status in desk.statuses_of(desk.sent).items() if status == "unknown"]
    missing = [key for key in unknown if phones[key] == 0]
    for key in missing:
        assert desk.product.api("POST", f"/messages/{key}/send-again").status_code == 200
    desk.wait_until_settled()
    assert [desk.on_phones()[key] for key in missing] == [1] * len(missing)
