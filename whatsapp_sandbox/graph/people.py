"""Block list and QR short links of a number."""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.errors import GraphError, unknown_object
from whatsapp_sandbox.graph.call import Call, page, pick_fields, text_of
from whatsapp_sandbox.graph.numbers import number_of
from whatsapp_sandbox.identifiers import new_code
from whatsapp_sandbox.model import Customer
from whatsapp_sandbox.state import digits_of

Json = dict[str, Any]
QR_MOST = 2_000
PREFILLED_LONGEST = 140
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">{1}</svg>'


async def block(call: Call) -> Json:
    """Only people who wrote in the last 24 hours; results per person."""
    return await _change(call, adds=True)


async def unblock(call: Call) -> Json:
    return await _change(call, adds=False)


async def _change(call: Call, *, adds: bool) -> Json:
    values = await call.parameters()
    users = values.get("block_users")
    if not isinstance(users, list) or not users:
        raise GraphError(100, "The parameter block_users is required: a list of {user} or {user_id}.")
    done, failed = [], []
    for asked, address in [_asked(entry) for entry in users]:
        customer = call.sandbox.find_customer(address)
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
        raise GraphError(
            139100, "Failed to block some users, see the block_users response list", beside=answer
        )
    return answer


def _asked(entry: Any) -> tuple[str, str]:
    """What was given, and the address to look for. Raises GraphError 100."""
    user, user_id = (entry.get("user"), entry.get("user_id")) if isinstance(entry, dict) else (None, None)
    if isinstance(user, str) and user:
        return user, digits_of(user)
    if isinstance(user_id, str) and user_id:
        return user_id, user_id
    raise GraphError(
        100, "Each entry of block_users is an object with user (a phone number) or user_id, both strings."
    )


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
    data = [
        {"messaging_product": "whatsapp", "input": p.wa_id, "wa_id": p.wa_id, "user_id": p.user_id}
        for p in people
    ]
    return await page(call, data)


async def list_qr(call: Call) -> Json:
    """``GET …/message_qrdls[/{code}]?code=``: the newest first."""
    codes, fields = number_of(call).qr_codes, (await call.parameters()).get("fields")
    if call.rest:
        if call.rest not in codes:
            raise unknown_object(call.rest, call.method)
        return {"data": [_picked(_shown(call, call.rest), fields)]}
    wanted = text_of(await call.parameters(), "code", 100)
    newest = [code for code in reversed(codes) if wanted in ("", code)]
    return await page(call, [_picked(_shown(call, code), fields) for code in newest])


def _picked(shown: Json, fields: Any) -> Json:
    if isinstance(fields, str):  # qr_image_url.format(SVG) asks for a kind of picture
        fields = fields.replace(".format(SVG)", "").replace(".format(PNG)", "")
    return pick_fields({"qr_image_url": None} | shown, fields, list(shown))


async def save_qr(call: Call) -> Json:
    values = await call.parameters()
    text = values.get("prefilled_message")
    if not isinstance(text, str) or not 0 < len(text) <= PREFILLED_LONGEST:
        raise GraphError(100, f"prefilled_message must have between 1 and {PREFILLED_LONGEST} characters.")
    codes, code = number_of(call).qr_codes, call.rest or text_of(values, "code", 100) or None
    if code is not None and code not in codes:
        raise unknown_object(code, call.method)
    if code is None and len(codes) >= QR_MOST:
        raise GraphError(100, f"A number has at most {QR_MOST} QR codes.")
    form = text_of(values, "generate_qr_image", 10).upper()
    if form not in ("", "SVG", "PNG"):
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
