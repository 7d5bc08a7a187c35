"""Webhook bodies written for these tests, and the larger set of fixtures when it is on the machine."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regulars.channels.whatsapp.payloads import count_updates, parse_body
from regulars.inboxes.ports import ContactRef, Identity

FIXTURES = Path(__file__).resolve().parents[5] / "shared" / "fixtures" / "whatsapp"

NUMBER = "100000000000201"
ACCOUNT = "100000000000101"
RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT_AT = datetime(2026, 11, 18, 16, 40, tzinfo=UTC)
TIMESTAMP = str(int(SENT_AT.timestamp()))
METADATA = {"display_phone_number": "12025550142", "phone_number_id": NUMBER}
ANNA = {
    "profile": {"name": "Anna", "username": "anna"},
    "wa_id": "12025550103",
    "user_id": "DE.90000000000000000103",
}

PHONE = Identity("phone", "+12025550103")
BSUID = Identity("bsuid", "DE.90000000000000000103")
ANNA_REF = ContactRef(identities=(BSUID, PHONE), name="Anna", username="anna", provider_address="12025550103")


def fixture_files() -> list[Path]:
    """The fixture bodies; skips the test when they are not on this machine."""
    if not FIXTURES.is_dir():
        pytest.skip("The shared webhook fixtures are not on this machine (../shared/fixtures/whatsapp).")
    return sorted(FIXTURES.glob("*.json"))


def body(*values: dict[str, Any], field: str = "messages", time: int | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": ACCOUNT, "changes": [{"field": field, "value": value} for value in values]}
    if time is not None:
        entry["time"] = time
    return {"object": "whatsapp_business_account", "entry": [entry]}


def value(**lists: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": METADATA, **lists}


def message(kind: str, content: Any = None, **rest: Any) -> dict[str, Any]:
    item = {
        "from": ANNA["wa_id"],
        "from_user_id": ANNA["user_id"],
        "id": "wamid.TEST1",
        "timestamp": TIMESTAMP,
        "type": kind,
        **rest,
    }
    return item if content is None else {**item, kind: content}


def from_anna(*items: dict[str, Any], **lists: Any) -> dict[str, Any]:
    return body(value(contacts=[ANNA], messages=list(items), **lists))


def status(word: str, **rest: Any) -> dict[str, Any]:
    base = {"id": "wamid.OURS", "status": word, "timestamp": TIMESTAMP, "recipient_id": ANNA["wa_id"]}
    return {**base, **rest}


def seeds() -> list[Any]:
    """Bodies to mutate: the fixtures when present, and one of every shape written here."""
    found = [json.loads(path.read_bytes()) for path in sorted(FIXTURES.glob("*.json"))]
    return found + [copy.deepcopy(one) for one in OWN]


OWN: list[Any] = [
    from_anna(message("text", {"body": "hello"}), message("image", {"id": 5, "sha256": "00" * 32})),
    body(value(statuses=[status("read"), status("failed", errors=[{"code": 131047}])])),
    body(
        value(
            history=[
                {
                    "metadata": {"phase": 1, "progress": 50},
                    "threads": [
                        {"id": "12025550103", "messages": [message("text", {"body": "old"})]},
                        {"id": "12025550104", "messages": [{"type": "media_placeholder"}]},
                    ],
                },
                {"errors": [{"code": 2593109}]},
            ]
        ),
        field="history",
    ),
    body(
        value(standby={"contacts": [ANNA], "messages": [message("text", {"body": "x"})], "statuses": [{}]}),
        field="standby",
    ),
    body(value(calls=[{"id": "wacid.1", "direction": "USER_INITIATED", "event": "connect"}]), field="calls"),
    body({"event": "APPROVED", "message_template_id": 7}, field="message_template_status_update", time=1),
    body(value(user_preferences=[{"wa_id": "12025550103", "value": "resume"}]), field="user_preferences"),
    body(value(errors=[{"code": 130429}]), {"anything": [1, {"k": None}]}),
]


def parse(tree: Any) -> list[Any]:
    updates = parse_body(tree, RECEIVED_AT)
    assert sum(count_updates(tree).values()) == len(updates)
    return updates


def only(tree: Any) -> Any:
    (update,) = parse(tree)
    return update


def identities(update: Any) -> list[str]:
    return [identity.value for identity in update.contact.identities]
