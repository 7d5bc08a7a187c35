"""From changes in the log to pieces of screens: read once, rendered once per language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contacts.events import ContactChanged, GroupChanged
from regulars.conversations.access import ConversationFacts
from regulars.conversations.events import (
    STATE_EVENTS,
    MessageQueued,
    MessageReceived,
    MessageStatusChanged,
    NoteWritten,
    held_before,
)
from regulars.conversations.models import Conversation
from regulars.conversations.queries.touched import (
    conversations_with,
    messages_showing,
    newest_lines,
    notes_among,
    read_conversations,
    read_shown_messages,
)
from regulars.inboxes.events import InboxChanged
from regulars.kernel.events import Event, Recorded
from regulars.media.events import MediaChanged
from regulars.web.inbox.building import activity_views, conversation_row, message_view, note_view
from regulars.web.inbox.fragments import render_message, render_row
from regulars.workspaces.events import MemberChanged, SessionEnded, TeamChanged

LIVE_EVENTS: tuple[type[Event], ...] = (
    MessageReceived,
    MessageQueued,
    MessageStatusChanged,
    *STATE_EVENTS,
    NoteWritten,
    ContactChanged,
    GroupChanged,
    MediaChanged,
    InboxChanged,
    MemberChanged,
    TeamChanged,
    SessionEnded,
)
LIVE_KINDS = tuple(each.__name__ for each in LIVE_EVENTS)


Holder = tuple[UUID | None, UUID | None]
"""assignee and team"""


@dataclass(slots=True)
class Changes:
    """What a stretch of the log says is different now, without repetitions."""

    conversations: dict[UUID, None] = field(default_factory=dict)
    heads: set[UUID] = field(default_factory=set)
    """conversations whose header, window or assignment changed, not only their messages"""
    messages: dict[UUID, UUID] = field(default_factory=dict)
    arrived: set[UUID] = field(default_factory=set)
    """messages that contacts just sent: screens announce them"""
    notes: dict[UUID, UUID] = field(default_factory=dict)
    contacts: set[UUID] = field(default_factory=set)
    groups: set[UUID] = field(default_factory=set)
    media: set[UUID] = field(default_factory=set)
    members: set[UUID] = field(default_factory=set)
    ended_sessions: set[UUID] = field(default_factory=set)
    held_before: dict[UUID, set[Holder]] = field(default_factory=dict)
    """who held a conversation before it was handed on: whoever saw it then is told that it is gone"""
    staffing: set[UUID] = field(default_factory=set)
    """workspaces in which who staffs what may have changed"""
    told: dict[UUID, set[str]] = field(default_factory=dict)
    """by workspace, the kinds of events after which pages of the settings are asked anew"""


def changes_of(events: Iterable[Recorded]) -> Changes:
    """Fold events into what must be shown anew."""
    changes = Changes()
    for recorded in events:
        _fold(recorded.event, changes)
    return changes


def _fold(event: Any, changes: Changes) -> None:
    match event:
        case MessageReceived() | MessageQueued() | MessageStatusChanged():
            changes.conversations[event.conversation_id] = None
            changes.messages[event.message_id] = event.conversation_id
            if isinstance(event, MessageReceived) and event.direction == "in":
                changes.arrived.add(event.message_id)
            if not isinstance(event, MessageStatusChanged):
                changes.heads.add(event.conversation_id)
        case NoteWritten():
            changes.notes[event.note_id] = event.conversation_id
        case ContactChanged():
            changes.contacts.add(event.contact_id)
        case GroupChanged():
            changes.groups.add(event.group_id)
        case MediaChanged():
            changes.media.add(event.media_id)
        case InboxChanged() | MemberChanged() | TeamChanged():
            changes.told.setdefault(event.workspace_id, set()).add(type(event).__name__)
            if not isinstance(event, TeamChanged):
                changes.staffing.add(event.workspace_id)
            if isinstance(event, MemberChanged):
                changes.members.add(event.member_id)
        case SessionEnded():
            changes.ended_sessions.add(event.session_id)
        case _:
            changes.conversations[event.conversation_id] = None
            changes.heads.add(event.conversation_id)
            if holder := held_before(event):
                changes.held_before.setdefault(event.conversation_id, set()).add(holder)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A changed conversation: its line in each language, and the facts that decide who sees it and where."""

    conversation_id: UUID
    facts: ConversationFacts
    payload: dict[str, Any]
    html: dict[str, str]
    head_changed: bool
    held_before: tuple[ConversationFacts, ...]
    """the same facts as they were before it was handed on, if it was"""


