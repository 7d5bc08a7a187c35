"""The tables of this room that lead to a contact."""

from __future__ import annotations

from regulars.attention.models import Following, Mention, NoteMention, NoteWording
from regulars.contacts.registry import ContactTable

CONTACT_TABLES = (
    ContactTable(model=NoteMention, unexported="whom of us a note names; it stands in the note"),
    # unscoped: the contacts were let in to
    ContactTable(
        model=NoteWording,
        rows=lambda ids: NoteWording.objects.filter(note__conversation__contact__in=ids),
    ),
    ContactTable(model=Mention, unexported="which of our members looked"),
    ContactTable(model=Following, unexported="which of our members keep an eye on it"),
)
