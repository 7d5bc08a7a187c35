"""Putting a note in other words, soon after it was written. What it said before stays to be seen."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.attention.events import NoteEdited
from regulars.attention.models import NoteWording
from regulars.conversations.models import Note
from regulars.conversations.operations.handling import clean_note
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotAllowed
from regulars.kernel.events import record
from regulars.protection.fields import is_hidden
from regulars.protection.protecting import protected_text
from regulars.protection.queries import watch_of
from regulars.workspaces.access import Actor
from regulars.workspaces.sight import PROTECTED

EDITABLE_FOR = timedelta(hours=1)
MOST_WORDINGS = 50
"""of one note"""


def may_edit(note: Note, member_id: object) -> bool:
    return note.author_id is not None and note.author_id == member_id


@transaction.atomic
def edit_note(note: Note, text: str, *, by: Actor) -> Note:
    """The same text changes nothing. Whom it names stays told; nobody is told anew. Raises ``Conflict`` too late."""
    by.require("notes:write")
    if not may_edit(note, by.member_id):
        raise NotAllowed(_("Only who wrote a note edits it"))
    wanted = protected_text(clean_note(text), watch_of(note.workspace_id))
    held = Note.objects.select_for_update().get(id=note.id, workspace_id=by.workspace_id)
    if held.withdrawn_at is not None:
        raise Conflict(_("The note was taken back"))
    if clock.now() - held.created_at > EDITABLE_FOR:
        raise Conflict(_("A note can be edited for an hour. Write another one."))
    if held.text == wanted:
        return held
    if is_hidden(held.text):
        raise NotAllowed(_("You may not read what this note says"), permission=PROTECTED)
    before = NoteWording.objects.filter(note=held, workspace_id=by.workspace_id)
    if before.count() >= MOST_WORDINGS:
        raise Conflict(_("This note was edited too often. Write another one."))
    NoteWording.objects.create(workspace_id=held.workspace_id, note=held, text=held.text)
    held.text = wanted
    held.save(update_fields=["text"])
    record(NoteEdited(held.workspace_id, held.conversation_id, held.id, by.doer))
    return held
