"""Conversations and notes as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Ref, encodable, refer_to_member, refer_to_team
from regulars.api.shapes.contacts import IdentityShape, build_identities
from regulars.api.shapes.messages import AuthorShape, author_of, text_of
from regulars.contacts.models import Group
from regulars.conversations.models import Conversation, Message, Note
from regulars.conversations.queries.changing import MessageChanges
from regulars.kernel import clock
from regulars.kernel.shielding import shielded, words_in

Status = Literal["open", "snoozed", "resolved"]
Priority = Literal["low", "normal", "high", "urgent"]


class ConversationContact(msgspec.Struct):
    """The contact of a conversation, as far as lists need it."""

    id: str
    name: str
    identities: list[IdentityShape]


class ConversationGroup(msgspec.Struct):
    """The group that a conversation is with. Everybody in it reads what is sent there."""

    id: str
    subject: str | None
    """what its people call it; null until the platform has told"""
    address: str
    """the provider's id of the group"""
    allows_automation: bool
    """whether machines may write in it; promotions never may"""


class ReplyWindow(msgspec.Struct):
    """Until when free text is allowed.

    ``kind``: ``service`` (24 hours after the contact's last message), ``free_entry_point`` (open, and templates
    are free because the contact came from an ad), ``none`` (closed, or never open).
    """

    open: bool
    closes_at: datetime | None
    kind: Literal["service", "free_entry_point", "none"]


class LastMessage(msgspec.Struct):
    """The newest message in one line."""

    id: str
    direction: Literal["in", "out"]
    kind: str
    text: str
    """what it says now, after edits"""
    status: str
    author: AuthorShape
    is_edited: bool
    is_revoked: bool
    sent_at: datetime


class ConversationShape(msgspec.Struct, kw_only=True):
    """One thread of a contact, or of a group, in an inbox."""

    id: str
    contact: ConversationContact | None
    """null in a group; there each message's author is who wrote it"""
    group: ConversationGroup | None
    inbox: Ref
    status: Status
    assignee: Ref | None
    team: Ref | None
    priority: Priority
    tags: list[str]
    snoozed_until: datetime | None
    reply_window: ReplyWindow
    unread: int
    waiting_since: datetime | None
    last_message: LastMessage | None
    """null when nothing was said yet, or when what is stored of it cannot be shown"""
    created_at: datetime
    updated_at: datetime


class ConversationQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of conversations shows; every parameter narrows."""

    inbox: str | None = None
    status: Status | None = None
    assignee: str | None = None
    """a member's id, or ``none``"""
    team: str | None = None
    tag: str | None = None
    contact: str | None = None
    unread: bool = False
    q: str = ""
    """finds by the contact's name, number or tag, or by the group's subject"""
    order: Literal["newest", "longest_waiting", "sla"] = "newest"


class ConversationChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    status: Status | UnsetType = UNSET
    snoozed_until: datetime | UnsetType | None = UNSET
    """required with status ``snoozed``"""
    assignee: str | UnsetType | None = UNSET
    """a member's id, or null for nobody"""
    team: str | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    last_seen: str | UnsetType | None = UNSET
    """with status ``resolved``: the contact's newest message that you know of, or null; 409 when a later one came"""


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    """An internal note; it never leaves the house."""

    text: str


class NoteShape(msgspec.Struct):
    """Said among members."""

    id: str
    text: str
    author: AuthorShape
    created_at: datetime


def build_conversations(conversations: Sequence[Conversation]) -> list[ConversationShape]:
    """Conversations with whom they are and last message: one query beside the rows (``last_message`` is attached)."""
    identities = build_identities([each.contact_id for each in conversations if each.contact_id])
    return [
        _build(each, identities.get(each.contact_id, []) if each.contact_id else []) for each in conversations
    ]


def _last_of(conversation: Conversation) -> LastMessage | None:
    last: Message | None = getattr(conversation, "last_message", None)
    if last is None:
        return None
    changes: MessageChanges = getattr(conversation, "last_changes", MessageChanges())
    return shielded("message", last.id, lambda: encodable(_build_last(last, changes)), lambda: None)


def build_note(note: Note) -> NoteShape:
    """A note with its author; notes of tokens have the kind ``api``."""
    kind: Literal["member", "api"] = "member" if note.author_id else "api"
    name = str(note.author) if note.author else note.author_name
    return NoteShape(str(note.id), note.text, AuthorShape(kind, _text(note.author_id), name), note.created_at)


def _build(conversation: Conversation, identities: list[IdentityShape]) -> ConversationShape:
    contact = conversation.contact
    return ConversationShape(
        id=str(conversation.id),
        contact=ConversationContact(str(contact.id), contact.display_name, identities) if contact else None,
        group=_build_group(conversation.group) if conversation.group else None,
        inbox=Ref(str(conversation.inbox_id), conversation.inbox.name),
        status=msgspec.convert(conversation.status, Status),
        assignee=refer_to_member(conversation.assignee),
        team=refer_to_team(conversation.team),
        priority=msgspec.convert(conversation.priority, Priority),
        tags=words_in(conversation.tags),
        snoozed_until=conversation.snoozed_until,
        reply_window=build_reply_window(conversation, clock.now()),
        unread=conversation.unread_count,
        waiting_since=conversation.waiting_since,
        last_message=_last_of(conversation),
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def _build_group(group: Group) -> ConversationGroup:
    return ConversationGroup(str(group.id), group.subject or None, group.address, group.allows_automation)


def build_reply_window(conversation: Conversation, at: datetime) -> ReplyWindow:
    """The window as it stands at a moment."""
    is_open = conversation.window_is_open(at)
    ad_closes = conversation.ad_window_closes_at
    kind: Literal["service", "free_entry_point", "none"] = "service" if is_open else "none"
    if is_open and ad_closes is not None and at < ad_closes:
        kind = "free_entry_point"
    return ReplyWindow(is_open, conversation.window_closes_at, kind)


def _build_last(message: Message, changes: MessageChanges) -> LastMessage:
    return LastMessage(
        id=str(message.id),
        direction="in" if message.direction == "in" else "out",
        kind=message.kind,
        text=text_of(message, changes),
        status=message.status,
        author=author_of(message),
        is_edited=changes.is_edited,
        is_revoked=changes.revoked_by is not None,
        sent_at=message.sent_at,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
