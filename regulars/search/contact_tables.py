"""The table of this room that holds a contact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q

from regulars.contacts.models import Contact
from regulars.contacts.registry import ContactTable
from regulars.search.models import SearchEntry
from regulars.search.writing import hold_index


@contextmanager
def _forgetting_entries(contact: Contact) -> Iterator[None]:
    """In groups those of what they said."""
    hold_index([contact.workspace_id])
    threads = list(contact.conversations.values_list("id", flat=True))
    theirs = Q(contact=contact.id) | Q(conversation__in=threads)
    yield
    SearchEntry.objects.filter(theirs, workspace_id=contact.workspace_id).delete()


CONTACT_TABLES = (
    ContactTable(
        model=SearchEntry,
        unexported="what other rows are found by; they say the same in words",
        erase=_forgetting_entries,
    ),
)
