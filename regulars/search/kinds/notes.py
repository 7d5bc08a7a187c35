"""Notes: whoever sees a conversation sees what colleagues wrote down there, and did not take back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet

from regulars.attention.events import NoteEdited
from regulars.conversations.events import NoteRestored, NoteWithdrawn, NoteWritten
from regulars.conversations.models import Note
from regulars.protection.events import WordsProtected
from regulars.protection.fields import is_protected
from regulars.search.kinds.scope import by_facts, in_conversations
from regulars.search.searchable import Findable, Searchable


def _stale(events: Sequence[NoteWritten | NoteEdited | NoteWithdrawn | NoteRestored]) -> Iterable[UUID]:
    return (each.note_id for each in events)


def _stale_by_protection(events: Sequence[WordsProtected]) -> Iterable[UUID]:
    return (each.object_id for each in events if each.kind == "note")


def _read(ids: Collection[UUID]) -> Iterator[Findable]:
    # unscoped: by the ids of entries, or of events
    for note in Note.objects.filter(id__in=list(ids), withdrawn_at=None).select_related("conversation"):
        author = {f"by:{note.author_id}"} if note.author_id else set()
        yield Findable(
            id=note.id,
            workspace_id=note.workspace_id,
            at=note.created_at,
            text=note.text,
            is_sealed=is_protected(note.text),
            conversation_id=note.conversation_id,
            contact_id=note.conversation.contact_id,
            facts=frozenset({f"inbox:{note.conversation.inbox_id}", *author}),
        )


def _notes(workspace_id: UUID) -> QuerySet[Note]:
    return Note.objects.filter(workspace_id=workspace_id)


NOTES = Searchable(
    kind="note",
    plural="notes",
    stale={
        **dict.fromkeys((NoteWritten, NoteEdited, NoteWithdrawn, NoteRestored), _stale),
        WordsProtected: _stale_by_protection,
    },
    read=_read,
    model=Note,
    things=_notes,
    narrow=by_facts,
    visible=in_conversations,
    has_sealed=True,
)
