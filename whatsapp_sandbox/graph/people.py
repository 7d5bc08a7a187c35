"""Block list and QR short links of a number."""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, page
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.model import Customer
from whatsapp_sandbox.state import digits_of

Json = dict[str, Any]
QR_MOST = 2_000
PREFILLED_LONGEST = 140
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">{1}</svg>'


async def block(call: Call) -> Json:
    """``POST …/block_users``: only people who wrote in the last 24 hours; results per person."""
    return await _change(call, adds=True)


async def unblock(call: Call) -> Json:
    return await _change(call, adds=False)


async def _change(call: Call, *, adds: bool) -> Json:
    values = await call.parameters()
    users = values.get("block_users")
    if not isinstance(users, list) or not users:
        raise GraphError(100, "The parameter block_users is required: a list of {user} or {user_id}.")
    done, failed = [], []
    for entry in users:
        asked = str(entry.get("user") or entry.get("user_id") or "")
        customer = call.sandbox.find_customer(digits_of(asked) if entry.get("user") else asked)
        problem = _problem(call, customer) if adds else None
        if customer is None or problem:
            details = {"code": 139100, "message": "Failed to block user", "error_data": {"details": problem}}
            failed.append({"input": asked, "wa_id": digits_of(asked), "errors": [details]})
            continue
        blocked = number_of(call).blocked
        if adds and customer.id not in blocked:
            blocked.append(customer.id)
        elif not adds and customer.id in blocked:
            blocked.remove(customer.id)
        done.append({"input": asked, "wa_id": customer.wa_id, "user_id": customer.user_id})
    key = "added_users" if adds else "removed_users"
    answer: Json = {"messaging_product": "whatsapp", "block_users": {key: done}}
    if failed:
        answer["block_users"]["failed_users"] = failed
        answer["errors"] = GraphError(139103, "Some users could not be changed; see failed_users.").body()[
            "error"
        ]
    return answer


def _problem(call: Call, customer: Customer | None) -> str | None:
    if customer is None:
        return "The user is unknown."
    thread = call.sandbox.thread(call.object_id, customer.id)
    if not windows.is_open(thread, call.sandbox.now()):
        return "Only users who wrote in the last 24 hours can be blocked."
    return None


async def list_blocked(call: Call) -> Json:
    people = [
        call.sandbox.customers[person]
        for person in number_of(call).blocked
        if person in call.sandbox.customers
    ]
    data = [{"messaging_product": "whatsapp", "wa_id": p.wa_id, "user_id": p.user_id} for p in people]
    return page(data, await call.parameters())


async def list_qr(call: Call) -> Json:
    codes = number_of(call).qr_codes
    if call.rest:
        if call.rest not in codes:
            raise unknown_object(call.rest, call.method)
        return {"data": [_shown(call, call.rest)]}
    return page([_shown(call, code) for code in codes], await call.parameters())


async def save_qr(call: Call) -> Json:
    """Create, or change the text of ``code``."""
    values = await call.parameters()
    text = values.get("prefilled_message")
    if not isinstance(text, str) or not 0 < len(text) <= PREFILLED_LONGEST:
        raise GraphError(100, f"prefilled_message must have between 1 and {PREFILLED_LONGEST} characters.")
    codes, code = number_of(call).qr_codes, values.get("code")
    if code is not None and code not in codes:
        raise unknown_object(str(code), call.method)
    if code is None and len(codes) >= QR_MOST:
        raise GraphError(100, f"A number has at most {QR_MOST} QR codes.")
    form = values.get("generate_qr_image")
    if form not in (None, "SVG", "PNG"):
        raise GraphError(100, "generate_qr_image must be one of {SVG, PNG}.")
    code = code or new_code()
    codes[code] = {"prefilled_message": text, "format": form or codes.get(code, {}).get("format", "")}
    return _shown(call, code)


async def delete_qr(call: Call) -> Json:
    if number_of(call).qr_codes.pop(call.rest, None) is None:
        raise unknown_object(call.rest, call.method)
    return {"success": True}


def _shown(call: Call, code: str) -> Json:
    entry = number_of(call).qr_codes[code]
    shown = {
        "code": code,
        "prefilled_message": entry["prefilled_message"],
        "deep_link_url": f"https://wa.me/message/{code}",
    }
    if entry["format"]:
        shown["qr_image_url"] = f"{call.sandbox.base_url}/qr/{code}"
    return shown
