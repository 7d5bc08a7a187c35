"""Contacts as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref, encodable, refer_to_member
from regulars.api.shapes.conditions import Conditions
from regulars.contacts.models import Contact, ContactIdentity, ContactTagging
from regulars.contacts.numbers import shown_name, shown_number
from regulars.contacts.queries import consents_of, identities_of
from regulars.kernel.shielding import shielded
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.tags.queries import names_of
from regulars.tags.taggings import tags_on
from regulars.workspaces.sight import NUMBERS, sees

FieldValue = str | int | float | bool | None
"""one value of a field of the workspace's own"""
Fields = dict[str, FieldValue | list[FieldValue] | dict[str, FieldValue]]
"""by key; a list has several values, an object has parts, such as amount and currency"""

PHONE = "+12025550101"
IdentityKind = Literal["phone", "bsuid", "parent_bsuid", "line_user", "unnamed"]


class IdentityOfContact(msgspec.Struct):
    """One address of a contact on a channel."""

    channel: Annotated[str, told("The channel's kind; installations may have others.", "whatsapp")]
    kind: Annotated[
        IdentityKind,
        told("What sort of address; nobody can be written to at an `unnamed` one.", "phone"),
    ]
    value: Annotated[
        str,
        told("A phone in E.164; `+82 ••• 5678` for who may not see numbers (`contacts:see_numbers`).", PHONE),
    ]
    address: Annotated[
        str | UnsetType,
        told(
            "Of a phone that the provider writes otherwise: the digits that messages go to.", "5511987654321"
        ),
    ] = UNSET
    portfolio: Annotated[
        str | UnsetType,
        told(
            "Of a BSUID: the business portfolio that it is valid in, when that is known.", "506914307656634"
        ),
    ] = UNSET


class ConsentShape(msgspec.Struct):
    """The contact's newest word on one purpose."""

    state: Annotated[Literal["opted_in", "opted_out"], told("What they said.", "opted_in")]
    channel: Annotated[str, told("Where they said it.", "whatsapp")]
    source: Annotated[str, told("By what we know.", "message")]
    at: Annotated[Moment, told("When they said it.")]


class ContactShape(msgspec.Struct, kw_only=True):
    """Somebody we talk with."""

    id: Id
    name: Annotated[
        str,
        told("What our people call them, else the profile name, the user name or the number.", "Alice Kim"),
    ]
    person: Annotated[
        str,
        told(
            "The contact that stands for the human being: itself, or the one it was merged with.", EXAMPLE_ID
        ),
    ]
    identities: Annotated[list[IdentityOfContact], told("Their addresses, the oldest first.")]
    language: Annotated[str | None, told("A tag of BCP 47.", "ko")]
    time_zone: Annotated[str | None, told("A name of the IANA's.", "Asia/Seoul")]
    tags: Annotated[list[str], told("Words that people put on them.", ["vip"])]
    tier: Annotated[str | None, told("By value.", "A")]
    stage: Annotated[str | None, told("Of their life as a customer.", "potential")]
    score: Annotated[int | None, told("How engaged they are, 0 to 100.", 72)]
    owner: Annotated[Ref | None, told("The member who looks after them.")]
    fields: Annotated[Fields, told("Fields of the workspace's own, by key.", {"size": "M"})]
    consent: Annotated[dict[str, ConsentShape], told("By purpose, such as `marketing`.")]
    profile_name: Annotated[str | None, told("What they call themselves on the channel.", "alice")]
    username: Annotated[str | None, told("Their user name on the channel.", "alice.kim")]
    country: Annotated[str | None, told("ISO 3166-1, from the number.", "US")]
    about: Annotated[str | None, told("What our people note about them.", "Prefers the morning")]
    unreachable_reason: Annotated[
        str | None,
        told("Why nothing reaches them; null while nothing is known against it.", "not on WhatsApp"),
    ]
    created_at: Annotated[Moment, told("When we first heard of them.")]
    updated_at: Annotated[Moment, told("When something of this last changed.")]


class NewIdentity(msgspec.Struct, forbid_unknown_fields=True):
    """An address to find or make a contact by; a phone may be written in any international form."""

    kind: Annotated[Literal["phone", "bsuid", "parent_bsuid"], told("What sort of address.", "phone")]
    value: Annotated[str, told("The address.", "+1 202-555-0101")]
    channel: Annotated[str, told("A channel of this installation, as numbers name it.", "whatsapp")] = (
        "whatsapp"
    )
    portfolio: Annotated[
        str, told("Of a BSUID: the business portfolio that it is valid in.", "506914307656634")
    ] = ""


class ContactChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is, null empties it."""

    name: Annotated[str | UnsetType, told("What our people call them.", "Alice Kim")] = UNSET
    language: Annotated[str | UnsetType | None, told("A tag of BCP 47.", "ko")] = UNSET
    time_zone: Annotated[str | UnsetType | None, told("A name of the IANA's.", "Asia/Seoul")] = UNSET
    tags: Annotated[list[str] | UnsetType, told("All of them: others are taken off.", ["vip"])] = UNSET
    tier: Annotated[str | UnsetType | None, told("By value.", "A")] = UNSET
    stage: Annotated[str | UnsetType | None, told("Of their life as a customer.", "potential")] = UNSET
    owner: Annotated[str | UnsetType | None, told("A member's id.", EXAMPLE_ID)] = UNSET
    about: Annotated[str | UnsetType | None, told("A note about them.", "Prefers the morning")] = UNSET
    fields: Annotated[
        Fields | UnsetType,
        told("All fields of the workspace's own: replaces the whole object.", {"size": "M"}),
    ] = UNSET


class NewContact(ContactChanges, kw_only=True, forbid_unknown_fields=True):
    """A contact with at least one identity."""

    identities: Annotated[list[NewIdentity], told("Their addresses, all on one channel.")]


class ContactQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of contacts shows."""

    q: Annotated[str, told("Finds by name, number in any writing, or tag.", "+1 202 555")] = ""
    conditions: Conditions = ""
    person: Annotated[str, told("Only those that are this person: see `person` there.", EXAMPLE_ID)] = ""


def build_identities(contact_ids: Sequence[UUID]) -> dict[UUID, list[IdentityOfContact]]:
    """The current ones, oldest first; one query."""
    found: dict[UUID, list[IdentityOfContact]] = defaultdict(list)
    for row in identities_of(contact_ids).order_by("first_seen_at", "kind", "id"):
        found[row.contact_id].append(_identity(row))
    return found


def _identity(row: ContactIdentity) -> IdentityOfContact:
    written = row.provider_address
    differs = bool(written) and row.value.lstrip("+") != written.lstrip("+")
    return IdentityOfContact(
        row.channel,
        cast("IdentityKind", row.kind),
        shown_number(row.value) if row.kind == "phone" else row.value,
        written if differs and sees(NUMBERS) else UNSET,
        row.portfolio or UNSET,
    )


def build_contacts(contacts: Sequence[Contact]) -> list[ContactShape]:
    """With identities, consent and tags; three queries whatever their number (owners come joined)."""
    ids = [contact.id for contact in contacts]
    identities, consents, tags = build_identities(ids), _read_consents(ids), tags_on(ContactTagging, ids)
    return [
        _build(
            contact,
            identities.get(contact.id, []),
            consents.get(contact.id, {}),
            names_of(tags.get(contact.id, [])),
        )
        for contact in contacts
    ]


def _read_consents(contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, ConsentShape]]:
    newest: dict[UUID, dict[str, ConsentShape]] = defaultdict(dict)
    for row in consents_of(contact_ids):
        state: Literal["opted_in", "opted_out"] = "opted_in" if row.state == "opted_in" else "opted_out"
        newest[row.contact_id][row.purpose] = ConsentShape(state, row.channel, row.source, row.at)
    return newest


def _build(
    contact: Contact,
    identities: list[IdentityOfContact],
    consent: dict[str, ConsentShape],
    tags: list[str],
) -> ContactShape:
    return ContactShape(
        id=str(contact.id),
        name=contact.display_name,
        person=str(contact.person_id),
        identities=identities,
        language=contact.language or None,
        time_zone=contact.time_zone or None,
        tags=tags,
        tier=contact.tier or None,
        stage=contact.stage or None,
        score=contact.score,
        owner=refer_to_member(contact.owner),
        fields=shielded("contact", contact.id, lambda: _fields(contact.fields), dict),
        consent=consent,
        profile_name=shown_name(contact.profile_name) or None,
        username=shown_name(contact.username) or None,
        country=contact.country or None,
        about=contact.about or None,
        unreachable_reason=contact.unreachable_reason or None,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )


def _fields(stored: object) -> Fields:
    return encodable(msgspec.convert(stored, Fields))
