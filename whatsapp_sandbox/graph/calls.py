"""Calling, as far as webhooks and windows need it: no sound is carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.call import Call, text_of
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.graph.sending.recipients import find_recipient
from whatsapp_sandbox.identifiers import new_call_id
from whatsapp_sandbox.model import Customer
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import addresses, contact_of, envelope

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
ACTIONS = ("connect", "pre_accept", "accept", "reject", "terminate")
_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


async def post_calls(call: Call) -> Json:
    """A new call needs the person's permission (138006)."""
    values = await call.parameters()
    action = values.get("action")
    if action not in ACTIONS:
        raise GraphError(100, f"Param action must be one of {{{', '.join(ACTIONS)}}}.")
    if action == "connect":
        return _connect(call, values)
    entry = call.sandbox.calls.get(text_of(values, "call_id", 512))
    if entry is None or entry["number"] != call.object_id:
        raise GraphError(100, "Param call_id is not a call of this number.")
    if action == "accept":
        entry["accepted"] = True
    if action in ("reject", "terminate"):
        status = "REJECTED" if action == "reject" else "COMPLETED"
        end_call(call.sandbox, str(values["call_id"]), status)
    return {"messaging_product": "whatsapp", "success": True}


def _connect(call: Call, values: Json) -> Json:
    sandbox, number = call.sandbox, number_of(call)
    customer, _ = find_recipient(sandbox, number, values, None)
    thread = sandbox.thread(number.id, customer.id)
    if number.settings.get("calling", {}).get("status") == "DISABLED":
        raise GraphError(138000, "Calling was disabled in the settings of this number.")
    if thread.call_permission_until <= sandbox.now():
        raise GraphError(138006, "The user has not permitted calls from this number.")
    call_id = new_call_id()
    sandbox.calls[call_id] = {"number": number.id, "customer": customer.id, "direction": "BUSINESS_INITIATED"}
    windows.open_window(thread, sandbox.now())
    post_call(sandbox, call_id, "connect", session={"sdp_type": "answer", "sdp": _SDP})
    return {"messaging_product": "whatsapp", "calls": [{"id": call_id}]}


async def get_permission(call: Call) -> Json:
    values = await call.parameters()
    asked = {"to": values.get("user_wa_id"), "recipient": values.get("recipient")}
    customer, _ = find_recipient(call.sandbox, number_of(call), asked, None)
    until = call.sandbox.thread(call.object_id, customer.id).call_permission_until
    granted = until > call.sandbox.now()
    permission: Json = {"status": "temporary" if granted else "no_permission"}
    if granted:
        permission["expiration_time"] = int(until)
    limits = [{"time_period": "PT24H", "max_allowed": 1, "current_usage": 0}]
    action = {
        "action_name": "send_call_permission_request",
        "can_perform_action": not granted,
        "limits": limits,
    }
    return {"messaging_product": "whatsapp", "permission": permission, "actions": [action]}


def ring(sandbox: Sandbox, number_id: str, customer: Customer) -> str:
    call_id = new_call_id()
    sandbox.calls[call_id] = {"number": number_id, "customer": customer.id, "direction": "USER_INITIATED"}
    customer.has_written = True
    windows.open_window(sandbox.thread(number_id, customer.id), sandbox.now())
    post_call(sandbox, call_id, "connect", session={"sdp_type": "offer", "sdp": _SDP})
    return call_id


def end_call(sandbox: Sandbox, call_id: str, status: str = "COMPLETED", duration: int = 0) -> None:
    post_call(sandbox, call_id, "terminate", status=status, duration=duration)
    sandbox.calls.pop(call_id, None)


def post_call(sandbox: Sandbox, call_id: str, event: str, **about: Any) -> None:
    entry = sandbox.calls[call_id]
    number, customer = sandbox.numbers[entry["number"]], sandbox.customers[entry["customer"]]
    shows = windows.shows_phone(customer, sandbox.thread(number.id, customer.id), sandbox.now())
    inbound = entry["direction"] == "USER_INITIATED"
    keys = ("from", "from_") if inbound else ("to", "to_")
    ids = addresses(customer, shows_phone=shows, phone_key=keys[0], prefix=keys[1])
    ids["to" if inbound else "from"] = number.digits
    head = {
        "id": call_id,
        "event": event,
        "timestamp": str(int(sandbox.now())),
        "direction": entry["direction"],
    }
    value = envelope(number)
    value["contacts"] = [contact_of(customer, shows_phone=shows)]
    value["calls"] = [head | ids | about]
    sandbox.outbox.add(Update(number.waba_id, "calls", value, number.id))
    sandbox.feed.add("call", customer=customer.id, number=number.id, call=call_id, event=event)
