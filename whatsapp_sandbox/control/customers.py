"""``/control/customers``: the people, what they do and what their phones received."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Any

from aiohttp import web

from whatsapp_sandbox import flow_visits, inbound, settings, statuses, windows
from whatsapp_sandbox.control.api import Refused, body_of, reply, sandbox_of, text_of
from whatsapp_sandbox.control.views import CUSTOMER_FIELDS, customer_view, message_view
from whatsapp_sandbox.graph import calls, payments
from whatsapp_sandbox.identifiers import new_user_id
from whatsapp_sandbox.model import ChatMessage, Customer
from whatsapp_sandbox.state import Sandbox, country_of, digits_of

SETTABLE = frozenset(CUSTOMER_FIELDS) - {"id", "wa_id", "user_id", "phone", "identity", "previous_user_ids"}
BURST_MOST = 100_000
PEOPLE_MOST = 10_000_000
COUNT_LARGEST = 1_000_000_000
CODE_LARGEST = 10_000_000
TEXT_LONGEST = 10_000
IDENTITIES = ("none", "visible", "hidden")


def customer_of(request: web.Request) -> Customer:
    sandbox = sandbox_of(request)
    key = request.match_info["customer"]
    customer = (
        sandbox.customers.get(key) or sandbox.find_customer(key) or sandbox.find_customer(digits_of(key))
    )
    if customer is None:
        raise Refused(404, f"there is no customer {key}; GET /control/customers lists them")
    return customer


def number_of(sandbox: Sandbox, body: dict[str, Any], customer: Customer | None = None) -> str:
    number_id = text_of(body, "number")
    body.pop("number", None)
    if not number_id and customer is not None:
        threads = inbound.threads_of(sandbox, customer)
        number_id = max(threads, key=lambda t: max(t.last_at, t.last_inbound_at)).number_id if threads else ""
    number_id = number_id or sandbox.account.numbers[0].id
    if number_id not in sandbox.numbers:
        raise Refused(400, f"there is no number {number_id}; there are {', '.join(sandbox.numbers)}")
    return number_id


async def list_customers(request: web.Request) -> web.Response:
    sandbox = sandbox_of(request)
    everyone = request.query.get("all") == "1"
    found = [customer for customer in sandbox.customers.values() if customer.known or everyone]
    return reply({"items": [customer_view(sandbox, customer) for customer in found]})


async def create_customer(request: web.Request) -> web.Response:
    """``{"name", "phone", "language"?, "identity"?, "id"?, "wa_id"?, "user_id"?, …}``."""
    sandbox, body = sandbox_of(request), await body_of(request)
    digits = digits_of(text_of(body, "phone"))
    known = {f.name for f in fields(Customer)}
    if not 7 <= len(digits) <= 15 or set(body) - known:
        raise Refused(
            400, f"phone must be an international number; the other keys are {', '.join(sorted(known))}"
        )
    made = {
        "id": f"c{digits}",
        "name": f"+{digits}",
        "wa_id": digits,
        "user_id": new_user_id(country_of(digits)),
    } | body
    _check_customer(made)
    customer = Customer(**made | {"phone": f"+{digits}"})
    if customer.id in sandbox.customers:
        raise Refused(409, f"there is already a customer {customer.id}")
    sandbox.add_customer(customer)
    if customer.identity == "hidden":
        inbound.set_identity(sandbox, customer, "hidden", customer.username)
    return reply(customer_view(sandbox, customer), 201)


def _check_customer(values: dict[str, Any]) -> None:
    settings.check_values(Customer, values)
    for key, value in values.items():
        if isinstance(value, str) and len(value) > TEXT_LONGEST:
            raise Refused(400, f"{key} must be at most {TEXT_LONGEST} characters")
    if values.get("identity", "none") not in IDENTITIES:
        raise Refused(400, f"identity must be one of {', '.join(IDENTITIES)}")
    code = values.get("refuse_code")
    if code is not None and not 0 <= code <= CODE_LARGEST:
        raise Refused(400, f"refuse_code must be between 0 and {CODE_LARGEST}")
    if not values.get("id", "x"):
        raise Refused(400, "id must not be empty")


async def get_customer(request: web.Request) -> web.Response:
    return reply(customer_view(sandbox_of(request), customer_of(request)))


async def change_customer(request: web.Request) -> web.Response:
    """Set any of name, language, online, reads, on_whatsapp, refuse_code, marketing_stopped, identity, username …"""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    _check_customer({key: value for key, value in body.items() if key in (*SETTABLE, "identity")})
    identity = body.pop("identity", None)
    unknown = set(body) - SETTABLE
    if unknown:
        raise Refused(
            400, f"cannot set {', '.join(sorted(unknown))}; can set identity, {', '.join(sorted(SETTABLE))}"
        )
    was_online = customer.online
    for name, value in body.items():
        setattr(customer, name, value)
    if identity is not None:
        inbound.set_identity(sandbox, customer, identity, body.get("username"))
    sandbox.index_customer(customer)
    if customer.online and not was_online:
        statuses.come_online(sandbox, customer.id)
    sandbox.feed.add("customer", customer=customer.id)
    return reply(customer_view(sandbox, customer))


async def write(request: web.Request) -> web.Response:
    """``POST …/messages``: the customer sends (see inbound.write for the body); ``count`` repeats it."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    number_id, count = (
        number_of(sandbox, body, customer),
        settings.whole_of(body, "count", 1, 1, COUNT_LARGEST),
    )
    body.pop("count", None)
    if not customer.online:
        raise Refused(409, f"{customer.id} is offline; PATCH online true first")
    message = inbound.write(sandbox, customer, number_id, body)
    for _ in range(min(count, BURST_MOST) - 1):
        inbound.write(sandbox, customer, number_id, body)
    return reply(message_view(sandbox, message), 201)


