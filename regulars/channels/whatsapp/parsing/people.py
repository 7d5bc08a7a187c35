"""Who an update is about: identities from the strongest (BSUID) to the weakest (phone), and its contact.

``contacts[i]`` need not line up with ``messages[i]``. A contact is joined by BSUID or phone; the only contact
also serves an update that does not contradict it. Words in the wrong mouth are worse than a missing name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from regulars.channels.whatsapp.phones import phone_from_wa_id
from regulars.inboxes.ports import ContactRef, Identity

from .reading import LONGEST_ID, Json, identifier, listed, mapping, text
from .walking import Change

NOBODY = ContactRef()

_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


class Keys(NamedTuple):
    """Under which keys an item names a person."""

    phone: str
    user_id: str
    parent_user_id: str


SENDER = Keys("from", "from_user_id", "from_parent_user_id")
RECEIVER = Keys("to", "to_user_id", "to_parent_user_id")
RECIPIENT = Keys("recipient_id", "recipient_user_id", "recipient_parent_user_id")
PARTICIPANT = Keys(
    "recipient_participant_id", "recipient_participant_user_id", "recipient_participant_parent_user_id"
)
PARTICIPANT_RESPELLED = Keys(
    "participant_recipient_id", "participant_recipient_user_id", "participant_recipient_parent_user_id"
)
PERSON = Keys("wa_id", "user_id", "parent_user_id")
PREVIOUS_PERSON = Keys("previous_wa_id", "previous_user_id", "previous_parent_user_id")


class Ids(NamedTuple):
    """One person's addresses in one place, empty where unknown; ``written`` is the phone as Meta wrote it."""

    bsuid: str = ""
    parent: str = ""
    phone: str = ""
    written: str = ""

    def identities(self) -> tuple[Identity, ...]:
        """Strongest first."""
        if self.bsuid and self.phone and not self.parent:  # by far the most frequent case
            return (Identity("bsuid", self.bsuid), Identity("phone", self.phone))
        found = []
        if self.bsuid:
            found.append(Identity("bsuid", self.bsuid))
        if self.parent:
            found.append(Identity("parent_bsuid", self.parent))
        if self.phone:
            found.append(Identity("phone", self.phone))
        return tuple(found)

    def with_missing_from(self, other: Ids) -> Ids:
        return Ids(
            self.bsuid or other.bsuid,
            self.parent or other.parent,
            self.phone or other.phone,
            other.written or self.written,
        )


class Card(NamedTuple):
    """One entry of ``contacts``."""

    ids: Ids
    name: str
    username: str


class Cards:
    """The ``contacts`` of one value, by BSUID and phone."""

    __slots__ = ("by_bsuid", "by_phone", "only")

    def __init__(self, value: Mapping[str, Json]) -> None:
        cards = [_read_card(entry) for entry in listed(value.get("contacts")) if isinstance(entry, dict)]
        self.only = cards[0] if len(cards) == 1 else None
        self.by_bsuid = {card.ids.bsuid: card for card in cards if card.ids.bsuid}
        self.by_phone = {card.ids.phone: card for card in cards if card.ids.phone}


def read_ids(item: Mapping[str, Json], keys: Keys) -> Ids:
    bsuid = identifier(item.get(keys.user_id))
    parent = identifier(item.get(keys.parent_user_id))
    written = identifier(item.get(keys.phone))
    phone = phone_from_wa_id(written) if written else None
    if phone is not None:
        return Ids(bsuid, parent, phone, written)
    if match := _BSUID.fullmatch(written):  # seen where only a phone is documented
        return Ids(bsuid, parent or written) if match[1] else Ids(bsuid or written, parent)
    return Ids(bsuid, parent)


def read_person(change: Change, item: Mapping[str, Json], keys: Keys, *, is_loose: bool = True) -> ContactRef:
    """The person that an item names, completed from ``contacts``.

    ``is_loose`` lets an item that names nobody take the only contact even when it does not stand alone.
    """
    return _read_agreeing(change, item, keys) or complete(change, read_ids(item, keys), is_loose=is_loose)


def _read_agreeing(change: Change, item: Mapping[str, Json], keys: Keys) -> ContactRef | None:
    """The person when item and only contact say the same, word for word: nearly every message. A short cut."""
    contacts = change.value.get("contacts")
    if type(contacts) is not list or len(contacts) != 1 or type(contacts[0]) is not dict:
        return None
    card, written, bsuid = contacts[0], item.get(keys.phone), item.get(keys.user_id)
    if type(written) is not str or type(bsuid) is not str or len(bsuid) > LONGEST_ID or not bsuid:
        return None
    if written != card.get("wa_id") or bsuid != card.get("user_id"):
        return None
    phone, profile = phone_from_wa_id(written), card.get("profile")
    if phone is None or type(profile) is not dict or "parent_user_id" in card or keys.parent_user_id in item:
        return None
    return ContactRef(
        identities=(Identity("bsuid", bsuid), Identity("phone", phone)),
        name=text(profile.get("name")),
        username=text(profile.get("username")) or text(card.get("username")),
        provider_address=written,
    )


def complete(change: Change, ids: Ids, *, is_loose: bool = True) -> ContactRef:
    card = _find_card(change, ids, is_loose)
    if card is None:
        return ContactRef(identities=ids.identities(), provider_address=ids.written) if any(ids) else NOBODY
    merged = ids.with_missing_from(card.ids)
    return ContactRef(
        identities=merged.identities(),
        name=card.name,
        username=card.username,
        provider_address=merged.written,
    )


def _read_card(entry: Mapping[str, Json]) -> Card:
    profile = mapping(entry.get("profile"))
    username = text(profile.get("username")) or text(entry.get("username"))
    return Card(read_ids(entry, PERSON), text(profile.get("name")), username)


def _find_card(change: Change, ids: Ids, is_loose: bool) -> Card | None:
    cards = change.cache
    if cards is None:
        cards = change.cache = Cards(change.value)
    card: Card | None = cards.by_bsuid.get(ids.bsuid) or cards.by_phone.get(ids.phone) or cards.only
    if card is None or _is_contradiction(ids, card.ids):
        return None
    if _is_same(ids, card.ids):
        return card
    names_somebody = bool(ids.bsuid or ids.parent or ids.phone)
    return card if (is_loose and not names_somebody) or _stands_alone(change) else None


def _is_same(one: Ids, other: Ids) -> bool:
    return any(a and a == b for a, b in zip(one[:3], other[:3], strict=True))


def _is_contradiction(one: Ids, other: Ids) -> bool:
    if one.bsuid and other.bsuid:
        return one.bsuid != other.bsuid
    return bool(one.phone and other.phone and one.phone != other.phone)


def _stands_alone(change: Change) -> bool:
    names = ("messages", "statuses", "calls", "message_echoes", "user_preferences")
    return change.thread is None and sum(len(listed(change.value.get(name))) for name in names) <= 1
