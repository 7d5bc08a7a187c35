"""The ``value`` objects of message and status webhooks, with what each person lets businesses see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import windows
from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.model import ChatMessage, Customer, Thread
from whatsapp_sandbox.webhooks.envelope import Update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox


def envelope(number: BusinessNumber) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
    }


def contact_of(customer: Customer, *, shows_phone: bool, username: bool = True) -> dict[str, Any]:
    profile: dict[str, Any] = {"name": customer.name}
    if customer.username and username:
        profile["username"] = customer.username
    contact: dict[str, Any] = {"profile": profile}
    if shows_phone:
        contact["wa_id"] = customer.wa_id
    if customer.identity != "none":
        contact["user_id"] = customer.user_id
        if customer.parent_user_id:
            contact["parent_user_id"] = customer.parent_user_id
    if customer.identity_key_hash:
        contact["identity_key_hash"] = customer.identity_key_hash
    return contact


def addresses(customer: Customer, *, shows_phone: bool, phone_key: str, prefix: str) -> dict[str, Any]:
    """Under the keys of the place: ``from``/``from_user_id``, ``recipient_id``/... and so on."""
    ids: dict[str, Any] = {}
    if shows_phone:
        ids[phone_key] = customer.wa_id
    if customer.identity != "none":
        ids[f"{prefix}user_id"] = customer.user_id
        if customer.parent_user_id:
            ids[f"{prefix}parent_user_id"] = customer.parent_user_id
    return ids


def message_update(sandbox: Sandbox, customer: Customer, thread: Thread, message: dict[str, Any]) -> Update:
    """``message`` has everything but the sender's ids."""
    number = sandbox.numbers[thread.number_id]
    shows = windows.shows_phone(customer, thread, sandbox.now())
    value = envelope(number)
    value["contacts"] = [contact_of(customer, shows_phone=shows)]
    value["messages"] = [addresses(customer, shows_phone=shows, phone_key="from", prefix="from_") | message]
    return Update(number.waba_id, "messages", value, number.id)


def status_update(
    sandbox: Sandbox, customer: Customer, message: ChatMessage, status: dict[str, Any], thread: Thread
) -> Update:
    """``failed`` carries no contacts, as on the platform."""
    number = sandbox.numbers[message.number_id]
    shows = not message.by_user_id or windows.shows_phone(customer, thread, sandbox.now())
    failed = status["status"] == "failed"
    ids = addresses(customer, shows_phone=shows, phone_key="recipient_id", prefix="recipient_")
    if failed and not message.by_user_id:
        ids = {"recipient_id": customer.wa_id}
    value = envelope(number)
    if not failed:
        username = status["status"] != "sent"
        value["contacts"] = [contact_of(customer, shows_phone=shows, username=username)]
    head = {"id": message.id, "status": status["status"], "timestamp": status["timestamp"]}
    value["statuses"] = [head | ids | status]
    return Update(number.waba_id, "messages", value, number.id)
