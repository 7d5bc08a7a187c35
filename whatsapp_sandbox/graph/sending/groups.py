"""Messages to a group: text, media, templates and pins; statuses come aggregated per group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.graph.sending import kinds
from whatsapp_sandbox.graph.sending.checks import Json
from whatsapp_sandbox.graph.sending.template_message import fill_template, find_template
from whatsapp_sandbox.identifiers import new_message_id
from whatsapp_sandbox.model import ChatMessage, Customer, Group
from whatsapp_sandbox.pricing import pricing_of
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import addresses, contact_of, envelope

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

PINS_MOST = 3
_REFUSED = ("interactive", "location", "contacts", "reaction")


def send_to_group(sandbox: Sandbox, number: BusinessNumber, body: Json, kind: str) -> Json:
    to = body.get("to")
    group = sandbox.groups.get(to) if isinstance(to, str) else None
    if group is None or group.deleted or group.number_id != number.id:
        raise GraphError(131041, "The group is unknown to this business number.")
    if group.suspended:
        raise GraphError(131201, "The group is suspended.", status=403)
    content = body.get(kind)
    if kind == "interactive" or not isinstance(content, dict):
        raise GraphError(131051, f"{kind} messages cannot be sent to groups.")
    shown, category = _check(sandbox, number, group, kind, content)
    message = ChatMessage(
        id=new_message_id(),
        number_id=number.id,
        customer_id="",
        group_id=group.id,
        direction="out",
        type=kind,
        body=content,
        at=sandbox.now(),
        callback_data=body.get("biz_opaque_callback_data"),
        category=category,
        template=shown,
    )
    sandbox.counters["accepted"] += 1
    sandbox.keep(message)
    _plan(sandbox, group, message)
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": group.id, "wa_id": group.id}],
        "messages": [{"id": message.id, "group_id": group.id}],
    }


def _check(
    sandbox: Sandbox, number: BusinessNumber, group: Group, kind: str, content: Json
) -> tuple[Json | None, str]:
    if kind == "text":
        kinds.check_plain_text(content)
    elif kind in kinds.MEDIA_TYPES:
        kinds.check_media(sandbox, kind, content)
    elif kind == "pin":
        _pin(group, content)
    elif kind == "template":
        template = find_template(sandbox, number.waba_id, content)
        if template.category == "AUTHENTICATION":
            raise GraphError(131051, "Authentication templates cannot be sent to groups.")
        return fill_template(sandbox, template, content), template.category.lower()
    elif kind in _REFUSED:
        raise GraphError(131051, f"{kind} messages cannot be sent to groups.")
    return None, "service"


def _pin(group: Group, content: Json) -> None:
    kinds.check_pin(content)
    message_id = str(content["message_id"])
    if content["type"] == "unpin":
        group.pins = [pin for pin in group.pins if pin != message_id]
    elif len(group.pins) >= PINS_MOST:
        raise GraphError(131201, f"A group has at most {PINS_MOST} pinned messages.")
    else:
        group.pins.append(message_id)


def _plan(sandbox: Sandbox, group: Group, message: ChatMessage) -> None:
    switches = sandbox.switches.statuses
    if not switches.on:
        return
    wait = 0.0
    steps = [
        ("sent", switches.sent_delay),
        ("delivered", switches.delivered_delay),
        ("read", switches.read_delay),
    ]
    for status, bounds in steps:
        wait += sandbox.delay(bounds)
        sandbox.scheduler.after(wait, _post, sandbox, group, message, status)


def _post(sandbox: Sandbox, group: Group, message: ChatMessage, status: str) -> None:
    now = sandbox.now()
    message.status = status
    message.statuses.append((status, now))
    people = [sandbox.customers[person] for person in group.participants if person in sandbox.customers]
    reached = [person for person in people if person.online or status == "sent"]
    if not reached:
        return
    number = sandbox.numbers[message.number_id]
    value = envelope(number)
    value["contacts"] = [_contact(sandbox, message, person) for person in reached]
    value["statuses"] = [_status(sandbox, group, message, person, status) for person in reached]
    sandbox.outbox.add(Update(number.waba_id, "messages", value, number.id))
    sandbox.feed.add("status", group=group.id, number=number.id, message=message.id)


def _contact(sandbox: Sandbox, message: ChatMessage, person: Customer) -> Json:
    thread = sandbox.thread(message.number_id, person.id)
    return contact_of(person, shows_phone=windows.shows_phone(person, thread, sandbox.now()))


def _status(sandbox: Sandbox, group: Group, message: ChatMessage, person: Customer, status: str) -> Json:
    now = sandbox.now()
    thread = sandbox.thread(message.number_id, person.id)
    shows = windows.shows_phone(person, thread, now)
    message.receipts[person.id] = status
    body: dict[str, Any] = {
        "id": message.id,
        "status": status,
        "timestamp": str(int(now)),
        "recipient_id": group.id,
        "recipient_type": "group",
    }
    body |= addresses(
        person, shows_phone=shows, phone_key="recipient_participant_id", prefix="recipient_participant_"
    )
    if status == "delivered":
        body["pricing"] = pricing_of(message, sandbox.numbers[message.number_id], thread, now)
    if message.callback_data is not None:
        body["biz_opaque_callback_data"] = message.callback_data
    return body
