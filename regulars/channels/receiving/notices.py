"""Updates that are neither message nor status, as rows to keep once. Pure."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
import orjson

from regulars.inboxes.operations import NoticeRow
from regulars.inboxes.ports import AddressBookChange, Call, Notice, PreferenceChange, TemplateChange

NoticedUpdate = Call | PreferenceChange | AddressBookChange | TemplateChange | Notice


def address_of(update: NoticedUpdate) -> str:
    return "" if isinstance(update, TemplateChange) else update.address


def notice_row(
    update: NoticedUpdate, connection_id: UUID, inbox_id: UUID | None, delivery_id: int, received_at: datetime
) -> NoticeRow:
    """``received_at`` stands in where the platform gave no time."""
    kind, field, key, event, title, details = _facts(update)
    return NoticeRow(
        connection_id=connection_id,
        inbox_id=inbox_id,
        kind=kind,
        field=field,
        dedup_key=key,
        at=update.at or received_at,
        event=event,
        title=title,
        details=details,
        errors=msgspec.to_builtins(update.errors) if isinstance(update, Notice) else (),
        delivery_id=delivery_id,
        path=update.path,
    )


def _facts(update: NoticedUpdate) -> tuple[str, str, str, str, str, str]:
    """kind, field, dedup key, event, title, details."""
    match update:
        case Notice():
            return update.kind, update.field, update.dedup_key, update.event, update.title, update.details
        case TemplateChange():
            details = update.details or update.reason
            return (
                "template",
                f"template_{update.change}",
                update.dedup_key,
                update.new_value,
                update.name,
                details,
            )
        case Call():
            return "call", "calls", update.dedup_key, update.event, "", update.status
        case PreferenceChange():
            return (
                "preference",
                "user_preferences",
                update.dedup_key,
                update.value,
                update.category,
                update.details,
            )
        case AddressBookChange():
            return "address_book", "smb_app_state_sync", _digest(update), update.action, "", ""


def _digest(update: AddressBookChange) -> str:
    """The same for a repetition of the same change, wherever in a delivery it stands."""
    values = msgspec.to_builtins(msgspec.structs.replace(update, path=""))
    return sha256(orjson.dumps([type(update).__name__, values], option=orjson.OPT_SORT_KEYS)).hexdigest()
