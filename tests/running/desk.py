"""Somebody who answers in a running product, and looks at what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from .gate import Gate
from .ledgers import read_ledger
from .product import Product, wait_until

Json = dict[str, Any]


@dataclass
class Desk:
    """Somebody who answers: conversations with open windows, and what was sent from here."""

    product: Product
    gate: Gate
    conversations: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def send(self, conversation: str, text: str) -> str:
        answer = self.product.api(
            "POST", f"/conversations/{conversation}/messages", json={"kind": "text", "text": text}
        )
        assert answer.status_code == 201, answer.text
        self.sent.append(answer.json()["id"])
        return self.sent[-1]

    def let_write(self, conversation: str) -> None:
        """The contact writes once more, and with it the reply window is open."""
        contact = self.product.api("GET", f"/conversations/{conversation}").json()["contact"]["id"]
        identities = self.product.api("GET", f"/contacts/{contact}").json()["identities"]
        phone = next(each["value"] for each in identities if each["kind"] == "phone")
        customers = self.product.control("GET", "customers")["items"]
        writer = next(each["id"] for each in customers if each["phone"].lstrip("+") == phone.lstrip("+"))
        self.product.control("POST", f"customers/{writer}/messages", {"type": "text", "text": "And?"})
        assert wait_until(lambda: self._window_is_open(conversation), 20), self.product.log_tail()

    def _window_is_open(self, conversation: str) -> bool:
        shown: Json = self.product.api("GET", f"/conversations/{conversation}").json()
        return bool(shown["reply_window"]["open"])

    def message(self, message_id: str) -> Json:
        found: Json = self.product.api("GET", f"/messages/{message_id}").json()
        return found

    def status_of(self, message_id: str) -> str:
        return str(self.message(message_id)["status"])

    def statuses_of(self, message_ids: list[str]) -> dict[str, str]:
        rows = self.product.sql(
            "SELECT id::text, status FROM conversations_message WHERE id = ANY(%s::uuid[])", message_ids
        )
        return dict(rows)

    def wait_for(self, message_id: str, *statuses: str, patience: float = 60) -> None:
        assert wait_until(lambda: self.status_of(message_id) in statuses, patience, 0.2), (
            f"{self.message(message_id)}\n{self.product.log_tail()}"
        )

    def send_until_sending(self, message_ids: list[str], text: str) -> None:
        """Add messages until one of all is seen on its way: on a busy machine they may be through before we look."""
        for number in range(6):
            message_ids.append(self.send(self.conversations[0], f"{text} {number}"))
            if wait_until(lambda: "sending" in self.statuses_of(message_ids).values(), 5, 0.02):
                return
        pytest.fail("nothing was ever on its way")

    def wait_until_settled(self, patience: float = 150) -> Json:
        """Until nothing is on its way; the outbound side of the ledger."""
        assert wait_until(lambda: read_ledger(self.product)["outbound"]["pending"] == 0, patience, 0.3), (
            f"{read_ledger(self.product)['outbound']}\n{self.product.log_tail()}"
        )
        side: Json = read_ledger(self.product)["outbound"]
        return side

    def on_phones(self) -> Counter[str]:
        items = self.product.control("GET", "received?limit=100000")["items"]
        return Counter(item["biz_opaque_callback_data"] for item in items)

    def fault(self, **rule: Any) -> None:
        self.product.control("POST", "faults", rule)

    def no_faults(self) -> None:
        self.product.control("DELETE", "faults")

    def statuses(self, *, on: bool) -> None:
        self.product.control("PATCH", "switches", {"statuses": {"on": on}})

    def inboxes(self) -> list[Json]:
        found: list[Json] = self.product.api("GET", "/inboxes").json()["items"]
        return found
