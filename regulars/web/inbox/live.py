"""What happens shows in the open inbox: rows and lines of threads, read once and drawn once per language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.attention.events import ATTENTION_EVENTS, MemberMentioned, MentionsSeen, NoteEdited
from regulars.attention.queries import attach_mentions
from regulars.blocking.events import BLOCK_EVENTS
from regulars.cases.events import CASE_EVENTS, CaseContactUnlinked, CaseConversationUnlinked
from regulars.cases.queries.pages import conversations_showing
from regulars.contacts.events import (
    CONTACT_EVENTS,
    GROUP_EVENTS,
    MERGE_EVENTS,
    SUGGESTION_EVENTS,
    ContactTagged,
    ContactUntagged,
)
from regulars.conversations.access import ConversationFacts, can_see
from regulars.conversations.events import (
    MESSAGE_EVENTS,
    NOTE_EVENTS,
    STATE_EVENTS,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationResolved,
    ConversationTagged,
    ConversationUntagged,
    EpisodeAnswered,
    MessageQueued,
    MessageReceived,
    MessageStatusChanged,
    NoteRestored,
    NoteWithdrawn,
    NoteWritten,
    held_before,
)
from regulars.conversations.models import Conversation
from regulars.conversations.operations.telling import LINE_EVENTS
from regulars.conversations.queries.touched import (
    conversations_with,
    messages_showing,
    newest_lines,
    notes_among,
    read_conversations,
    read_shown_messages,
    shown_with_number,
)
from regulars.inboxes.events import INBOX_EVENTS
from regulars.kernel.events import Event
from regulars.media.events import MEDIA_EVENTS
from regulars.service_levels.due import attach_clocks
from regulars.service_levels.events import CLOCK_EVENTS
from regulars.tags.events import TagDescribed, TagMerged, TagRemoved, TagRenamed
from regulars.web.inbox.building import activity_views, conversation_row, message_view, note_view
from regulars.web.inbox.fragments import render_message, render_row
from regulars.web.live.topics import Eyes, Looker, Piece, Topic
from regulars.workspaces.events import AVAILABILITY_EVENTS, TEAM_EVENTS

SHOWN_TAG_EVENTS = (TagRenamed, TagDescribed, TagMerged, TagRemoved)
"""of tags themselves: they look different wherever they are"""
INBOX_SCREEN_EVENTS: tuple[type[Event], ...] = (
    *MESSAGE_EVENTS,
    *STATE_EVENTS,
    *NOTE_EVENTS,
    *ATTENTION_EVENTS,
    NoteEdited,
    *CONTACT_EVENTS,
    *MERGE_EVENTS,
    *SUGGESTION_EVENTS,
    *GROUP_EVENTS,
    *MEDIA_EVENTS,
    *INBOX_EVENTS,
    *TEAM_EVENTS,
    *SHOWN_TAG_EVENTS,
    *AVAILABILITY_EVENTS,
    *CASE_EVENTS,
    *CLOCK_EVENTS,
    *BLOCK_EVENTS,
)


EPISODE_EVENTS = (ConversationResolved, ConversationReopened, ConversationReopenedByMessage, EpisodeAnswered)
"""after which the panel shows other episodes"""
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
    panels: set[UUID] = field(default_factory=set)
    """conversations beside which something else is to be said of the person"""
    groups: set[UUID] = field(default_factory=set)
    media: set[UUID] = field(default_factory=set)
    inboxes: set[UUID] = field(default_factory=set)
    teams: set[UUID] = field(default_factory=set)
    """numbers and teams that open conversations show by name, or that stop them"""
    retagged: set[UUID] = field(default_factory=set)
    """conversations and contacts that have other tags"""
    duty: set[UUID] = field(default_factory=set)
    """workspaces in which somebody is on duty who was not, or the reverse"""
    redrawn_tags: set[UUID] = field(default_factory=set)
    """workspaces whose tags look different"""
    cases: set[UUID] = field(default_factory=set)
    """that conversations and their people belong to: panels show them"""
    lined: set[UUID] = field(default_factory=set)
    """conversations whose thread has a new quiet line"""
    held_before: dict[UUID, set[Holder]] = field(default_factory=dict)
    """who held a conversation before it was handed on: whoever saw it then is told that it is gone"""


def changes_of(events: Iterable[Event]) -> Changes:
    changes = Changes()
    for event in events:
        _fold(event, changes)
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
        case _ if isinstance(event, CLOCK_EVENTS):
            changes.conversations[event.conversation_id] = None
            changes.heads.add(event.conversation_id)
        case NoteWritten() | NoteEdited() | NoteWithdrawn() | NoteRestored():
            changes.notes[event.note_id] = event.conversation_id
        case _ if isinstance(event, STATE_EVENTS):
            changes.conversations[event.conversation_id] = None
            changes.heads.add(event.conversation_id)
            if isinstance(event, LINE_EVENTS):
                changes.lined.add(event.conversation_id)
            if isinstance(event, EPISODE_EVENTS):
                changes.panels.add(event.conversation_id)
            if isinstance(event, ConversationTagged | ConversationUntagged):
                changes.retagged.add(event.conversation_id)
            if holder := held_before(event):
                changes.held_before.setdefault(event.conversation_id, set()).add(holder)
        case _ if isinstance(event, BLOCK_EVENTS):
            changes.conversations[event.conversation_id] = None
            changes.heads.add(event.conversation_id)
        case _:
            _fold_what_they_show(event, changes)


def _fold_what_they_show(event: Any, changes: Changes) -> None:
    if isinstance(event, CONTACT_EVENTS):
        changes.contacts.add(event.contact_id)
        if isinstance(event, ContactTagged | ContactUntagged):
            changes.retagged.add(event.contact_id)
    elif isinstance(event, MERGE_EVENTS):
        changes.contacts.update(event.contact_ids)
    elif isinstance(event, SUGGESTION_EVENTS):
        changes.contacts.update((event.first_id, event.second_id))
    elif isinstance(event, GROUP_EVENTS):
        changes.groups.add(event.group_id)
    elif isinstance(event, MEDIA_EVENTS):
        changes.media.add(event.media_id)
    elif isinstance(event, INBOX_EVENTS):
        changes.inboxes.add(event.inbox_id)
    elif isinstance(event, TEAM_EVENTS):
        changes.teams.add(event.team_id)
    elif isinstance(event, AVAILABILITY_EVENTS):
        changes.duty.add(event.workspace_id)
    elif isinstance(event, SHOWN_TAG_EVENTS):
        changes.redrawn_tags.add(event.workspace_id)
    elif isinstance(event, CASE_EVENTS):
        changes.cases.add(event.case_id)
        if isinstance(event, CaseConversationUnlinked):
            changes.panels.add(event.conversation_id)
        if isinstance(event, CaseContactUnlinked):
            changes.contacts.add(event.contact_id)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A changed conversation: its line in each language, and the facts that decide who sees it and where."""

    conversation_id: UUID
    facts: ConversationFacts
    payload: dict[str, Any]
    html: dict[str, str]
    head_changed: bool
    is_retagged: bool
    """it, or its contact, has other tags"""
    held_before: tuple[ConversationFacts, ...]
    """the same facts as they were before it was handed on, if it was"""
    panel_changed: bool = False


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


