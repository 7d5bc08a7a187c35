"""JSON shapes of the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.inbound import options_of, threads_of
from whatsapp_sandbox.media_store import kind_of
from whatsapp_sandbox.model import WINDOW, ChatMessage, Customer, Thread

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]
CUSTOMER_FIELDS = (
    *(
        "id",
        "name",
        "phone",
        "wa_id",
        "user_id",
        "parent_user_id",
        "username",
        "language",
        "identity",
        "online",
    ),
    *("reads", "on_whatsapp", "refuse_code", "marketing_stopped", "identity_key_hash", "about", "story"),
    "previous_user_ids",
)


def customer_view(sandbox: Sandbox, customer: Customer) -> Json:
    view = {name: getattr(customer, name) for name in CUSTOMER_FIELDS}
    view["threads"] = [thread_view(sandbox, thread) for thread in threads_of(sandbox, customer)]
    return view


def thread_view(sandbox: Sandbox, thread: Thread) -> Json:
    now = sandbox.now()
    number = sandbox.numbers[thread.number_id]
    closes_at = thread.last_inbound_at + WINDOW if windows.is_open(thread, now) else None
    last = sandbox.messages.get(thread.message_ids[-1]) if thread.message_ids else None
    unread = 0
    for message_id in reversed(thread.message_ids):
        message = sandbox.messages.get(message_id)
        if message is None or message.direction == "in" or message.status in ("read", "played"):
            break
        unread += message.status == "delivered"
    return {
        "number": number.id,
        "display": number.display,
        "name": number.verified_name,
        "window_closes_at": closes_at,
        "free_entry_until": thread.free_entry_until or None,
        "typing": thread.typing_until > now,
        "unread": unread,
        "last": None if last is None else message_view(sandbox, last),
    }


def message_view(sandbox: Sandbox, message: ChatMessage) -> Json:
    view: Json = {
        "id": message.id,
        "number": message.number_id,
        "customer": message.customer_id,
        "direction": message.direction,
        "type": message.type,
        "body": message.body,
        "at": message.at,
        "status": message.status,
        "statuses": [{"status": status, "at": at} for status, at in message.statuses],
        "biz_opaque_callback_data": message.callback_data,
        "context": message.context,
        "error": message.error,
        "reactions": message.reactions,
        "edited": message.edited,
        "revoked": message.revoked,
        "tapped": message.tapped,
    }
    if message.group_id:
        view |= {"group": message.group_id, "receipts": message.receipts}
    if message.template:
        view["template"] = message.template
    options = options_of(message) if message.direction == "out" else []
    if options:
        view["options"] = [
            {key: option.get(key) for key in ("id", "title", "description")} for option in options
        ]
    media = _media(sandbox, message)
    return view | ({"media": media} if media else {})


def _media(sandbox: Sandbox, message: ChatMessage) -> Json | None:
    body = message.body if isinstance(message.body, dict) else {}
    header = (message.template or {}).get("header") or body.get("header")
    content = header.get(str(header.get("type"))) if isinstance(header, dict) else None
    source = content if isinstance(content, dict) else body
    item = sandbox.media.get(str(source.get("fetched_id") or source.get("id")))
    if item is None or item.deleted:
        return None
    return {
        "id": item.id,
        "mime_type": item.mime_type,
        "kind": kind_of(item.mime_type),
        "size": item.size,
        "filename": item.filename,
        "url": f"/control/media/{item.id}",
    }
