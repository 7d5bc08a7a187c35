"""The ledger as the outside sees it, and a watch that reads it again and again while things happen."""

from __future__ import annotations

import threading
import time
from typing import Any, Self

import httpx

from .product import Product, wait_until

Ledger = dict[str, Any]


def read_ledger(product: Product) -> Ledger:
    answer = product.api("GET", "/ledger")
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    found: Ledger = answer.json()
    return found


def imbalances(ledger: Ledger) -> list[str]:
    """Every equation that does not hold, worked out here from the figures alone; empty when the ledger adds up."""
    parts = [
        ("in total", ledger),
        *((f"of {each['address'] or '(account)'}", each) for each in ledger["inboxes"]),
    ]
    found = []
    for name, part in parts:
        came, left = part["inbound"], part["outbound"]
        ended = came["stored"] + came["duplicate"] + sum(came["rejected"].values()) + came["pending"]
        if came["received"] != ended:
            found.append(f"inbound {name}: {came}")
        ended = left["accepted"] + sum(left["refused"].values()) + left["unknown"] + left["pending"]
        if left["intended"] != ended:
            found.append(f"outbound {name}: {left}")
    return found + _sums(ledger)


def _sums(ledger: Ledger) -> list[str]:
    """The numbers' figures together must be the total's."""
    found = []
    for side, names in (
        ("inbound", ("received", "stored", "duplicate", "pending")),
        ("outbound", ("intended", "accepted", "unknown", "pending")),
    ):
        for name in names:
            summed = sum(each[side][name] for each in ledger["inboxes"])
            if summed != ledger[side][name]:
                found.append(f"{side}.{name}: {summed} over the numbers, {ledger[side][name]} in total")
    return found


def wait_until_heard(product: Product) -> Ledger:
    """Until all that customers said in the sandbox is delivered, which it is a moment later, and read."""
    product.control("POST", "idle", {"seconds": 60})
    return wait_until_read(product)


def wait_until_read(product: Product, patience: float = 60.0) -> Ledger:
    """Until nothing received waits any more; the ledger as it is then. What is still on its way is not waited for."""
    assert wait_until(lambda: read_ledger(product)["inbound"]["pending"] == 0, patience), (
        f"deliveries still wait: {read_ledger(product)['inbound']}\n{product.log_tail()}"
    )
    return read_ledger(product)


class LedgerWatch:
    """Reads the ledger over and over in a thread of its own, and keeps what did not add up.

    with LedgerWatch(product) as watch: ...
    assert watch.imbalances == []
    """

    def __init__(self, product: Product, *, pause: float = 0.15) -> None:
        self._product = product
        self._pause = pause
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.looks = 0
        self.refusals: dict[int, int] = {}
        self.imbalances: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                answer = self._product.api("GET", "/ledger")
            except httpx.HTTPError:  # killed or restarting
                answer = None
            if answer is not None and answer.status_code == 200:
                self.looks += 1
                self.imbalances += imbalances(answer.json())
            elif answer is not None:
                self.refusals[answer.status_code] = self.refusals.get(answer.status_code, 0) + 1
            time.sleep(self._pause)