def render_changes(
    changes: Changes, workspaces: Collection[UUID], languages: Sequence[str], watched: Collection[UUID]
) -> Rendered:
    """Thread lines only for watched conversations.

    A fixed number of queries whatever the number of changes. ``languages``: those of the open screens.
    """
    conversations = _conversations(changes, workspaces, watched)
    rows = [_row(each, languages, changes) for each in conversations]
    items = _items(changes, conversations, languages, watched)
    return Rendered(rows, items)


def draw_pieces(happened: Sequence[Event], eyes: Eyes) -> list[Piece]:
    changes = changes_of(happened)
    rendered = render_changes(changes, eyes.workspaces, eyes.languages, eyes.subjects)
    sights = {row.conversation_id: row.facts for row in rendered.rows}
    return [
        *(piece for row in rendered.rows for piece in _pieces_of_row(row)),
        *(_piece_of_item(item, sights[item.conversation_id]) for item in rendered.items),
        *(_piece_of_all("tags", workspace_id) for workspace_id in changes.redrawn_tags),
        *(_piece_of_all("duty", workspace_id) for workspace_id in changes.duty),
        *(_piece_of_attention(each) for each in happened if isinstance(each, ATTENTION_EVENTS)),
    ]


def _piece_of_attention(each: Any) -> Piece:
    """For one member alone: another conversation is in a list of theirs, or is not any more."""
    view = "mentions" if isinstance(each, MemberMentioned | MentionsSeen) else "following"
    facts = {"conversation_id": str(each.conversation_id), "view": view}
    return Piece("attention", facts, lambda to: to.actor.member_id == each.member_id)


