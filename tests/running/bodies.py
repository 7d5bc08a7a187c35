"""Webhook bodies written for these tests: small, and as the platform shapes them (reference §2.4, §4, §5)."""

from __future__ import annotations

from typing import Any

from .product import Product

Json = dict[str, Any]
ACCOUNT = "100000000000101"
FIRST_NUMBER, SECOND_NUMBER = "100000000000201", "100000000000202"
AT = 1_795_000_000
"""2026-11-18, within the time that the fixtures speak of"""


def envelope(*changes: Json, account: str = ACCOUNT) -> Json:
    return {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": list(changes)}]}


def change(number: str = FIRST_NUMBER, field: str = "messages", **lists: Any) -> Json:
    metadata = {"display_phone_number": "15550100201", "phone_number_id": number}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **lists}}


def person(serial: int) -> Json:
    """The card of an invented person, in a range reserved for fiction."""
    return {"profile": {"name": f"Person {serial}"}, "wa_id": phone_of(serial), "user_id": bsuid_of(serial)}


def phone_of(serial: int) -> str:
    return f"1202555{serial:04d}"


def bsuid_of(serial: int) -> str:
    return f"US.8{serial:015d}"


def message(
    key: str, sender: int, kind: str = "text", content: Any = None, *, at: int = AT, **rest: Any
) -> Json:
    """A message as it stands in ``messages``; text by default, saying its own key."""
    body = {"body": f"this is {key}"} if content is None and kind == "text" else content
    return {
        "from": phone_of(sender),
        "from_user_id": bsuid_of(sender),
        "id": f"wamid.{key}",
        "timestamp": str(at),
        "type": kind,
        **({} if body is None else {kind: body}),
        **rest,
    }


def status(key: str, word: str, recipient: int, *, at: int = AT, **rest: Any) -> Json:
    return {
        "id": f"wamid.{key}",
        "status": word,
        "timestamp": str(at),
        "recipient_id": phone_of(recipient),
        "recipient_user_id": bsuid_of(recipient),
        **rest,
    }


def written(key: str, sender: int, kind: str = "text", content: Any = None, **rest: Any) -> Json:
    return envelope(change(contacts=[person(sender)], messages=[message(key, sender, kind, content, **rest)]))


def stored_ids(product: Product, prefix: str) -> list[str]:
    """The provider's ids of stored messages that begin so, as often as they are stored."""
    rows = product.sql(
        "SELECT provider_id FROM conversations_message WHERE starts_with(provider_id, %s)", f"wamid.{prefix}"
    )
    return [row[0].removeprefix("wamid.") for row in rows]
