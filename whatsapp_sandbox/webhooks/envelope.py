"""From updates to the bytes of one POST, in the escaped form that the platform signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from dataclasses import dataclass
from typing import Any

_LISTS = ("contacts", "messages", "statuses")
BODY_LIMIT = 3_000_000
"""Largest body in bytes; a batch above it is split."""


@dataclass(slots=True)
class Update:
    """One change for the receivers: a message, a status, or any other value.

    ``time`` (unix seconds) stands on the entry of management fields and is None for the ``messages`` field.
    """

    waba_id: str
    field: str
    value: dict[str, Any]
    number_id: str | None = None
    time: int | None = None
    raw: bytes | None = None
    """A whole body to be posted as it is, alone."""
    receipts: dict[str, list[str]] | None = None
    """App id to ``[state, address]``, kept up to date for message_history; None when nobody asks later."""


def encode(body: Any) -> bytes:
    r"""JSON with ``\uXXXX`` in lower case for non-ASCII and ``\/`` for slashes, as Meta signs it."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=True).replace("/", "\\/").encode("ascii")


def sign(body: bytes, secret: str) -> str:
    """The value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def build_body(updates: list[Update], merge: str, chance: random.Random) -> bytes:
    if len(updates) == 1 and updates[0].raw is not None:
        return updates[0].raw
    if merge == "mixed":
        merge = chance.choice(("entries", "changes", "values")) if len(updates) > 1 else "entries"
    entries: list[dict[str, Any]] = []
    for update in updates:
        _add(entries, update, merge)
    return encode({"object": "whatsapp_business_account", "entry": entries})


def _add(entries: list[dict[str, Any]], update: Update, merge: str) -> None:
    last = entries[-1] if entries else None
    if merge == "entries" or last is None or last["id"] != update.waba_id or last.get("time") != update.time:
        last = {"id": update.waba_id, "changes": []}
        if update.time is not None:
            last["time"] = update.time
        entries.append(last)
    changes = last["changes"]
    if merge == "values" and changes and _joins(changes[-1], update):
        _join(changes[-1]["value"], update.value)
        return
    value = dict(update.value) if merge == "values" else update.value
    changes.append({"value": value, "field": update.field})


def _joins(change: dict[str, Any], update: Update) -> bool:
    return (
        change["field"] == update.field == "messages"
        and "metadata" in update.value
        and change["value"].get("metadata") == update.value["metadata"]
        and set(update.value) <= {"messaging_product", "metadata", "contacts", "messages", "statuses"}
        and set(change["value"]) <= {"messaging_product", "metadata", "contacts", "messages", "statuses"}
        and all(
            isinstance(value.get(key, []), list)
            for value in (update.value, change["value"])
            for key in _LISTS
        )
    )


def _join(value: dict[str, Any], more: dict[str, Any]) -> None:
    for key in _LISTS:
        if key in more:
            here = value.get(key, [])
            value[key] = here + [item for item in more[key] if key != "contacts" or item not in here]