def _piece_of_all(name: str, workspace_id: UUID) -> Piece:
    return Piece(name, {}, lambda to: to.actor.workspace_id == workspace_id)


def _pieces_of_row(row: LiveRow) -> Iterator[Piece]:
    def is_seen(to: Looker) -> bool:
        return can_see(to.actor, row.facts, to.staffing)

    def has_open(to: Looker) -> bool:
        return to.subject == row.conversation_id and is_seen(to)

    def was_seen(to: Looker) -> bool:
        return not is_seen(to) and any(can_see(to.actor, before, to.staffing) for before in row.held_before)

    named = {"conversation_id": str(row.conversation_id)}
    yield Piece("row", row.payload, is_seen, row.html)
    if row.head_changed:
        yield Piece("thread", {**named, "is_retagged": row.is_retagged}, has_open)
    if row.panel_changed:
        yield Piece("panel", named, has_open)
    if row.held_before:
        yield Piece("gone", named, was_seen)


def _piece_of_item(item: LiveItem, facts: ConversationFacts) -> Piece:
    def has_open(to: Looker) -> bool:
        return to.subject == item.conversation_id and can_see(to.actor, facts, to.staffing)

    return Piece("message", item.payload, has_open, item.html)


INBOX = Topic("inbox", INBOX_SCREEN_EVENTS, draw_pieces, is_counted=True)
"""lists, rows and open conversations"""


def _conversations(
    changes: Changes, workspaces: Collection[UUID], watched: Collection[UUID]
) -> list[Conversation]:
    wanted = set(changes.conversations) | set(changes.notes.values())
    if changes.contacts or changes.groups:
        changes.panels |= conversations_with(workspaces, changes.contacts, changes.groups)
        wanted |= changes.panels
        changes.heads |= wanted
    if changes.media:
        showing = messages_showing(workspaces, changes.media)
        changes.messages.update(showing)
        wanted.update(showing.values())
    if watched and (changes.inboxes or changes.teams):
        shown = shown_with_number(workspaces, watched, changes.inboxes, changes.teams)
        changes.heads |= shown
        wanted |= shown
    if watched and changes.cases:
        changes.panels |= conversations_showing(changes.cases) & set(watched)
    wanted |= changes.panels & set(watched)
    found = read_conversations(workspaces, wanted) if wanted else []
    attach_clocks(found)
    return found


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
            "wakes": _text(conversation.snoozed_until),
            "closes": _text(conversation.window_closes_at),
            "promise": view.promise.state if view.promise else None,
            "is_ours_last": bool(conversation.last_message and conversation.last_message.direction == "out"),  # type: ignore[attr-defined]  # attached
            "is_batch": view.promise.is_batch if view.promise else False,
            "tags": [str(tag.id) for tag in conversation.shown_tags],
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
    return LiveRow(
        conversation.id,
        facts,
        payload,
        html,
        head_changed=conversation.id in changes.heads,
        is_retagged=not changes.retagged.isdisjoint((conversation.id, conversation.contact_id)),
        held_before=before,
        panel_changed=conversation.id in changes.panels,
    )


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
    ids = [message_id for message_id, owner in changes.messages.items() if owner in by_id]
    for message in read_shown_messages(list(by_id.values()), ids):
        conversation = by_id[message.message.conversation_id]
        view = message_view(message, conversation)
        payload = {
            "message_id": str(message.message.id),
            "position": view.position,
            "arrived": message.message.id in changes.arrived,
        }
        items.append(_item(conversation.id, payload, view, languages))
    notes = list(notes_among(by_id, changes.notes)) if changes.notes else []
    attach_mentions(notes)
    for note in notes:
        view_of_note = note_view(note)
        payload = {"message_id": str(note.id), "position": view_of_note.position, "arrived": False}
        items.append(_item(note.conversation_id, payload, view_of_note, languages))
    lines = newest_lines([key for key in by_id if key in changes.lined])
    for view_of_line in activity_views(lines):
        payload = {"message_id": str(view_of_line.id), "position": view_of_line.position, "arrived": False}
        items.append(_item(view_of_line.conversation_id, payload, view_of_line, languages))
    return items


def _item(conversation_id: UUID, payload: dict[str, Any], view: Any, languages: Sequence[str]) -> LiveItem:
    payload["conversation_id"] = str(conversation_id)
    return LiveItem(
        conversation_id, payload, {language: render_message(view, language) for language in languages}
    )
