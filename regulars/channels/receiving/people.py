"""Who updates are about, in the words of the contacts' room: persons seen, and addresses that belong together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from regulars.channels.record import AddressRules
from regulars.contacts.operations.identifying import PersonSeen
from regulars.contacts.operations.linking import Link
from regulars.contacts.resolving import Key
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

NamesSomebody = InboundMessage | Call | PreferenceChange | AddressBookChange

_NAMING = (InboundMessage, StatusUpdate, Call, PreferenceChange, AddressBookChange)
_ANY_PHONE = frozenset({"phone"})


def keys_named(update: Update, rules: AddressRules) -> Iterator[Key]:
    if isinstance(update, _NAMING):
        yield from keys_of(update.contact, update.address)
        if isinstance(update, InboundMessage) and (shared := rules.shared_number(update)):
            yield ("phone", shared.phone)
    for link in links_of(update, None, rules):
        yield from link.previous
        yield from link.current


def keys_of(reference: ContactRef, address: str) -> tuple[Key, ...]:
    """Whoever is not named is one ``unnamed`` contact of the number it came to."""
    return _keys(reference.identities) or (("unnamed", address),)


def _keys(identities: Iterable[Identity]) -> tuple[Key, ...]:
    return tuple([(identity.kind, identity.value) for identity in identities])


def person_seen(update: NamesSomebody, now: datetime, rules: AddressRules) -> PersonSeen:
    """As of the update's time; a time to come counts as now."""
    at, contact = _time_of(update), update.contact
    keys, written = keys_of(contact, update.address), contact.provider_address
    if isinstance(update, InboundMessage) and (shared := rules.shared_number(update)):
        phone, written = ("phone", shared.phone), shared.written
        keys = (*(key for key in keys if key != phone), phone)
    return PersonSeen(
        keys,
        contact.name,
        contact.username,
        at if at is not None and at < now else now,
        written,
        wrote_from_it=_is_theirs(update),
        is_profile=not isinstance(update, AddressBookChange),
    )


def _time_of(update: NamesSomebody) -> datetime | None:
    return update.sent_at if isinstance(update, InboundMessage) else update.at


def _is_theirs(update: NamesSomebody) -> bool:
    if isinstance(update, InboundMessage):
        return update.direction == "in" and update.source in ("live", "standby")
    return isinstance(update, PreferenceChange) or (isinstance(update, Call) and update.direction != "out")


def links_of(update: Update, now: datetime | None, rules: AddressRules) -> list[Link]:
    if isinstance(update, InboundMessage):
        change = update.content.system.identity_change if update.content.system else None
        return _link(change, _earlier(update.sent_at, now), rules) if change is not None else []
    if isinstance(update, Notice):
        at = _earlier(update.at, now)
        return [link for change in update.identity_changes for link in _link(change, at, rules)]
    return []


def _earlier(at: datetime | None, now: datetime | None) -> datetime | None:
    return min(at, now) if at is not None and now is not None else at or now


def _link(change: IdentityChange, at: datetime | None, rules: AddressRules) -> list[Link]:
    previous, current = _keys(change.previous), _keys(change.current)
    names_phone = any(kind == "phone" for kind, _value in (*previous, *current))
    outdates: frozenset[str] = frozenset()
    if change.reason == "number_changed":
        names_old = any(kind == "phone" for kind, _value in previous)
        outdates = rules.new_with_number if names_old else rules.new_with_number | _ANY_PHONE
    elif change.reason == "user_id_changed" and not names_phone:
        outdates = _ANY_PHONE  # the id changes with the number; the new one is not shown
    link = Link(previous, current, at, outdates, change.provider_address)
    return [link] if previous or current else []
