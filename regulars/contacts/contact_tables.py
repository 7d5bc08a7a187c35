"""The tables of this room that hold a contact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from regulars.contacts.exports import removing_exports
from regulars.contacts.models import (
    Consent,
    Contact,
    ContactHistory,
    ContactIdentity,
    ContactTagging,
    Merge,
    MergedContact,
    MergeSuggestion,
    PersonExport,
    PersonExportPart,
)
from regulars.contacts.operations.merging import leaving_its_person
from regulars.contacts.registry import ContactTable
from regulars.tags.taggings import forget


@contextmanager
def _forgetting_tags(contact: Contact) -> Iterator[None]:
    """Their uses are no longer counted."""
    forget(ContactTagging, [contact.id])
    yield


CONTACT_TABLES = (
    ContactTable(
        model=Contact,
        # unscoped: these contacts were let in to
        rows=lambda ids: Contact.objects.filter(id__in=ids),
        erase=leaving_its_person,
    ),
    ContactTable(model=ContactIdentity, rows=lambda ids: ContactIdentity.objects.filter(contact__in=ids)),
    ContactTable(model=Consent, rows=lambda ids: Consent.objects.filter(contact__in=ids)),
    ContactTable(model=ContactHistory, rows=lambda ids: ContactHistory.objects.filter(contact__in=ids)),
    ContactTable(
        model=ContactTagging,
        rows=lambda ids: ContactTagging.objects.filter(contact__in=ids),
        erase=_forgetting_tags,
    ),
    ContactTable(model=MergeSuggestion, unexported="a guess of ours about two people"),
    ContactTable(model=Merge, unexported="what members said about two people; the contacts tell who is one"),
    ContactTable(model=MergedContact, unexported="as merges"),
    ContactTable(
        model=PersonExport,
        unexported="a copy of what is handed out",
        erase=removing_exports,
        retain="contacts.purge_exports",
    ),
    ContactTable(
        model=PersonExportPart, unexported="a copy of what is handed out", retain="contacts.purge_exports"
    ),
)
