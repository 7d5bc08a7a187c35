"""What customers do: write in every kind, tap, react, edit, delete, call, change or hide their number."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import orjson

from whatsapp_sandbox import media_store, windows
from whatsapp_sandbox.identifiers import new_message_id, new_user_id
from whatsapp_sandbox.model import ChatMessage, Customer, Thread
from whatsapp_sandbox.pictures import AD_PICTURES, sample
from whatsapp_sandbox.settings import SettingError, whole_of
from whatsapp_sandbox.state import country_of, digits_of
from whatsapp_sandbox.webhooks.envelope import Update
from whatsapp_sandbox.webhooks.values import contact_of, envelope, message_update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
LATEST = 32_503_680_000
"""Unix seconds of the year 3000: the furthest time that a message may be told to have."""
MEDIA_TYPES = ("image", "audio", "video", "document", "sticker")
UNSUPPORTED = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
UNAVAILABLE = {
    "code": 131060,
    "title": "Message unavailable",
    "message": "This message is currently unavailable.",
}


def write(
    sandbox: Sandbox, customer: Customer, number_id: str, spec: Json, group_id: str | None = None
) -> ChatMessage:
    """``spec`` is the message as webhooks show it without id, sender and time, for example
    ``{"type": "text", "text": {"body": "Hi"}}``,
    with shortcuts: text as a plain string; media with ``base64`` and ``mime_type`` or ``sample`` (see pictures).
    Optional: ``context`` ({"id"} quotes, {"forwarded": true} …), ``referral``, ``errors``. Raises SettingError.
    """
    kind = spec.get("type", "text")
    if not isinstance(kind, str) or not kind:
        raise SettingError("type must name a message type, for example text")
    if not isinstance(spec.get("id"), (str, type(None))):
        raise SettingError("id must be a text")
    thread = sandbox.thread(number_id, customer.id)
    now = sandbox.now()
    stamp = whole_of(spec, "timestamp", int(now), -LATEST, LATEST)
    body = _body(sandbox, number_id, kind, spec)
    message = ChatMessage(
        id=str(spec.get("id") or new_message_id()),
        number_id=number_id,
        customer_id=customer.id,
        direction="in",
        type=kind,
        body=body,
        at=now,
        context=_context(sandbox, number_id, spec.get("context")),
        status="delivered",
        group_id=group_id,
    )
    wire: Json = {"id": message.id, "timestamp": str(stamp), "type": kind}
    if group_id is not None:
        wire["group_id"] = group_id
    if message.context is not None:
        wire["context"] = message.context
    wire |= {key: spec[key] for key in ("referral", "errors", "identity") if key in spec}
    if isinstance(wire.get("referral"), dict):
        wire["referral"] = _referral(sandbox, wire["referral"])
    if body is not None:
        wire[kind] = _wire_body(sandbox, kind, body)
    if kind == "unsupported" and "errors" not in wire:
        unavailable = isinstance(body, dict) and body.get("type") == "media_placeholder"
        wire["errors"] = [UNAVAILABLE if unavailable else UNSUPPORTED]
    if group_id is None and customer.id in sandbox.numbers[number_id].blocked:
        return _went_nowhere(sandbox, message)
    _arrived(sandbox, customer, thread, message, from_ad="referral" in spec)
    sandbox.outbox.add(message_update(sandbox, customer, thread, wire))
    return message


def _went_nowhere(sandbox: Sandbox, message: ChatMessage) -> ChatMessage:
    """The business blocked them: one tick on their phone, no window, no webhook."""
    message.status = "sent"
    if sandbox.switches.recording.full:
        sandbox.keep(message)
    sandbox.feed.add("message", customer=message.customer_id, number=message.number_id, message=message.id)
    return message


def _arrived(
    sandbox: Sandbox, customer: Customer, thread: Thread, message: ChatMessage, *, from_ad: bool
) -> None:
    customer.has_written = True
    if message.group_id is None:
        windows.open_window(thread, message.at, from_ad=from_ad)
    sandbox.limits.count_inbound(thread.number_id, sandbox.switches.rates.messages_per_second, message.at)
    sandbox.counters["inbound"] += 1
    if sandbox.switches.recording.full:
        sandbox.keep(message)
    _apply(sandbox, customer, message)
    sandbox.feed.add("message", customer=customer.id, number=thread.number_id, message=message.id)


def _apply(sandbox: Sandbox, customer: Customer, message: ChatMessage) -> None:
    body = message.body if isinstance(message.body, dict) else {}
    target = sandbox.messages.get(str(body.get("message_id") or body.get("original_message_id")))
    if target is None:
        return
    if message.type == "reaction":
        if body.get("emoji"):
            target.reactions[customer.id] = str(body["emoji"])
        else:
            target.reactions.pop(customer.id, None)
    elif message.type == "edit":
        new = body.get("message")
        if isinstance(new, dict):
            target.body = new.get(str(new.get("type")), target.body)
        target.edited = True
    elif message.type == "revoke":
        target.revoked = True


def _body(sandbox: Sandbox, number_id: str, kind: str, spec: Json) -> Any:
    body = spec.get(kind)
    if kind == "text" and isinstance(body, str):
        return {"body": body}
    if kind in MEDIA_TYPES:
        return _media_body(sandbox, number_id, kind, body if isinstance(body, dict) else {}, spec)
    if kind == "unsupported" and body is None:
        return {"type": spec.get("subtype", "poll_creation")}
    return body


def _referral(sandbox: Sandbox, referral: Json) -> Json:
    if "sample" not in referral:
        return referral
    name = str(referral["sample"])
    sample("image", name)
    made = {key: value for key, value in referral.items() if key != "sample"}
    return made | {"media_type": "image", "image_url": f"{sandbox.base_url}{AD_PICTURES}{name}"}


def _media_body(sandbox: Sandbox, number_id: str, kind: str, body: Json, spec: Json) -> Any:
    if "errors" in spec and not body:
        return {}
    if "id" in body:
        return body
    if "base64" in body:
        try:
            data = base64.b64decode(body["base64"], validate=True)
        except (ValueError, TypeError) as error:
            raise SettingError(f"{kind}.base64 is not base64") from error
        mime_type = str(body.get("mime_type") or "application/octet-stream")
    else:
        mime_type, data = sample(kind, str(body.get("sample") or ""))
    if len(data) > media_store.INBOUND_LARGEST:
        raise SettingError("inbound media has at most 100 MB")
    filename = body.get("filename")
    if not isinstance(filename, (str, type(None))):
        raise SettingError(f"{kind}.filename must be a text")
    item = media_store.store(sandbox, data, mime_type, inbound=True, number_id=number_id, filename=filename)
    made = {key: value for key, value in body.items() if key not in ("base64", "sample", "mime_type")}
    made |= {
        "mime_type": mime_type,
        "sha256": base64.b64encode(bytes.fromhex(item.sha256)).decode(),
        "id": item.id,
    }
    if kind == "audio":
        made.setdefault("voice", True)
    if kind == "sticker":
        made["animated"] = item.animated
    if kind == "document":
        made.setdefault("filename", "document.pdf")
    return made


def _wire_body(sandbox: Sandbox, kind: str, body: Any) -> Any:
    if kind not in MEDIA_TYPES or not isinstance(body, dict) or not sandbox.switches.media.with_url:
        return body
    item = sandbox.media.get(str(body.get("id")))
    return body if item is None else body | {"url": media_store.address_of(sandbox, item)}


def _context(sandbox: Sandbox, number_id: str, context: Any) -> Json | None:
    """A quote also names who wrote the quoted message."""
    if not isinstance(context, dict):
        return None
    quoted = sandbox.messages.get(str(context.get("id")))
    if quoted is None or "from" in context:
        return context
    if quoted.direction == "out":
        return {"from": sandbox.numbers[number_id].digits} | context
    writer = sandbox.customers.get(quoted.customer_id)
    return context if writer is None else {"from": writer.wa_id} | context


def tap(sandbox: Sandbox, message: ChatMessage, choice: str) -> ChatMessage:
    """``choice``: an id, payload or title. Raises SettingError."""
    customer = sandbox.customers.get(message.customer_id)
    if customer is None:
        raise SettingError("what was sent to a group cannot be tapped")
    for option in options_of(message):
        if choice in (option["id"], option["title"]):
            message.tapped.append(option["id"])
            context = {"id": message.id}
            if option["id"] == "share_number":
                return share_number(sandbox, customer, message.number_id, context)
            spec = option["spec"] | {"context": context}
            return write(sandbox, customer, message.number_id, spec)
    known = ", ".join(option["title"] for option in options_of(message)) or "nothing"
    raise SettingError(f"message {message.id} has no {choice!r} to tap; it offers {known}")


def options_of(message: ChatMessage) -> list[Json]:
    """``[{"id", "title", "description"?, "spec"}]``."""
    if message.type == "template" and message.template:
        return _template_options(message.template)
    if message.type != "interactive" or not isinstance(message.body, dict):
        return []
    kind, action = message.body.get("type"), message.body.get("action") or {}
    if kind == "button":
        return [_reply("button_reply", button["reply"]) for button in action.get("buttons", [])]
    if kind == "list":
        rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
        return [_reply("list_reply", row) for row in rows]
    if kind == "carousel":
        buttons = [button for card in action.get("cards", []) for button in card["action"].get("buttons", [])]
        return [_reply("button_reply", button["quick_reply"]) for button in buttons]
    return _single_option(str(kind), action)


def _reply(kind: str, choice: Json) -> Json:
    answer = {key: choice[key] for key in ("id", "title", "description") if key in choice}
    spec = {"type": "interactive", "interactive": {"type": kind, kind: answer}}
    return answer | {"spec": spec}


def _template_options(shown: Json) -> list[Json]:
    options = []
    for part in [shown, *shown.get("cards", [])]:
        for button in part.get("buttons", []):
            if button["type"] == "QUICK_REPLY":
                spec = {"type": "button", "button": {"payload": button["payload"], "text": button["text"]}}
                options.append({"id": button["payload"], "title": button["text"], "spec": spec})
    return options


def _single_option(kind: str, action: Json) -> list[Json]:
    place = {"latitude": 37.5443, "longitude": 127.0557, "name": "Seongsu", "address": "Seoul"}
    parameters = action.get("parameters")
    given = parameters if isinstance(parameters, dict) else {}
    answers = {"flow_token": str(given.get("flow_token") or "unused"), "choice": "1"}
    flow = {"name": "flow", "body": "Sent", "response_json": orjson.dumps(answers).decode()}
    permit = {"response": "accept", "is_permanent": False, "response_source": "user_action"}
    specs: dict[str, tuple[str, Json]] = {
        "location_request_message": ("send_location", {"type": "location", "location": place}),
        "request_contact_info": ("share_number", {"type": "contacts"}),
        "flow": (
            "complete",
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": flow}},
        ),
        "call_permission_request": (
            "accept",
            {
                "type": "interactive",
                "interactive": {"type": "call_permission_reply", "call_permission_reply": permit},
            },
        ),
    }
    if kind not in specs:
        return []
    title = str(given.get("flow_cta") or "")
    option, spec = specs[kind]
    return [{"id": option, "title": title or option.replace("_", " "), "spec": spec}]


def share_number(
    sandbox: Sandbox, customer: Customer, number_id: str, context: Json | None = None
) -> ChatMessage:
    """The answer to a contact request: a card with the phone only."""
    phone = {"phone": customer.phone, "wa_id": customer.wa_id, "type": "CELL"}
    spec: Json = {"type": "contacts", "contacts": [{"origin": "contact_request", "phones": [phone]}]}
    if context:
        spec["context"] = context
    return write(sandbox, customer, number_id, spec)


def prefer_marketing(sandbox: Sandbox, customer: Customer, number_id: str, value: str) -> None:
    customer.marketing_stopped = value == "stop"
    number = sandbox.numbers[number_id]
    shows = windows.shows_phone(customer, sandbox.thread(number_id, customer.id), sandbox.now())
    preference: Json = {
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(sandbox.now()),
    }
    preference |= {"wa_id": customer.wa_id} if shows else {}
    preference |= {"user_id": customer.user_id} if customer.identity != "none" else {}
    value_object = envelope(number)
    value_object["contacts"] = [contact_of(customer, shows_phone=shows)]
    value_object["user_preferences"] = [preference]
    sandbox.outbox.add(Update(number.waba_id, "user_preferences", value_object, number.id))


def change_number(sandbox: Sandbox, customer: Customer, phone: str) -> None:
    """Always with a new business-scoped id; every business that knows the person is told.

    ``user_changed_number`` goes to numbers that see the phone, ``user_changed_user_id`` to the others.
    """
    digits = digits_of(phone)
    if not 7 <= len(digits) <= 15:
        raise SettingError("phone must be an international number such as +12025550117")
    old = {"wa_id": customer.wa_id, "user_id": customer.user_id}
    sees = {
        thread.number_id: windows.shows_phone(customer, thread, sandbox.now())
        for thread in threads_of(sandbox, customer)
    }
    for address in (digits_of(customer.phone), customer.wa_id):
        sandbox.by_address.pop(address, None)
    customer.previous_user_ids.append(customer.user_id)
    customer.phone, customer.wa_id = f"+{digits}", digits
    customer.user_id = new_user_id(country_of(digits))
    sandbox.index_customer(customer)
    for number_id, seen in sees.items():
        _tell_change(sandbox, customer, number_id, old, seen=seen)
    sandbox.feed.add("customer", customer=customer.id)


def _tell_change(sandbox: Sandbox, customer: Customer, number_id: str, old: Json, *, seen: bool) -> None:
    system: Json = {"type": "user_changed_number" if seen else "user_changed_user_id"}
    before, after = (old["wa_id"], customer.wa_id) if seen else (old["user_id"], customer.user_id)
    system["body"] = f"User {customer.name} changed from {before} to {after}"
    if seen:
        system["wa_id"] = customer.wa_id
    if customer.identity != "none":
        system |= {"user_id": customer.user_id, "previous_user_id": old["user_id"]}
    now = sandbox.now()
    message = ChatMessage(
        new_message_id(), number_id, customer.id, "in", "system", system, now, status="delivered"
    )
    wire: Json = {"id": message.id, "timestamp": str(int(now)), "type": "system", "system": system}
    if seen:
        wire = (
            {"from": old["wa_id"]}
            | ({"from_user_id": old["user_id"]} if customer.identity != "none" else {})
            | wire
        )
    number = sandbox.numbers[number_id]
    sandbox.keep(message)
    value = envelope(number) | {"messages": [wire]}
    sandbox.outbox.add(Update(number.waba_id, "messages", value, number_id))
    sandbox.feed.add("message", customer=customer.id, number=number_id, message=message.id)


def set_identity(sandbox: Sandbox, customer: Customer, identity: str, username: str | None = None) -> None:
    """none, visible or hidden. Hiding also lets the 30-day rule lapse, so that it shows at once."""
    if identity not in ("none", "visible", "hidden"):
        raise SettingError("identity must be one of none, visible, hidden")
    customer.identity = identity
    if identity == "hidden":
        customer.username = username or customer.username or customer.id.replace("-", ".")
        for thread in threads_of(sandbox, customer):
            thread.phone_shared_at = 0.0
    elif identity == "none":
        customer.username = None
    sandbox.feed.add("customer", customer=customer.id)


def threads_of(sandbox: Sandbox, customer: Customer) -> list[Thread]:
    return [thread for thread in sandbox.threads.values() if thread.customer_id == customer.id]
