"""Read receipts and typing indicators of the business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.errors import GraphError, invalid
from whatsapp_sandbox.graph.sending.checks import Json, need_choice, need_object, need_text

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

TYPING_SECONDS = 25.0
READABLE = 30 * 24 * 3600.0


def mark_read(sandbox: Sandbox, number: BusinessNumber, body: Json) -> Json:
    need_choice(body, "status", "", ("read",))
    message_id = need_text(body, "message_id", "", 512)
    message = sandbox.messages.get(message_id)
    if message is None or message.number_id != number.id or message.direction != "in":
        if sandbox.switches.recording.full:
            raise GraphError(100, f"Invalid parameter: message {message_id} was not received by this number.")
        return {"success": True}
    if sandbox.now() - message.at > READABLE:
        raise invalid("message_id", "is older than 30 days")
    typing = body.get("typing_indicator")
    if typing is not None:
        need_choice(need_object(body, "typing_indicator", ""), "type", "typing_indicator", ("text",))
    thread = sandbox.thread(number.id, message.customer_id)
    for other_id in thread.message_ids:
        other = sandbox.messages.get(other_id)
        if (
            other is not None
            and other.direction == "in"
            and other.at <= message.at
            and other.status != "read"
        ):
            other.status = "read"
    if typing is not None:
        thread.typing_until = sandbox.now() + TYPING_SECONDS
        sandbox.feed.add("typing", customer=message.customer_id, number=number.id)
    sandbox.counters["marked_read"] += 1
    sandbox.feed.add("read", customer=message.customer_id, number=number.id, message=message_id)
    return {"success": True}