async def list_messages(request: web.Request) -> web.Response:
    """``?number=&direction=out|in&limit=``: oldest first. ``direction=out`` is what the phone received."""
    sandbox, customer, query = sandbox_of(request), customer_of(request), request.query
    threads = [
        thread
        for thread in inbound.threads_of(sandbox, customer)
        if query.get("number") in (None, thread.number_id)
    ]
    found = [
        sandbox.messages[key] for thread in threads for key in thread.message_ids if key in sandbox.messages
    ]
    found = [message for message in found if query.get("direction") in (None, message.direction)]
    found.sort(key=lambda message: message.at)
    chosen = found[-settings.whole_of(dict(query), "limit", 1_000, 1, COUNT_LARGEST) :]
    return reply({"items": [message_view(sandbox, message) for message in chosen], "total": len(found)})


async def read_all(request: web.Request) -> web.Response:
    """``POST …/read {number?, message?}``: the customer looks at the chat."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    number_id = number_of(sandbox, body, customer)
    thread = sandbox.thread(number_id, customer.id)
    wanted = body.get("message")
    messages = [sandbox.messages[key] for key in list(thread.message_ids) if key in sandbox.messages]
    chosen = [m for m in messages if m.direction == "out" and wanted in (None, m.id)]
    for message in chosen:
        if message.status == "delivered":
            statuses.set_status(sandbox, message, "read")
    return reply({"read": [message.id for message in chosen if message.status == "read"]})


async def change_number(request: web.Request) -> web.Response:
    """``POST …/number {phone?}``: a new number (made up in the same country when none is given)."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    phone = text_of(body, "phone") or _next_number(sandbox, customer.phone)
    if sandbox.find_customer(digits_of(phone)) is not None:
        raise Refused(409, f"{phone} belongs to somebody else")
    inbound.change_number(sandbox, customer, phone)
    return reply(customer_view(sandbox, customer))


def _next_number(sandbox: Sandbox, phone: str) -> str:
    """Within the last two digits, which stays in the reserved range."""
    digits = digits_of(phone)
    for step in range(1, 100):
        candidate = f"{digits[:-2]}{(int(digits[-2:]) + step) % 100:02d}"
        if sandbox.find_customer(candidate) is None:
            return f"+{candidate}"
    raise Refused(409, "no free number near this one; name one in phone")


async def share_number(request: web.Request) -> web.Response:
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    message = inbound.share_number(sandbox, customer, number_of(sandbox, body, customer))
    return reply(message_view(sandbox, message), 201)


