"""``message_history``: what was sent from a number, each status with what became of its webhook.

Shapes: Meta's specification v23, "Message History". Ids of entries are made from the messages' ids.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, page, pick_fields, text_of
from whatsapp_sandbox.graph.tokens import may_touch
from whatsapp_sandbox.model import ChatMessage

Json = dict[str, Any]
STATUSES = ("SENT", "DELIVERED", "READ", "PLAYED", "FAILED", "DELETED")


async def list_history(call: Call) -> Json:
    """``GET /{phone_number_id}/message_history?message_id=&fields=``: the newest first."""
    values, sandbox = await call.parameters(), call.sandbox
    wanted, fields = text_of(values, "message_id", 1_000), values.get("fields")
    mine = [m for m in sandbox.messages.values() if m.direction == "out" and m.number_id == call.object_id]
    if wanted:
        mine = [message for message in mine if message.id == wanted]
        if not mine:
            raise GraphError(100, "There is no such message in the history of this number.")
    items = [pick_fields(_entry(message), fields, ["message_id", "events"]) for message in reversed(mine)]
    return await page(call, items)


def _entry(message: ChatMessage) -> Json:
    return {"id": _id_of(message.id), "message_id": message.id, "events": {"data": list(_events(message))}}


def _events(message: ChatMessage) -> Iterator[Json]:
    """One per status; without an application when nobody was told."""
    for status, at in message.statuses:
        event = {
            "id": _id_of(f"{message.id} {status}"),
            "delivery_status": status.upper(),
            "timestamp": int(at),
            "error_description": message.error["title"] if status == "failed" and message.error else None,
        }
        event = {key: value for key, value in event.items() if value is not None}
        receipts = message.told.get(status, {})
        if not receipts:
            yield event
        for app_id, (state, address) in receipts.items():
            yield event | {
                "webhook_update_state": state,
                "application": {"id": app_id},
                "webhook_uri": address,
            }


async def list_events(call: Call) -> Json:
    """``GET /{history_id}/events?status_filter=``: each event as ``{"cursor", "node"}``."""
    message = next((m for m in call.sandbox.messages.values() if _id_of(m.id) == call.object_id), None)
    known = message is not None and may_touch(call.sandbox, call.token, message.number_id)
    if message is None or message.direction != "out" or not known:
        raise unknown_object(call.object_id, call.method)
    wanted = text_of(await call.parameters(), "status_filter", 20).upper()
    if wanted and wanted not in STATUSES:
        raise GraphError(100, f"Param status_filter must be one of {{{', '.join(STATUSES)}}}.")
    found = [event for event in _events(message) if wanted in ("", event["delivery_status"])]
    return await page(call, [_node(call, event, place) for place, event in enumerate(found, 1)])


def _node(call: Call, event: Json, place: int) -> Json:
    kept: Json = {key: event[key] for key in ("id", "delivery_status", "error_description") if key in event}
    kept |= {"occurrence_timestamp": event["timestamp"], "status_timestamp": event["timestamp"]}
    app = call.sandbox.apps.get(event.get("application", {}).get("id", ""))
    if app is not None:
        kept["application"] = {"id": app.id, "name": app.name}
    return {"cursor": base64.b64encode(str(place).encode()).decode(), "node": kept}


def _id_of(text: str) -> str:
    """Sixteen digits that are always the same for the same message."""
    return "3" + str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % 10**15).rjust(15, "0")
