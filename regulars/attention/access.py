"""The only door to a note from outside: whoever sees its conversation."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.conversations.access import access_conversation
from regulars.conversations.models import Note
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor


def access_note(actor: Actor, note_id: UUID | None) -> Note:
    notes = Note.objects.filter(workspace_id=actor.workspace_id).select_related("conversation")
    found = notes.filter(id=note_id).first() if note_id else None
    if found is None:
        raise NotFound(_("There is no such note, or you may not see it"))
    access_conversation(actor, found.conversation_id)
    return found
