"""Messages of every source: live, standby (another sender's thread), the phone app's echoes and history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from regulars.channels.whatsapp.phones import phone_from_wa_id
from regulars.inboxes.ports import (
    ContactRef,
    IdentityChange,
    InboundMessage,
    SystemNotice,
)

from .contents import Reading, read_content, read_errors, read_product, read_referral
from .people import (
    PERSON,
    PREVIOUS_PERSON,
    RECEIVER,
    SENDER,
    Ids,
    complete,
    read_ids,
    read_person,
)
from .reading import Json, fingerprint, identifier, instant, mapping, text
from .walking import Change

_CHANGE_REASONS: Mapping[str, Literal["number_changed", "user_id_changed", "identity_check"]] = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",
    "user_changed_user_id": "user_id_changed",
    "customer_identity_changed": "identity_check",
    "user_identity_changed": "identity_check",
}

_HISTORY_STATUSES = {"error": "failed"}


def read_message(
    change: Change, item: Mapping[str, Json], path: str, received_at: datetime
) -> InboundMessage:
    is_history = change.thread is not None or change.field == "history"
    reading = _read_reading(change, item)
    if change.thread is None:
        contact, direction = _sender(change, item, reading), _live_direction(change, item, is_history)
        if direction == "out":
            contact = read_person(change, item, RECEIVER)
    else:
        contact, direction = _thread_side(change, item)
    source: Literal["live", "history", "standby"] = "live"
    if is_history or change.in_standby:
        source = "history" if is_history else "standby"
    context = item.get("context")
    is_said = reading.target is None and reading.kind not in ("reaction", "edit", "revoke")
    return InboundMessage(
        address=change.address,
        provider_id=_provider_id(change, item),
        contact=contact,
        kind=reading.kind,
        sent_at=instant(item.get("timestamp")) or received_at,
        path=path,
        text=reading.text,
        content=reading.content,
        target_provider_id=reading.target,
        reply_to_provider_id=identifier(mapping(context).get("id")) or None if context and is_said else None,
        group_id=identifier(item.get("group_id")) or None,
        direction=direction,
        source=source,
        history_status=_history_status(item) if is_history else "",
    )


def read_echo(change: Change, item: Mapping[str, Json], path: str, received_at: datetime) -> InboundMessage:
    """One item of ``message_echoes``: said for the business from the phone app or by another program."""
    reading = _read_reading(change, item)
    context = mapping(item.get("context"))
    is_said = reading.kind not in ("reaction", "edit", "revoke")
    return InboundMessage(
        address=change.address,
        provider_id=_provider_id(change, item),
        contact=read_person(change, item, RECEIVER),
        kind=reading.kind,
        sent_at=instant(item.get("timestamp")) or received_at,
        path=path,
        text=reading.text,
        content=reading.content,
        target_provider_id=reading.target,
        reply_to_provider_id=(identifier(context.get("id")) or None) if is_said else None,
        group_id=identifier(item.get("group_id")) or None,
        direction="out",
        source="standby" if change.in_standby else "phone_app",
    )


def _read_reading(change: Change, item: Mapping[str, Json]) -> Reading:
    reading = read_content(item)
    extras: dict[str, object] = {}
    if "context" in item:
        extras.update(_read_context(mapping(item["context"])))
    if item.get("referral"):
        extras["referral"] = read_referral(item["referral"])
    errors = item.get("errors") or (change.value.get("errors") if change.thread is None else None)
    if errors and (item.get("errors") or _is_only_message(change)):
        extras["errors"] = read_errors(errors)
    if reading.kind == "system":
        extras["system"] = _read_system(item)
    if not extras:
        return reading
    return reading._replace(content=msgspec.structs.replace(reading.content, **extras))


def _is_only_message(change: Change) -> bool:
    messages = change.value.get("messages")
    return isinstance(messages, list) and len(messages) == 1


def _read_context(context: Mapping[str, Json]) -> dict[str, object]:
    found: dict[str, object] = {}
    if context.get("frequently_forwarded") is True:
        found["forwarded"] = "frequently_forwarded"
    elif context.get("forwarded") is True:
        found["forwarded"] = "forwarded"
    if isinstance(context.get("referred_product"), dict):
        found["product"] = read_product(context["referred_product"])
    return found


def _read_system(item: Mapping[str, Json]) -> SystemNotice:
    body = mapping(item.get("system"))
    event = text(body.get("type"))
    previous, current = _system_ids(item)
    reason = _CHANGE_REASONS.get(event)
    if reason is None and previous.bsuid and current.bsuid and previous.bsuid != current.bsuid:
        reason = "user_id_changed"
    if reason is None:
        return SystemNotice(event=event)
    change = IdentityChange(
        reason=reason,
        previous=previous.identities(),
        current=current.identities(),
        provider_address=current.written,
    )
    return SystemNotice(event=event, identity_change=change)


def _system_ids(item: Mapping[str, Json]) -> tuple[Ids, Ids]:
    """The addresses before and after; the sender is who it was before, unless said otherwise."""
    body = mapping(item.get("system"))
    new_number = {"wa_id": body.get("wa_id") or body.get("new_wa_id")}
    current = read_ids({**body, **new_number}, PERSON)
    sender = read_ids(item, SENDER)
    old_number = {"previous_wa_id": body.get("previous_wa_id") or body.get("customer")}
    old = read_ids({**body, **old_number}, PREVIOUS_PERSON)
    if not old.bsuid and sender.bsuid != current.bsuid:
        old = old._replace(bsuid=sender.bsuid)
    if not old.parent and sender.parent != current.parent:
        old = old._replace(parent=sender.parent)
    if not old.phone and sender.phone != current.phone:
        old = old._replace(phone=sender.phone, written=sender.written)
    return old, current


def _sender(change: Change, item: Mapping[str, Json], reading: Reading) -> ContactRef:
    if reading.kind != "system":
        return read_person(change, item, SENDER)
    sender = read_ids(item, SENDER)
    if any(sender):
        return complete(change, sender, is_loose=False)
    previous, current = _system_ids(item)
    return complete(change, previous if any(previous) else current, is_loose=False)


def _live_direction(change: Change, item: Mapping[str, Json], is_history: bool) -> Literal["in", "out"]:
    """Media of a history chunk come later as plain ``messages``, of either side."""
    if is_history and ("to" in item or "to_user_id" in item or _is_ours(change, item.get("from"))):
        return "out"
    return "in"


def _thread_side(change: Change, item: Mapping[str, Json]) -> tuple[ContactRef, Literal["in", "out"]]:
    """Who a history thread is with, and which side spoke. The thread's id is the customer."""
    context = mapping(change.thread.get("context"))
    customer = read_ids({"wa_id": change.thread.get("id"), **_without_nothing(context)}, PERSON)
    sender = read_ids(item, SENDER)
    is_customer = bool(customer.bsuid and customer.bsuid == sender.bsuid) or bool(
        customer.phone and customer.phone == sender.phone
    )
    names_receiver = any(item.get(key) for key in RECEIVER)
    is_out = not is_customer and (names_receiver or _is_ours(change, item.get("from")))
    ids = read_ids(item, RECEIVER if is_out else SENDER).with_missing_from(customer)
    contact = complete(change, ids, is_loose=False)
    if not contact.username and (username := text(context.get("username"))):
        contact = msgspec.structs.replace(contact, username=username)
    return contact, "out" if is_out else "in"


def _without_nothing(node: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in node.items() if value}


def _is_ours(change: Change, sender: Json) -> bool:
    shown = text(mapping(change.value.get("metadata")).get("display_phone_number"))
    digits = "".join(character for character in shown if character.isdigit())
    ours = phone_from_wa_id(digits)
    return ours is not None and ours == phone_from_wa_id(identifier(sender))


def _provider_id(change: Change, item: Mapping[str, Json]) -> str:
    """Meta's, or one made from the content, so that a repetition still is recognised."""
    given = identifier(item.get("id"))
    return given or "missing:" + fingerprint(change.address, item)


def _history_status(item: Mapping[str, Json]) -> str:
    word = text(mapping(item.get("history_context")).get("status")).lower()
    return _HISTORY_STATUSES.get(word, word)