async def set_marketing(request: web.Request) -> web.Response:
    """``POST …/marketing {"value": "stop"|"resume"}``."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    value = body.get("value")
    if value not in ("stop", "resume"):
        raise Refused(400, "value must be stop or resume")
    inbound.prefer_marketing(sandbox, customer, number_of(sandbox, body, customer), str(value))
    return reply(customer_view(sandbox, customer))


async def set_window(request: web.Request) -> web.Response:
    """``POST …/window {"open": bool, number?}``: open or close the window without a message."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    is_open = settings.flag_of(body, "open", default=True)
    thread = sandbox.thread(number_of(sandbox, body, customer), customer.id)
    if is_open:
        windows.open_window(thread, sandbox.now())
    else:
        windows.close_window(thread)
    return reply(customer_view(sandbox, customer))


async def call_business(request: web.Request) -> web.Response:
    """``POST …/calls {number?, permit?, seconds?}``: ring; with ``seconds`` also hang up."""
    sandbox, customer, body = sandbox_of(request), customer_of(request), await body_of(request)
    number_id = number_of(sandbox, body, customer)
    seconds = settings.whole_of(body, "seconds", 0, 0, COUNT_LARGEST)
    if settings.flag_of(body, "permit", default=False):
        sandbox.thread(number_id, customer.id).call_permission_until = sandbox.now() + 7 * 24 * 3600
    call_id = calls.ring(sandbox, number_id, customer)
    if "seconds" in body:
        calls.end_call(sandbox, call_id, duration=seconds)
    return reply({"id": call_id}, 201)


def message_of(request: web.Request) -> ChatMessage:
    message = sandbox_of(request).messages.get(request.match_info["message"])
    if message is None:
        raise Refused(404, "there is no message with this id (it may have left the recording)")
    return message


async def get_message(request: web.Request) -> web.Response:
    return reply(message_view(sandbox_of(request), message_of(request)))


async def tap(request: web.Request) -> web.Response:
    """``POST /control/messages/{id}/tap {"choice": id, payload or title}``."""
    body = await body_of(request)
    answer = inbound.tap(sandbox_of(request), message_of(request), text_of(body, "choice"))
    return reply(message_view(sandbox_of(request), answer), 201)


async def visit_flow(request: web.Request) -> web.Response:
    """``POST /control/messages/{id}/flow {"do": open|exchange|back|complete|ping, "screen"?, "data"?}``."""
    body, data = await body_of(request), {}
    if body.get("data") is not None:
        data = body["data"]
    if not isinstance(data, dict):
        raise Refused(400, "data must be an object")
    name, screen = text_of(body, "do"), text_of(body, "screen")
    return reply(await flow_visits.step(sandbox_of(request), message_of(request), name, screen, data))


async def pay(request: web.Request) -> web.Response:
    """``POST /control/messages/{id}/pay {"outcome"?: success|failed|pending}``."""
    outcome = text_of(await body_of(request), "outcome", "success")
    return reply(payments.pay(sandbox_of(request), message_of(request), outcome))


async def set_status(request: web.Request) -> web.Response:
    """``POST /control/messages/{id}/status {"status", "code"?}``: force sent, delivered, read, played or failed."""
    sandbox, message, body = sandbox_of(request), message_of(request), await body_of(request)
    status = body.get("status")
    if status == "failed":
        statuses.fail(sandbox, message, settings.whole_of(body, "code", 131026, 0, CODE_LARGEST))
    elif status in ("sent", "delivered", "read", "played"):
        statuses.set_status(sandbox, message, str(status))
    else:
        raise Refused(400, "status must be sent, delivered, read, played or failed")
    return reply(message_view(sandbox, message))


async def burst(request: web.Request) -> web.Response:
    """``POST /control/burst {count, people?, number?, per_second?, text?}``: inbound load from made-up people."""
    sandbox, body = sandbox_of(request), await body_of(request)
    number_id = number_of(sandbox, body)
    count = min(settings.whole_of(body, "count", 100, 0, COUNT_LARGEST), BURST_MOST)
    people = settings.whole_of(body, "people", 50, 1, PEOPLE_MOST)
    rate = settings.number_of(body, "per_second", 0, 0, COUNT_LARGEST)
    text = text_of(body, "text", "Load message")
    ids = []
    for index in range(count):
        digits = f"1555{index % people:07d}"
        customer = sandbox.find_customer(digits) or sandbox.make_stranger(digits)
        spec = {"type": "text", "text": f"{text} {index}"}
        ids.append(inbound.write(sandbox, customer, number_id, spec).id)
        if rate and index % 10 == 9:
            await asyncio.sleep(10 / rate)
    return reply({"count": count, "ids": ids if count <= 10_000 else []}, 201)
