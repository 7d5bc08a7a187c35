"""What became of messages and calls: ``statuses`` and ``calls``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulars.inboxes.ports import Call, ContactRef, Notice, Rejected, StatusUpdate

from .contents import read_errors
from .people import (
    NOBODY,
    PARTICIPANT,
    PARTICIPANT_RESPELLED,
    RECEIVER,
    RECIPIENT,
    SENDER,
    read_ids,
    read_person,
)
from .reading import Json, fingerprint, identifier, instant, integer, mapping, text
from .walking import Change

_CALL_DIRECTIONS = {"USER_INITIATED": "in", "BUSINESS_INITIATED": "out"}


def read_status(
    change: Change, item: Mapping[str, Json], path: str, received_at: datetime
) -> StatusUpdate | Call | Notice | Rejected:
    """Statuses of payments and calls are state machines of their own."""
    kind = item.get("type")
    if kind == "payment" or "payment" in item:
        return _read_payment(change, item, path)
    if kind == "call" or change.field == "calls":
        return _read_call_status(change, item, path, received_at)
    provider_id, status = identifier(item.get("id")), identifier(item.get("status")).lower()
    callback_data = text(item.get("biz_opaque_callback_data"))
    if not status or not (provider_id or callback_data):
        details = "A status needs a status and the id of a message."
        return Rejected(reason="malformed", path=path, address=change.address, details=details)
    is_group = item.get("recipient_type") == "group"
    pricing = mapping(item.get("pricing"))
    conversation = mapping(item.get("conversation"))
    return StatusUpdate(
        address=change.address,
        provider_id=provider_id,
        status=status,
        at=instant(item.get("timestamp")) or received_at,
        path=path,
        contact=NOBODY if is_group else read_person(change, item, RECIPIENT, is_loose=False),
        participant=_read_participant(change, item) if is_group else NOBODY,
        callback_data=callback_data,
        errors=read_errors(item.get("errors")),
        pricing_category=text(pricing.get("category")).lower().replace("-", "_"),
        pricing_type=text(pricing.get("type")).lower(),
        window_origin=text(mapping(conversation.get("origin")).get("type")),
        window_expires_at=instant(conversation.get("expiration_timestamp")),
        group_id=(identifier(item.get("recipient_id")) or None) if is_group else None,
    )


def read_call(change: Change, item: Mapping[str, Json], path: str, received_at: datetime) -> Call:
    """Direction ``in`` means that the customer calls, ``out`` the business."""
    direction = _CALL_DIRECTIONS.get(text(item.get("direction")).upper(), "")
    status = item.get("status")
    return Call(
        address=change.address,
        provider_id=identifier(item.get("id")) or "missing:" + fingerprint(change.address, item),
        event=text(item.get("event")).lower(),
        direction=direction,
        contact=read_person(change, item, RECEIVER if direction == "out" else SENDER),
        at=instant(item.get("timestamp")) or received_at,
        path=path,
        dedup_key=fingerprint(change.address, item),
        duration_seconds=integer(item.get("duration")),
        status=text(status[0] if isinstance(status, list) and status else status).lower(),
    )


def _read_participant(change: Change, item: Mapping[str, Json]) -> ContactRef:
    """The group member that a status is about; some samples spell the keys the other way round."""
    keys = PARTICIPANT if any(read_ids(item, PARTICIPANT)) else PARTICIPANT_RESPELLED
    return read_person(change, item, keys, is_loose=False)


def _read_call_status(change: Change, item: Mapping[str, Json], path: str, received_at: datetime) -> Call:
    return Call(
        address=change.address,
        provider_id=identifier(item.get("id")) or "missing:" + fingerprint(change.address, item),
        event="status",
        direction="out",
        contact=read_person(change, item, RECIPIENT, is_loose=False),
        at=instant(item.get("timestamp")) or received_at,
        path=path,
        dedup_key=fingerprint(change.address, item),
        status=text(item.get("status")).lower(),
    )


def _read_payment(change: Change, item: Mapping[str, Json], path: str) -> Notice:
    payment = mapping(item.get("payment"))
    return Notice(
        kind="payment",
        field=change.field,
        path=path,
        dedup_key=fingerprint(change.field, change.entry_id, change.entry_time, item),
        address=change.address,
        account=change.entry_id,
        event=text(item.get("status")).lower(),
        title=text(payment.get("reference_id")),
        details=_amount(payment),
        at=instant(item.get("timestamp")),
        contact=read_person(change, item, RECIPIENT, is_loose=False),
        errors=read_errors(item.get("errors")),
    )


def _amount(payment: Mapping[str, Json]) -> str:
    """``210.00 INR`` from a value in minor units and its offset."""
    amount = mapping(payment.get("amount"))
    value, offset = integer(amount.get("value")), integer(amount.get("offset"))
    if value is None or not offset or offset < 1:
        return ""
    digits = len(str(offset)) - 1
    return f"{value / offset:.{digits}f} {text(payment.get('currency'))}".strip()
