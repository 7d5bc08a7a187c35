"""Contacts: find, read, make, change, remove."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET

from regulars.api.conditions import take_matching
from regulars.api.explaining import person_written
from regulars.api.paging import Page, Take, newest_first, take_all
from regulars.api.parsing import parse_reference
from regulars.api.problems import ContactExists
from regulars.api.shapes.contacts import (
    ContactChanges,
    ContactQuery,
    ContactShape,
    NewContact,
    NewIdentity,
    build_contacts,
)
from regulars.channels.register import channels
from regulars.contacts.models import Contact
from regulars.contacts.operations import editing
from regulars.contacts.operations.identifying import find_holder
from regulars.contacts.search import matching_contacts
from regulars.conversations.access import access_contact, contacts_visible_to
from regulars.conversations.operations.removing import remove_contact
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import find_member


def list_contacts(actor: Actor, query: ContactQuery) -> Page[ContactShape]:
    """The contacts that the token may see, the newest first; ``q`` finds by name, number in any writing, or tag.

    Agents and leads see the people of the conversations that they see, and contacts that are theirs.
    """
    take: Take[Contact] = take_matching(actor, query.conditions, "contact") if query.conditions else take_all
    contacts = contacts_visible_to(actor)
    if query.q.strip():
        contacts = contacts.filter(id__in=matching_contacts(actor, query.q).values("id"))
    if query.person:
        contacts = contacts.filter(person_id=parse_reference(query.person, "person"))
    rows, next_cursor = newest_first(contacts, "created_at", query, take)
    return Page(build_contacts(rows), next_cursor)


def get_contact(actor: Actor, contact_id: UUID) -> ContactShape:
    """One contact."""
    return _shape(access_contact(actor, contact_id))


def create_contact(actor: Actor, body: NewContact) -> ContactShape:
    """A new contact; 409 ``contact-exists`` names who has one of the identities, if you may see them."""
    if not body.identities:
        raise Invalid(_("A contact needs at least one identity"), fields={"identities": "a phone or a BSUID"})
    channel, portfolio = _channel(body.identities), _portfolio(body.identities)
    person = person_written(
        channel,
        [(each.kind, each.value, f"identities[{index}].value") for index, each in enumerate(body.identities)],
    )
    holder = find_holder(actor.workspace_id, channel, person.keys, portfolio)
    if holder is not None:
        raise _contact_exists(actor, holder)
    contact = editing.create_contact(
        actor.workspace_id, person, by=actor, channel=channel, portfolio=portfolio
    )
    return _shape(editing.update_contact(contact, _changes(actor, body), by=actor))


def _contact_exists(actor: Actor, holder: UUID) -> ContactExists:
    if contacts_visible_to(actor).filter(id=holder).exists():
        return ContactExists(_("Change that contact instead"), contact=str(holder))
    return ContactExists(_("A colleague looks after this contact"))


def _channel(identities: Sequence[NewIdentity]) -> str:
    kinds = ", ".join(channels())
    for place, each in enumerate(identities):
        if each.channel not in channels():
            raise Invalid(
                _("There is no such channel"), fields={f"identities[{place}].channel": f"one of {kinds}"}
            )
        if each.channel != identities[0].channel:
            raise Invalid(
                _("These addresses are on several channels"),
                fields={"identities": "addresses on one channel at a time"},
            )
    return identities[0].channel


def _portfolio(identities: Sequence[NewIdentity]) -> str:
    told = {each.portfolio.strip() for each in identities if each.kind == "bsuid" and each.portfolio}
    if len(told) > 1:
        raise Invalid(
            _("These ids belong to several portfolios"),
            fields={"identities": "ids of one portfolio at a time"},
        )
    return told.pop() if told else ""


def change_contact(actor: Actor, contact_id: UUID, body: ContactChanges) -> ContactShape:
    """Change what we know of a contact."""
    contact = access_contact(actor, contact_id)
    return _shape(editing.update_contact(contact, _changes(actor, body), by=actor))


def delete_contact(actor: Actor, contact_id: UUID) -> None:
    """Remove a contact with all conversations and messages, for good."""
    remove_contact(access_contact(actor, contact_id), by=actor)


def _changes(actor: Actor, body: ContactChanges) -> dict[str, object]:
    changes: dict[str, object] = {}
    for name in ("name", "language", "time_zone", "tier", "stage", "about"):
        if (value := getattr(body, name)) is not UNSET:
            changes[name] = value or ""
    for name in ("tags", "fields"):
        if (value := getattr(body, name)) is not UNSET:
            changes[name] = value
    if body.owner is not UNSET:
        changes["owner_id"] = _owner_id(actor, body.owner)
    return changes


def _owner_id(actor: Actor, written: str | None) -> UUID | None:
    if written is None:
        return None
    member = find_member(actor.workspace_id, parse_reference(written, "owner"))
    if member is None or not member.is_active:
        raise Invalid(_("There is no such member"), fields={"owner": "the id of an active member, or null"})
    return member.id


def _shape(contact: Contact) -> ContactShape:
    return build_contacts([contact])[0]
