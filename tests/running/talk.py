"""People who write and are answered while things are killed: each answer is asked for with a key until it is taken."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import httpx

from .product import Product, wait_until

PHONES = "+12025552"
"""how they begin: those of the bursts (``bodies.phone_of``) begin otherwise"""
PATIENCE = 90.0
QUICK = {
    "rates": {"pair_seconds": None},
    "statuses": {"sent_delay": [0.0, 0.05], "delivered_delay": [0.0, 0.05], "read": False},
}
_CONVERSATIONS = """
SELECT c.id::text FROM conversations_conversation c JOIN contacts_contact p ON p.id = c.contact_id
WHERE starts_with(p.phone, %s) ORDER BY 1
"""
_WAITING = (
    "SELECT count(*) FROM conversations_conversation WHERE id = ANY(%s::uuid[]) AND waiting_since IS NOT NULL"
)


class Talk:
    """Some people with a conversation each; ``sent`` are the ids of what was answered, each asked for once."""

    def __init__(self, product: Product, people: int) -> None:
        self._product = product
        self._phones = [f"{PHONES}{serial:03d}" for serial in range(people)]
        self._customers: dict[str, str] = {}
        """of the sandbox, by phone"""
        self.conversations: list[str] = []
        self.sent: set[str] = set()
        self.refusals: Counter[int] = Counter()
        """of answers, by status: those were never intended"""

    def begin(self) -> None:
        """Until the sandbox would remember them after a kill: else they would come back as somebody else."""
        for phone in self._phones:
            self._write(phone)
        assert wait_until(self._all_have_written, 30), self._product.log_tail()
        kept = self._product.home / "sandbox" / "sandbox.json"
        assert wait_until(
            lambda: kept.exists() and all(each in kept.read_text() for each in self._phones), 30
        )

    def _all_have_written(self) -> bool:
        self.conversations = [row[0] for row in self._product.sql(_CONVERSATIONS, PHONES)]
        return len(self.conversations) == len(self._phones)

    @contextmanager
    def going_on(self, rng: random.Random) -> Iterator[None]:
        """In a thread of its own, until the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._run, args=(rng, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(PATIENCE + 30)

    def _run(self, rng: random.Random, over: threading.Event) -> None:
        while not over.wait(0.02):
            with suppress(httpx.HTTPError, AssertionError):  # the sandbox is away
                self._write(rng.choice(self._phones))
            conversation = rng.choice(self.conversations)
            if rng.random() < 0.7:
                self._answer(conversation)
            else:
                with suppress(httpx.HTTPError):
                    self._product.api("PATCH", f"/conversations/{conversation}", json={"status": "resolved"})

    def write_and_answer(self) -> None:
        """In quiet: whoever writes is answered."""
        for phone in self._phones:
            self._write(phone)
        assert wait_until(lambda: self._product.count(_WAITING, self.conversations) > 0, 30)
        for conversation in self.conversations:
            self._answer(conversation)

    def _write(self, phone: str) -> None:
        said = {"type": "text", "text": "And?"}
        try:
            self._product.control("POST", f"customers/{self._customers.get(phone)}/messages", said)
        except AssertionError:
            self._make_known(phone)
            self._product.control("POST", f"customers/{self._customers[phone]}/messages", said)

    def _make_known(self, phone: str) -> None:
        """Also to a sandbox that was killed and has forgotten them, and how quick it is to be."""
        self._product.control("PATCH", "switches", QUICK)
        known = {each["phone"]: each["id"] for each in self._product.control("GET", "customers")["items"]}
        self._customers[phone] = (
            known.get(phone)
            or self._product.control("POST", "customers", {"name": phone, "phone": phone})["id"]
        )

    def _answer(self, conversation: str) -> None:
        """Again until there is an answer to it: with its key it leaves once, however often it was asked for."""
        key, began = str(uuid4()), time.monotonic()
        while time.monotonic() - began < PATIENCE:
            with suppress(httpx.HTTPError):
                answer = self._product.api(
                    "POST",
                    f"/conversations/{conversation}/messages",
                    json={"kind": "text", "text": "It is on its way."},
                    headers={"Idempotency-Key": key},
                )
                if answer.status_code == 201:
                    self.sent.add(answer.json()["id"])
                    return
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    self.refusals[answer.status_code] += 1
                    return
            time.sleep(0.2)
        raise AssertionError(f"an answer was not taken within {PATIENCE:.0f} s\n{self._product.log_tail()}")
