"""Notes by themselves, and keeping an eye on conversations: both for the member who made the token."""

from __future__ import annotations

from uuid import UUID

from regulars.api.makers import as_maker
from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.conversations import NoteChanges, NoteShape, NoteWordingShape, build_note
from regulars.attention.access import access_note
from regulars.attention.operations import following
from regulars.attention.operations.editing import edit_note
from regulars.attention.queries import attach_mentions, earlier_wordings
from regulars.conversations.access import access_conversation
from regulars.conversations.models import Note
from regulars.conversations.operations import handling
from regulars.protection.fields import is_hidden
from regulars.workspaces.access import Actor


def get_note(actor: Actor, note_id: UUID) -> NoteShape:
    """One note."""
    return _shape(access_note(actor, note_id))


def change_note(actor: Actor, note_id: UUID, body: NoteChanges) -> NoteShape:
    """Put a note of the member who made the token in other words, for an hour after it was written; 409 later.

    Nobody is told anew.
    """
    return _shape(edit_note(access_note(actor, note_id), body.text, by=as_maker(actor)))


def withdraw_note(actor: Actor, note_id: UUID) -> None:
    """Take a note of the member who made the token back; that there was one stays to be seen. Twice is once."""
    handling.withdraw_note(access_note(actor, note_id), by=as_maker(actor))


def restore_note(actor: Actor, note_id: UUID) -> NoteShape:
    """Bring a note back that was taken back."""
    handling.restore_note(access_note(actor, note_id), by=as_maker(actor))
    return _shape(access_note(actor, note_id))


def list_wordings(actor: Actor, note_id: UUID, query: PageQuery) -> Page[NoteWordingShape]:
    """What a note said before it was edited, the newest first; nothing of one that was taken back."""
    rows, next_cursor = newest_first(earlier_wordings(access_note(actor, note_id)), "until", query)
    return Page(
        [NoteWordingShape("" if is_hidden(row.text) else row.text, row.until) for row in rows], next_cursor
    )


def follow(actor: Actor, conversation_id: UUID) -> None:
    """The member who made the token keeps an eye on the conversation. Twice is once."""
    following.follow(access_conversation(actor, conversation_id), by=as_maker(actor))


def unfollow(actor: Actor, conversation_id: UUID) -> None:
    """The member who made the token does not any more."""
    following.unfollow(access_conversation(actor, conversation_id), by=as_maker(actor))


def _shape(note: Note) -> NoteShape:
    attach_mentions([note])
    return build_note(note)
