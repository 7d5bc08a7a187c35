"""Contacts as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Ref, encodable, refer_to_member
from regulars.contacts.models import Contact, ContactIdentity
from regulars.contacts.queries import consents_of, identities_of
from regulars.kernel.shielding import shielded, words_in


class IdentityShape(msgspec.Struct, rename=None):
    """One address of a contact on a channel."""

    channel: str
    kind: str
    value: str
    """a phone in E.164, one form for every spelling"""
    address: str | UnsetType = UNSET
    """of a phone that the provider writes otherwise: the digits that messages go to"""
    portfolio: str | UnsetType = UNSET
    """of a BSUID: the business portfolio that it is valid in, when that is known"""


class ConsentShape(msgspec.Struct):
    """The contact's newest word on one purpose."""

    state: Literal["opted_in", "opted_out"]
    channel: str
    source: str
    at: datetime


class ContactShape(msgspec.Struct, kw_only=True):
    """A person we talk with."""

    id: str
    name: str
    """what our people call them, else the profile name, the user name or the number"""
    identities: list[IdentityShape]
    language: str | None
    time_zone: str | None
    tags: list[str]
    tier: str | None
    stage: str | None
    score: int | None
    owner: Ref | None
    fields: dict[str, Any]
    consent: dict[str, ConsentShape]
    """by purpose, such as ``marketing``"""
    profile_name: str | None
    username: str | None
    country: str | None
    about: str | None
    unreachable_reason: str | None
    created_at: datetime
    updated_at: datetime


class NewIdentity(msgspec.Struct, forbid_unknown_fields=True):
    """An address to find or make a contact by; a phone may be written in any international form."""

    kind: Literal["phone", "bsuid", "parent_bsuid"]
    value: str
    channel: Literal["whatsapp"] = "whatsapp"
    portfolio: str = ""
    """of a BSUID: the business portfolio that it is valid in"""


class ContactChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is, null empties it."""

    name: str | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET
    tier: str | UnsetType | None = UNSET
    stage: str | UnsetType | None = UNSET
    owner: str | UnsetType | None = UNSET
    """a member's id"""
    about: str | UnsetType | None = UNSET
    fields: dict[str, Any] | UnsetType = UNSET
    """replaces the whole object"""


class NewContact(ContactChanges, kw_only=True, forbid_unknown_fields=True):
    """A contact with at least one identity."""

    identities: list[NewIdentity]


class ContactQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of contacts shows."""

    q: str = ""
    """finds by name, number in any writing, or tag"""


def build_identities(contact_ids: Sequence[UUID]) -> dict[UUID, list[IdentityShape]]:
    """The current identities of contacts, oldest first; one query."""
    found: dict[UUID, list[IdentityShape]] = defaultdict(list)
    for row in identities_of(contact_ids).order_by("first_seen_at", "kind", "id"):
        found[row.contact_id].append(_identity(row))
    return found


def _identity(row: ContactIdentity) -> IdentityShape:
    written = row.provider_address
    differs = bool(written) and row.value.lstrip("+") != written.lstrip("+")
    return IdentityShape(
        row.channel, row.kind, row.value, written if differs else UNSET, row.portfolio or UNSET
    )


def build_contacts(contacts: Sequence[Contact]) -> list[ContactShape]:
    """Contacts with identities and consent; two queries whatever their number (owners come joined)."""
    ids = [contact.id for contact in contacts]
    identities, consents = build_identities(ids), _read_consents(ids)
    return [
        _build(contact, identities.get(contact.id, []), consents.get(contact.id, {})) for contact in contacts
    ]


def _read_consents(contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, ConsentShape]]:
    newest: dict[UUID, dict[str, ConsentShape]] = defaultdict(dict)
    for row in consents_of(contact_ids):
        state: Literal["opted_in", "opted_out"] = "opted_in" if row.state == "opted_in" else "opted_out"
        newest[row.contact_id][row.purpose] = ConsentShape(state, row.channel, row.source, row.at)
    return newest


def _build(
    contact: Contact, identities: list[IdentityShape], consent: dict[str, ConsentShape]
) -> ContactShape:
    return ContactShape(
        id=str(contact.id),
        name=contact.display_name,
        identities=identities,
        language=contact.language or None,
        time_zone=contact.time_zone or None,
        tags=words_in(contact.tags),
        tier=contact.tier or None,
        stage=contact.stage or None,
        score=contact.score,
        owner=refer_to_member(contact.owner),
        fields=shielded("contact", contact.id, lambda: _object(contact.fields), dict),
        consent=consent,
        profile_name=contact.profile_name or None,
        username=contact.username or None,
        country=contact.country or None,
        about=contact.about or None,
        unreachable_reason=contact.unreachable_reason or None,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )


def _object(stored: object) -> dict[str, Any]:
    """A stored object that can be written; raises ``TypeError`` for anything else."""
    if not isinstance(stored, dict):
        raise TypeError("no object")
    return encodable(stored)
