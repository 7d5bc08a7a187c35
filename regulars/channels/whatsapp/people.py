"""Who updates are about, in the words of the contacts' room: persons seen, and addresses that belong together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from regulars.channels.whatsapp.phones import phone_from_wa_id, read_phone
from regulars.contacts.operations.identifying import PersonSeen
from regulars.contacts.operations.linking import Link
from regulars.contacts.resolving import Key
from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    CardPhone,
    ContactCard,
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
_NUMBER_IS_NEW = frozenset({"bsuid", "parent_bsuid"})
"""a change of number changes every BSUID as well (reference §3)"""
_ANY_PHONE = frozenset({"phone"})


def keys_named(update: Update) -> Iterator[Key]:
    """Every identity that reading the update may ask for."""
    if isinstance(update, _NAMING):
        yield from keys_of(update.contact, update.address)
        if isinstance(update, InboundMessage) and (shared := _shared_number(update)):
            yield ("phone", shared[0])
    for link in links_of(update, None):
        yield from link.previous
        yield from link.current


def keys_of(reference: ContactRef, address: str) -> tuple[Key, ...]:
    """Whoever is not named is one ``unnamed`` contact of the number it came to."""
    return _keys(reference.identities) or (("unnamed", address),)


def _keys(identities: Iterable[Identity]) -> tuple[Key, ...]:
    return tuple([(identity.kind, identity.value) for identity in identities])


def person_seen(update: NamesSomebody, now: datetime) -> PersonSeen:
    """The person of an update, as of its time; a time to come counts as now."""
    at, contact = _time_of(update), update.contact
    keys, written = keys_of(contact, update.address), contact.provider_address
    if isinstance(update, InboundMessage) and (shared := _shared_number(update)):
        phone, written = ("phone", shared[0]), shared[1]
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
    """Whether the person acted, from the address that the update names."""
    if isinstance(update, InboundMessage):
        return update.direction == "in" and update.source in ("live", "standby")
    return isinstance(update, PreferenceChange) or (isinstance(update, Call) and update.direction != "out")


def links_of(update: Update, now: datetime | None) -> list[Link]:
    """Changes of address that an update tells."""
    if isinstance(update, InboundMessage):
        change = update.content.system.identity_change if update.content.system else None
        return _link(change, _earlier(update.sent_at, now)) if change is not None else []
    if isinstance(update, Notice):
        at = _earlier(update.at, now)
        return [link for change in update.identity_changes for link in _link(change, at)]
    return []


def _earlier(at: datetime | None, now: datetime | None) -> datetime | None:
    return min(at, now) if at is not None and now is not None else at or now


def _link(change: IdentityChange, at: datetime | None) -> list[Link]:
    previous, current = _keys(change.previous), _keys(change.current)
    names_phone = any(kind == "phone" for kind, _value in (*previous, *current))
    outdates: frozenset[str] = frozenset()
    if change.reason == "number_changed":
        names_old = any(kind == "phone" for kind, _value in previous)
        outdates = _NUMBER_IS_NEW if names_old else _NUMBER_IS_NEW | _ANY_PHONE
    elif change.reason == "user_id_changed" and not names_phone:
        outdates = _ANY_PHONE  # a BSUID changes with the number; the new one is not shown
    link = Link(previous, current, at, outdates, change.provider_address)
    return [link] if previous or current else []


def _shared_number(message: InboundMessage) -> tuple[str, str] | None:
    """The number that a contact gave us when asked, canonical and as the platform writes it."""
    if not message.content.cards or not message.contact.identities or message.direction == "out":
        return None
    return next(filter(None, map(_requested_number, message.content.cards)), None)


def _requested_number(card: ContactCard) -> tuple[str, str] | None:
    if not card.is_requested_number:
        return None
    return next(filter(None, map(_read_number, card.phones)), None)


def _read_number(number: CardPhone) -> tuple[str, str] | None:
    """As the platform gives it, else as the person wrote it with its country."""
    if phone := phone_from_wa_id(number.wa_id):
        return phone, number.wa_id
    is_whole = number.phone.strip().startswith("+")
    return read_phone(number.phone) if is_whole else None
