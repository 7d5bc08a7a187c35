"""A simulated customer of one story, steered through the sandbox's control API."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.running.bodies import FIRST_NUMBER
from tests.running.product import Product, wait_until

Json = dict[str, Any]
PATIENCE = 20.0
_serial = count()


def _fresh_phone() -> str:
    """Nobody's: 555-0100 to 0199 are kept for fiction in every area; that of 202 has our own numbers."""
    areas, line = divmod(next(_serial), 100)
    return f"+1{303 + areas}555{100 + line:04d}"


class Customer:
    """A person with a phone, new to the shop; reads only when told to.

    nora = Customer(product, "Nora Quist")
    nora.says("Good morning")
    answer = nora.gets("Hello")
    nora.reads()
    """

    def __init__(self, product: Product, name: str, *, number: str = FIRST_NUMBER, phone: str = "") -> None:
        self.product = product
        self.name = name
        self.number = number
        self.phone = phone or _fresh_phone()
        made = product.control("POST", "customers", {"name": name, "phone": self.phone, "reads": False})
        self.id = str(made["id"])

    def __repr__(self) -> str:
        return f"Customer({self.name!r})"

    def says(self, text: str, **rest: Any) -> str:
        """Returns the platform's id of the message."""
        return self.sends("text", {"body": text}, **rest)

    def sends(self, kind: str, content: Any = None, **rest: Any) -> str:
        """Returns the platform's id of the message."""
        spec = {"type": kind, "number": self.number, **({} if content is None else {kind: content}), **rest}
        return str(self.product.control("POST", f"customers/{self.id}/messages", spec)["id"])

    def quotes(self, message_id: str, text: str) -> str:
        return self.says(text, context={"id": message_id})

    def received(self) -> list[Json]:
        found = self.product.control("GET", f"customers/{self.id}/messages?direction=out")
        items: list[Json] = found["items"]
        return items

    def gets(self, text: str) -> Json:
        assert wait_until(lambda: text in self.texts(), PATIENCE), (
            f"{self.name} never got {text!r}: {self.texts()}"
        )
        return next(each for each in self.received() if text_of(each) == text)

    def texts(self) -> list[str]:
        return [text_of(each) for each in self.received()]

    def reads(self) -> None:
        self.product.control("POST", f"customers/{self.id}/read", {"number": self.number})

    def is_online(self, online: bool) -> None:
        """Lose or find the network."""
        self.product.control("PATCH", f"customers/{self.id}", {"online": online})

    def taps(self, message_id: str, label: str) -> None:
        self.product.control("POST", f"messages/{message_id}/tap", {"choice": label})

    @property
    def phone_url(self) -> str:
        return f"{self.product.control_url.removesuffix('/control')}/phone/{self.id}"


def text_of(message: Json) -> str:
    if message["type"] == "template":
        return str((message.get("template") or {}).get("body", ""))
    body = message["body"] if isinstance(message["body"], dict) else {}
    inner = body.get("body")
    return str(inner.get("text", "") if isinstance(inner, dict) else inner or body.get("caption", ""))
