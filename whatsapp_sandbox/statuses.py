"""What becomes of an accepted message: sent, delivered, read, played or failed, each in its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.errors import status_error
from whatsapp_sandbox.model import ChatMessage
from whatsapp_sandbox.pricing import conversation_of, pricing_of
from whatsapp_sandbox.webhooks.values import status_update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

RANK = {"accepted": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4, "played": 5}


def plan(sandbox: Sandbox, message: ChatMessage) -> None:
    switches = sandbox.switches.statuses
    if not switches.on:
        _arrive_quietly(sandbox, message)
        return
    sandbox.in_flight[message.id] = message
    sent = sandbox.delay(switches.sent_delay)
    if message.type == "reaction":
        sandbox.scheduler.after(sent, set_status, sandbox, message, "sent")
        return
    if switches.shuffle:
        _plan_shuffled(sandbox, message)
        return
    sandbox.scheduler.after(sent, set_status, sandbox, message, "sent")
    delay = sent + sandbox.delay(switches.delivered_delay)
    if sandbox.chance(switches.failed_after_sent_percent):
        sandbox.scheduler.after(delay, fail, sandbox, message, switches.failed_code)
    else:
        sandbox.scheduler.after(delay, arrive, sandbox, message)


def _plan_shuffled(sandbox: Sandbox, message: ChatMessage) -> None:
    switches = sandbox.switches.statuses
    names = ["sent", "delivered", "read"] if switches.read else ["sent", "delivered"]
    sandbox.random.shuffle(names)
    for place, name in enumerate(names):
        wait = sandbox.delay(switches.sent_delay) + place * 0.005
        sandbox.scheduler.after(wait, set_status, sandbox, message, name)


def _arrive_quietly(sandbox: Sandbox, message: ChatMessage) -> None:
    """Statuses are off: the phone has it, nobody is told."""
    message.status = "delivered"
    sandbox.counters["delivered"] += 1
    sandbox.feed.add("message", customer=message.customer_id, number=message.number_id, message=message.id)


def arrive(sandbox: Sandbox, message: ChatMessage) -> None:
    customer = sandbox.customers.get(message.customer_id)
    if customer is None or message.status in ("failed", "delivered", "read", "played"):
        return
    if not customer.online:
        return  # come_online delivers it
    switches = sandbox.switches.statuses
    skip = sandbox.chance(switches.missing_delivered_percent)
    set_status(sandbox, message, "delivered", told=not skip)
    if customer.reads and switches.read:
        sandbox.scheduler.after(sandbox.delay(switches.read_delay), read, sandbox, message)


def read(sandbox: Sandbox, message: ChatMessage) -> None:
    customer = sandbox.customers.get(message.customer_id)
    if (
        customer is None
        or not customer.online
        or RANK[message.status] >= RANK["read"]
        or message.status == "failed"
    ):
        return
    set_status(sandbox, message, "read")
    body = message.body if isinstance(message.body, dict) else {}
    if message.type == "audio" and body.get("voice"):
        wait = sandbox.delay(sandbox.switches.statuses.read_delay)
        sandbox.scheduler.after(wait, set_status, sandbox, message, "played")


def come_online(sandbox: Sandbox, customer_id: str) -> None:
    for message in [m for m in sandbox.in_flight.values() if m.customer_id == customer_id]:
        if message.status == "sent":
            arrive(sandbox, message)


def fail(sandbox: Sandbox, message: ChatMessage, code: int, details: str = "") -> None:
    message.error = status_error(code, details)
    sandbox.counters[f"failed_{code}"] += 1
    set_status(sandbox, message, "failed")


def set_status(sandbox: Sandbox, message: ChatMessage, status: str, *, told: bool = True) -> None:
    now = sandbox.now()
    message.statuses.append((status, now))
    if RANK[status] > RANK[message.status] or status == "failed":
        message.status = status
    sandbox.counters[status] += 1
    if told:
        _post(sandbox, message, status, now)
        if sandbox.chance(sandbox.switches.statuses.duplicate_percent):
            _post(sandbox, message, status, now)
    if _is_final(sandbox, message, status):
        sandbox.in_flight.pop(message.id, None)
    sandbox.feed.add("status", customer=message.customer_id, number=message.number_id, message=message.id)


def _is_final(sandbox: Sandbox, message: ChatMessage, status: str) -> bool:
    if status in ("failed", "played") or len(message.statuses) >= 3 or message.type == "reaction":
        return True
    return status == "delivered" and not _will_read(sandbox, message)


def _will_read(sandbox: Sandbox, message: ChatMessage) -> bool:
    customer = sandbox.customers.get(message.customer_id)
    return sandbox.switches.statuses.read and customer is not None and customer.reads


def _post(sandbox: Sandbox, message: ChatMessage, status: str, now: float) -> None:
    customer = sandbox.customers.get(message.customer_id)
    if customer is None:
        return
    thread = sandbox.thread(message.number_id, customer.id)
    body: dict[str, Any] = {"status": status, "timestamp": str(int(now))}
    conversation = conversation_of(thread, now, status=status)
    if conversation and status != "failed":
        body["conversation"] = conversation
    if status != "failed" and not message.priced and _prices_now(sandbox, status):
        message.priced = True
        message.pricing = pricing_of(message, sandbox.numbers[message.number_id], thread, now)
        body["pricing"] = message.pricing
    if status == "failed":
        body["errors"] = [message.error]
    if message.callback_data is not None:
        body["biz_opaque_callback_data"] = message.callback_data
    update = status_update(sandbox, customer, message, body, thread)
    if sandbox.switches.recording.full:
        update.receipts = message.told.setdefault(status, {})
    sandbox.outbox.add(update)


def _prices_now(sandbox: Sandbox, status: str) -> bool:
    place = sandbox.switches.statuses.pricing_on
    if place == "either":
        return status != "sent" or sandbox.random.random() < 0.5
    return place == status
