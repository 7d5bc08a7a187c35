"""Whose an update is: said by or to a person, or what became of a message to them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    ContactRef,
    Identity,
    IdentityChange,
    InboundMessage,
    Notice,
    PreferenceChange,
    StatusUpdate,
    Update,
)

Holds = Callable[[str, str, datetime], bool]
"""(kind, value, at): whether that address was the person's then"""


def is_theirs(update: Update, holds: Holds, received_at: datetime) -> bool:
    at = _time_of(update) or received_at
    named = [identity for reference in _people_of(update) for identity in reference.identities]
    if not named and isinstance(update, InboundMessage | Call | PreferenceChange):
        return holds("unnamed", update.address, at)
    return any(holds(each.kind, each.value, at) for each in [*named, *_changed_in(update)])


def _time_of(update: Update) -> datetime | None:
    if isinstance(update, InboundMessage):
        return update.sent_at
    at: datetime | None = getattr(update, "at", None)
    return at


def _people_of(update: Update) -> list[ContactRef]:
    if isinstance(update, StatusUpdate):
        return [update.contact, update.participant]
    if isinstance(update, InboundMessage | Call | PreferenceChange | AddressBookChange | Notice):
        return [update.contact]
    return []


def _changed_in(update: Update) -> list[Identity]:
    changes: list[IdentityChange] = []
    if isinstance(update, InboundMessage) and update.content.system:
        changes += filter(None, [update.content.system.identity_change])
    elif isinstance(update, Notice):
        changes += update.identity_changes
    return [identity for change in changes for identity in (*change.previous, *change.current)]