@dataclass(frozen=True, slots=True)
class LiveItem:
    """A new or changed line of a thread, in each language."""

    conversation_id: UUID
    payload: dict[str, Any]
    html: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Everything that screens get out of a stretch of the log."""

    rows: list[LiveRow]
    items: list[LiveItem]
    members: frozenset[UUID]
    staffing: frozenset[UUID]


def render_changes(
    changes: Changes, workspaces: Collection[UUID], languages: Sequence[str], watched: Collection[UUID]
) -> Rendered:
    """Read and draw what changed for the workspaces that look; thread lines only for watched conversations.

    A fixed number of queries whatever the number of changes. ``languages``: those of the open screens.
    """
    conversations = _conversations(changes, workspaces)
    rows = [_row(each, languages, changes) for each in conversations]
    items = _items(changes, conversations, languages, watched)
    return Rendered(rows, items, frozenset(changes.members), frozenset(changes.staffing))


def _conversations(changes: Changes, workspaces: Collection[UUID]) -> list[Conversation]:
    wanted = set(changes.conversations) | set(changes.notes.values())
    if changes.contacts or changes.groups:
        wanted |= conversations_with(workspaces, changes.contacts, changes.groups)
        changes.heads |= wanted
    if changes.media:
        showing = messages_showing(workspaces, changes.media)
        changes.messages.update(showing)
        wanted.update(showing.values())
    return read_conversations(workspaces, wanted)


def _row(conversation: Conversation, languages: Sequence[str], changes: Changes) -> LiveRow:
    view = conversation_row(conversation)
    payload = {
        "conversation_id": str(conversation.id),
        "facts": {
            "status": conversation.status,
            "assignee_id": str(conversation.assignee_id) if conversation.assignee_id else None,
            "inbox_id": str(conversation.inbox_id),
            "unread": conversation.unread_count,
            "waiting_since": _text(conversation.waiting_since),
            "last_at": _text(conversation.last_message_at),
        },
    }
    facts = ConversationFacts(
        conversation.workspace_id, conversation.inbox_id, conversation.assignee_id, conversation.team_id
    )
    html = {language: render_row(view, language) for language in languages}
    before = tuple(
        replace(facts, assignee_id=assignee_id, team_id=team_id)
        for assignee_id, team_id in changes.held_before.get(conversation.id, ())
    )
    return LiveRow(conversation.id, facts, payload, html, conversation.id in changes.heads, before)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _items(
    changes: Changes,
    conversations: Sequence[Conversation],
    languages: Sequence[str],
    watched: Collection[UUID],
) -> list[LiveItem]:
    by_id = {each.id: each for each in conversations if each.id in watched}
    if not by_id:
        return []
    items: list[LiveItem] = []
    for conversation in by_id.values():
        ids = [message_id for message_id, owner in changes.messages.items() if owner == conversation.id]
        for message in read_shown_messages(conversation, ids):
            view = message_view(message, conversation)
            payload = {
                "message_id": str(message.message.id),
                "position": view.position,
                "arrived": message.message.id in changes.arrived,
            }
            items.append(_item(conversation.id, payload, view, languages))
    for note in notes_among(by_id, changes.notes):
        view_of_note = note_view(note)
        payload = {"message_id": str(note.id), "position": view_of_note.position, "arrived": False}
        items.append(_item(note.conversation_id, payload, view_of_note, languages))
    changed_heads = [key for key in by_id if key in changes.heads]
    for view_of_line in activity_views(newest_lines(changed_heads)):
        payload = {"message_id": str(view_of_line.id), "position": view_of_line.position, "arrived": False}
        items.append(_item(view_of_line.conversation_id, payload, view_of_line, languages))
    return items


def _item(conversation_id: UUID, payload: dict[str, Any], view: Any, languages: Sequence[str]) -> LiveItem:
    payload["conversation_id"] = str(conversation_id)
    return LiveItem(
        conversation_id, payload, {language: render_message(view, language) for language in languages}
    )
