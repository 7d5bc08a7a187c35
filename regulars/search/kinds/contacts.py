"""Contacts, by their names and what we know of them, and by their numbers and ids for who may see those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from regulars.contacts.events import (
    ContactEdited,
    ContactIdentitiesChanged,
    ContactNumberChanged,
    ContactProfileChanged,
)
from regulars.contacts.models import Contact, ContactIdentity, ContactTagging
from regulars.contacts.numbers import is_number
from regulars.conversations.access import contacts_visible_to
from regulars.conversations.events import ConversationStarted
from regulars.search.asking import Asked
from regulars.search.kinds.scope import with_any_tag
from regulars.search.searchable import Entries, Findable, Searchable
from regulars.workspaces.access import Actor

MOST_OF_ABOUT = 1_000
"""letters of what is written about a contact that they are found by"""


def _stale(events: Sequence[Any]) -> Iterable[UUID]:
    return (each.contact_id for each in events if each.contact_id)


def _read(ids: Collection[UUID]) -> Iterator[Findable]:
    addresses: dict[UUID, list[str]] = defaultdict(list)
    # unscoped: by the ids of entries, or of events
    identities = ContactIdentity.objects.filter(contact__in=list(ids)).exclude(kind="unnamed")
    for contact_id, value in identities.order_by("value").values_list("contact_id", "value"):
        addresses[contact_id].append(value)
    for contact in Contact.objects.filter(id__in=list(ids)):
        names = (contact.name, contact.profile_name, contact.username)
        words = (*(each for each in names if not is_number(each)), contact.about[:MOST_OF_ABOUT])
        numbers = (*addresses[contact.id], *filter(is_number, names))
        yield Findable(
            id=contact.id,
            workspace_id=contact.workspace_id,
            at=contact.created_at,
            text="\n".join(dict.fromkeys(filter(None, (*words, *_fields(contact))))),
            contact_id=contact.id,
            numbers=tuple(dict.fromkeys(numbers)),
        )


def _fields(contact: Contact) -> Iterator[str]:
    """What is kept in fields of their own making."""
    if isinstance(contact.fields, dict):
        yield from (str(value) for value in contact.fields.values() if isinstance(value, str | int))


def _contacts(workspace_id: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(workspace_id=workspace_id)


def _narrow(_actor: Actor, entries: Entries, asked: Asked) -> Entries:
    return entries.none() if asked.is_about_conversations else entries


def _visible(actor: Actor, entries: Entries, asked: Asked) -> Entries:
    if not actor.can("contacts:read"):
        return entries.none()
    if asked.tags:
        entries = entries.filter(with_any_tag(ContactTagging, "id", actor.workspace_id, asked.tags))
    if actor.far("contacts") == "all":
        return entries
    return entries.filter(id__in=contacts_visible_to(actor).values("id"))


CONTACTS = Searchable(
    kind="contact",
    plural="contacts",
    stale=dict.fromkeys(
        (
            ContactEdited,
            ContactIdentitiesChanged,
            ContactNumberChanged,
            ContactProfileChanged,
            ConversationStarted,
        ),
        _stale,
    ),
    read=_read,
    model=Contact,
    things=_contacts,
    narrow=_narrow,
    visible=_visible,
    has_numbers=True,
)
