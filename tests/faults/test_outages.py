"""The platform is away for minutes, for more than a day: what is of use leaves once, in order; the rest says why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.telling import pages
from tests.running.desk import Desk
from tests.running.gate import Gate
from tests.running.ledgers import imbalances, read_ledger
from tests.running.pristine import fill_home
from tests.running.product import Product, wait_until

PEOPLE = 4
LONGER_THAN_THREE_TRIES = 20
UNREACHABLE = 990001

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(home: Path) -> Iterator[Desk]:
    """A product whose way to the platform leads through a gate."""
    gate = Gate()
    gate.open()
    fill_home(home)
    product = Product(home, environment={"WHATSAPP_GRAPH_URL": gate.url})
    gate.target = f"http://127.0.0.1:{product.port + 1}"
    try:
        product.start()
        quick = {"sent_delay": [0.0, 0.05], "delivered_delay": [0.0, 0.05], "read": False}
        product.control("PATCH", "switches", {"statuses": quick})
        yield Desk(product, gate)
    finally:
        product.stop()
        gate.end()


def _people(desk: Desk, first: int) -> list[str]:
    """Four new people write; their conversations."""
    before = {each["id"] for each in pages(desk.product, "/conversations")}
    for serial in range(first, first + PEOPLE):
        person = {"name": f"Person {serial}", "phone": f"+120255501{serial:02d}"}
        made = desk.product.control("POST", "customers", person)
        desk.product.control("POST", f"customers/{made['id']}/messages", {"type": "text", "text": "Hello?"})

    def new() -> list[str]:
        return [each["id"] for each in pages(desk.product, "/conversations") if each["id"] not in before]

    assert wait_until(lambda: len(new()) == PEOPLE, 30), desk.product.log_tail()
    return new()


def _time_passes(desk: Desk, hours: float) -> None:
    """On the platform's clock, and in everything that the product remembers: it is as if it had been that long."""
    desk.product.control("POST", "clock", {"advance": hours * 3600})
    ago = f"interval '{hours} hours'"
    for table, columns in {
        "conversations_conversation": ("window_closes_at", "last_inbound_at"),
        "conversations_outgoingmessage": ("not_before", "useful_until", "waiting_since", "created_at"),
        "inboxes_connection": ("probe_at", "problem_since"),
    }.items():
        changes = ", ".join(f"{column} = {column} - {ago}" for column in columns)
        desk.product.sql(f"UPDATE {table} SET {changes}")  # noqa: S608 - names of ours


def _write_again(desk: Desk, conversation: str) -> None:
    """The contact of a conversation writes, and it has arrived."""
    path = f"/conversations/{conversation}"
    before = desk.product.api("GET", path).json()
    phone = next(each["value"] for each in before["contact"]["identities"] if each["kind"] == "phone")
    people = desk.product.control("GET", "customers")["items"]
    person = next(each for each in people if each["phone"].lstrip("+") == phone.lstrip("+"))
    again = {"type": "text", "text": "Still there?"}
    desk.product.control("POST", f"customers/{person['id']}/messages", again)
    assert wait_until(lambda: desk.product.api("GET", path).json()["unread"] > before["unread"], 30)


def _everything_waits(desk: Desk, messages: list[str]) -> bool:
    return all((desk.message(each)["waiting"] or {}).get("code") == UNREACHABLE for each in messages)


def _order_on_phones(desk: Desk) -> list[str]:
    items = desk.product.control("GET", "received?limit=1000")["items"]
    arrived = [item["biz_opaque_callback_data"] for item in items]
    assert len(arrived) == len(set(arrived))
    return arrived


def _settled(desk: Desk) -> None:
    desk.wait_until_settled()
    ledger = read_ledger(desk.product)
    assert (imbalances(ledger), ledger["outbound"]["intended"]) == ([], len(desk.sent))


def test_ten_minutes(desk: Desk):
    """Nothing is lost, nothing doubled, the order of each conversation holds; free text and templates alike."""
    people = _people(desk, 0)
    desk.gate.shut()
    sent = {
        conversation: [desk.send(conversation, f"{turn}") for turn in range(3)] for conversation in people
    }
    assert wait_until(lambda: _everything_waits(desk, desk.sent), 20), desk.message(desk.sent[-1])
    time.sleep(LONGER_THAN_THREE_TRIES)
    _time_passes(desk, 1 / 6)
    waiting = desk.message(desk.sent[0])["waiting"]
    assert (waiting["cause"], waiting["until"] is not None) == ("connection", True)
    assert {inbox["problem"]["code"] for inbox in desk.inboxes()} == {UNREACHABLE}
    desk.gate.open()
    for message in desk.sent:
        desk.wait_for(message, "sent", "delivered", patience=90)
    arrived = _order_on_phones(desk)
    for messages in sent.values():
        assert [each for each in arrived if each in messages] == messages
    assert set(arrived) >= set(desk.sent)
    _settled(desk)
    assert wait_until(lambda: all(inbox["problem"] is None for inbox in desk.inboxes()), 20)


def test_twenty_five_hours(desk: Desk):
    """Windows have closed: free text ends unsent, says why, and the contact waits on; one has written again since."""
    patient, *others = _people(desk, PEOPLE)
    desk.gate.shut()
    late = [desk.send(conversation, "too late") for conversation in others]
    useful = [desk.send(patient, f"{turn}") for turn in range(2)]
    assert wait_until(lambda: _everything_waits(desk, [*late, *useful]), 20)
    _time_passes(desk, 20)
    _write_again(desk, patient)
    _time_passes(desk, 5)
    for message in late:
        desk.wait_for(message, "failed", patience=60)
        error = desk.message(message)["error"]
        assert (error["code"], error["waited_for"]["code"]) == ("reply-window-closed", UNREACHABLE)
    for conversation in others:
        found = desk.product.api("GET", f"/conversations/{conversation}").json()
        assert (found["reply_window"]["open"], found["unread"]) == (False, 1)
        assert found["waiting_since"] is not None
    desk.gate.open()
    for message in useful:
        desk.wait_for(message, "sent", "delivered", patience=90)
    arrived = _order_on_phones(desk)
    assert [each for each in arrived if each in useful] == useful
    assert not set(arrived) & set(late)
    _settled(desk)
