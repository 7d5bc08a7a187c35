"""Conversations and notes as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Narrowing, Ref, encodable, refer_to_member, refer_to_team
from regulars.api.shapes.conditions import Conditions
from regulars.api.shapes.contacts import IdentityOfContact, build_identities
from regulars.api.shapes.messages import AuthorShape, Direction, MessageStatus, author_of, text_of
from regulars.api.shapes.service_levels import PromiseShape, build_promise
from regulars.attention.models import NoteMention, NoteWording
from regulars.contacts.models import Group
from regulars.conversations.access import contact_shown_to
from regulars.conversations.models import Conversation, Message, Note
from regulars.conversations.queries.changing import MessageChanges
from regulars.inboxes.ports import MessageKind
from regulars.kernel import clock
from regulars.kernel.shielding import shielded
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.protection.fields import is_hidden
from regulars.service_levels.due import clocks_of
from regulars.service_levels.models import AnswerClock
from regulars.tags.queries import names_of
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member

Status = Literal["open", "snoozed", "resolved"]
MentionKind = Literal["member", "team", "everybody"]
Priority = Literal["low", "normal", "high", "urgent"]
WindowKind = Literal["service", "free_entry_point", "none"]


class ConversationContact(msgspec.Struct):
    """The contact of a conversation, as far as lists need it."""

    id: Id
    name: Annotated[str, told("As the screens show it.", "Alice Kim")]
    identities: Annotated[
        list[IdentityOfContact], told("Their addresses; without `contacts:read` only their phone.")
    ]


class ConversationGroup(msgspec.Struct):
    """The group that a conversation is with. Everybody in it reads what is sent there."""

    id: Id
    subject: Annotated[
        str | None, told("What its people call it; null until the platform has told.", "Neighbours")
    ]
    address: Annotated[str, told("The provider's id of the group.", "Y2FwaV9ncm91cDoxMjAyNTU1MDE5OQ")]
    allows_automation: Annotated[bool, told("Whether machines may write in it; promotions never may.", False)]


class ReplyWindow(msgspec.Struct):
    """Until when free text is allowed."""

    open: Annotated[bool, told("Whether free text may leave now.", True)]
    closes_at: Annotated[Moment | None, told("When it closes, or closed; null when it never was open.")]
    kind: Annotated[
        WindowKind,
        told(
            "`service`: 24 hours after the contact's last message. `free_entry_point`: open, and templates are free"
            " because the contact came from an ad. `none`: closed, or never open.",
            "service",
        ),
    ]


class LastMessage(msgspec.Struct):
    """The newest message in one line."""

    id: Id
    direction: Annotated[Direction, told("`in`: from the contact; `out`: from us.", "in")]
    kind: Annotated[MessageKind, told("The platform's own word.", "text")]
    text: Annotated[str, told("What it says now, after edits.", "Is the red one still there?")]
    status: Annotated[MessageStatus, told("What became of it.", "received")]
    author: Annotated[AuthorShape, told("Who said it.")]
    is_edited: Annotated[bool, told("Whether it was worded anew.", False)]
    is_revoked: Annotated[bool, told("Whether its author deleted it for everybody.", False)]
    sent_at: Annotated[Moment, told("When it was said.")]


class ConversationShape(msgspec.Struct, kw_only=True):
    """One thread of a contact, or of a group, in an inbox."""

    id: Id
    contact: Annotated[
        ConversationContact | None, told("Null in a group; there each message's author is who wrote it.")
    ]
    group: Annotated[ConversationGroup | None, told("Null where it is with one contact.")]
    inbox: Annotated[Ref, told("The number that it is on.")]
    status: Annotated[Status, told("Whether it asks for somebody.", "open")]
    assignee: Annotated[Ref | None, told("The member who answers.")]
    team: Annotated[Ref | None, told("The team whose queue it is in.")]
    priority: Annotated[Priority, told("How urgent it is.", "normal")]
    tags: Annotated[list[str], told("Words that people put on it.", ["delivery"])]
    snoozed_until: Annotated[Moment | None, told("When it comes back, while it is snoozed.")]
    sleeps_through: Annotated[
        bool, told("Snoozed, it stays there when the contact writes; else that brings it back.", False)
    ]
    episode: Annotated[str | None, told("The last episode's id; null while nothing was said.", EXAMPLE_ID)]
    reply_window: Annotated[ReplyWindow, told("Until when free text is allowed.")]
    unread: Annotated[int, told("How many messages nobody has read.", 2)]
    waiting_since: Annotated[
        Moment | None, told("Since when the contact waits for a person's answer; null when it is their turn.")
    ]
    last_message: Annotated[
        LastMessage | None,
        told("Null when nothing was said yet, or when what is stored of it cannot be shown."),
    ]
    promise: Annotated[
        PromiseShape | None, told("By when an answer is promised; null when none is, or nobody waits.")
    ]
    created_at: Annotated[Moment, told("When it began.")]
    updated_at: Annotated[Moment, told("When something of it last changed.")]


class ConversationQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of conversations shows; every parameter narrows."""

    inbox: Annotated[str | None, told("A number's id.", EXAMPLE_ID)] = None
    status: Annotated[Status | None, told("Of this status only.", "open")] = None
    assignee: Annotated[str | None, told("A member's id, or `none`.", "none")] = None
    team: Annotated[str | None, told("A team's id.", EXAMPLE_ID)] = None
    tag: Annotated[str | None, told("With this tag only: its name or id.", "delivery")] = None
    contact: Annotated[str | None, told("A contact's id.", EXAMPLE_ID)] = None
    person: Annotated[str | None, told("A `person` of contacts: the threads of all of them.", EXAMPLE_ID)] = (
        None
    )
    unread: Annotated[bool, told("With unread messages only.", True)] = False
    waiting: Annotated[bool, told("Only those who wait for an answer.", True)] = False
    closing: Annotated[bool, told("Only those whose reply window closes within 4 hours.", True)] = False
    narrowing: Annotated[
        Narrowing,
        told(
            "`at_risk`: the promised answer is nearly due, or late. `batch`: answered in a batch. `overdue`: open, and"
            " without a message of ours for longer than the follow-up window. `idle`: what the rule for idle"
            " conversations resolves next, or would if it were on. Empty: all.",
            "at_risk",
        ),
    ] = ""
    q: Annotated[
        str, told("Finds by the contact's name, number or tag, or by the group's subject.", "Kim")
    ] = ""
    conditions: Conditions = ""
    order: Annotated[
        Literal["newest", "longest_waiting", "sla", "created", "waking", "closing"],
        told(
            "`newest` talk first: what moves up meanwhile keeps its place, so that no page skips or repeats it."
            " `created`: the last one begun first; nothing moves. `longest_waiting` or `sla` (what is due) first:"
            " who is answered meanwhile moves. `waking`: whose snooze ends soonest. `closing`: the most urgent first,"
            " then whose reply window closes soonest.",
            "longest_waiting",
        ),
    ] = "newest"


class ConversationChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    status: Annotated[Status | UnsetType, told("What it is from now on.", "resolved")] = UNSET
    snoozed_until: Annotated[
        Moment | UnsetType | None, told("In the future; required with status `snoozed`.")
    ] = UNSET
    sleeps_through: Annotated[
        bool, told("With `snoozed_until`: stay snoozed when the contact writes.", False)
    ] = False
    assignee: Annotated[str | UnsetType | None, told("A member's id, or null for nobody.", EXAMPLE_ID)] = (
        UNSET
    )
    team: Annotated[str | UnsetType | None, told("A team's id, or null for none.", EXAMPLE_ID)] = UNSET
    priority: Annotated[Priority | UnsetType, told("How urgent it is.", "high")] = UNSET
    tags: Annotated[list[str] | UnsetType, told("All of them: others are taken off.", ["delivery"])] = UNSET
    last_seen: Annotated[
        str | UnsetType | None,
        told(
            "With status `resolved`: the contact's newest message that you know of, or null;"
            " 409 when a later one came.",
            EXAMPLE_ID,
        ),
    ] = UNSET


class NewMention(msgspec.Struct, forbid_unknown_fields=True):
    """Whom a note names."""

    kind: Annotated[
        MentionKind, told("One member, a team, or everybody who sees the conversation.", "member")
    ]
    id: Annotated[str | None, told("The member's or team's id; none for everybody.", EXAMPLE_ID)] = None


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    """An internal note; it never leaves the house."""

    text: Annotated[str, told("What it says.", "Called her; she comes tomorrow.")]
    mentions: Annotated[
        list[NewMention], told("Whom it names; they are told, and follow the conversation from then on.")
    ] = []


class MentionShape(msgspec.Struct):
    """Whom a note names."""

    kind: Annotated[
        MentionKind, told("One member, a team, or everybody who sees the conversation.", "member")
    ]
    id: Annotated[str | None, told("The member's or team's id.", EXAMPLE_ID)]
    name: Annotated[str, told("As they were called then.", "Ann Agent")]


class NoteShape(msgspec.Struct):
    """Said among members."""

    id: Id
    text: Annotated[str, told("What it says.", "Called her; she comes tomorrow.")]
    author: Annotated[AuthorShape, told("Who wrote it; of kind `api` when a token did.")]
    created_at: Annotated[Moment, told("When it was written.")]
    withdrawn_at: Annotated[Moment | None, told("When its author took it back; it says nothing since.")]
    edited_at: Annotated[Moment | None, told("When it was put in other words last; null when it never was.")]
    mentions: Annotated[list[MentionShape], told("Whom it names.")]
    not_told: Annotated[
        list[Ref], told("When it is written: those whom it names and who may not see the conversation.")
    ]


class NoteChanges(msgspec.Struct, forbid_unknown_fields=True):
    """A note in other words."""

    text: Annotated[str, told("What it says now.", "Called her; she comes on Friday.")]


class NoteWordingShape(msgspec.Struct):
    """What a note said for a time."""

    text: Annotated[str, told("What it said.", "Called her; she comes tomorrow.")]
    until: Annotated[Moment, told("When other words took its place.")]


def build_conversations(conversations: Sequence[Conversation], *, to: Actor) -> list[ConversationShape]:
    """Two queries beside the rows (last message and tags are attached)."""
    identities = build_identities([each.contact_id for each in conversations if each.contact_id])
    clocks = clocks_of([each.id for each in conversations])
    return [_build(each, _shown(each, identities, to), clocks.get(each.id)) for each in conversations]


def _shown(
    conversation: Conversation, identities: Mapping[UUID, list[IdentityOfContact]], to: Actor
) -> list[IdentityOfContact]:
    known = identities.get(conversation.contact_id, []) if conversation.contact_id else []
    return known if contact_shown_to(to, conversation) else [each for each in known if each.kind == "phone"]


def _last_of(conversation: Conversation) -> LastMessage | None:
    last: Message | None = getattr(conversation, "last_message", None)
    if last is None:
        return None
    changes: MessageChanges = getattr(conversation, "last_changes", MessageChanges())
    return shielded("message", last.id, lambda: encodable(_build_last(last, changes)), lambda: None)


def build_note(note: Note, not_told: Sequence[Member] = ()) -> NoteShape:
    """Wants its mentions read (``attention.queries.attach_mentions``)."""
    kind: Literal["member", "api"] = "member" if note.author_id else "api"
    name = str(note.author) if note.author else note.author_name
    rows: Sequence[NoteMention] = getattr(note, "mentioned", ())
    wordings: Sequence[NoteWording] = getattr(note, "wordings", ())
    return NoteShape(
        str(note.id),
        "" if note.withdrawn_at or is_hidden(note.text) else note.text,
        AuthorShape(kind, _text(note.author_id), name),
        note.created_at,
        note.withdrawn_at,
        wordings[-1].until if wordings else None,
        [
            MentionShape(cast("MentionKind", row.kind), _text(row.member_id or row.team_id), row.name)
            for row in rows
        ],
        [Ref(str(member.id), str(member)) for member in not_told],
    )


def _build(
    conversation: Conversation, identities: list[IdentityOfContact], found: AnswerClock | None
) -> ConversationShape:
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
        tags=names_of(conversation.shown_tags),
        snoozed_until=conversation.snoozed_until,
        sleeps_through=conversation.sleeps_through and conversation.status == "snoozed",
        episode=_text(conversation.episode_id),
        reply_window=build_reply_window(conversation, clock.now()),
        unread=conversation.unread_count,
        waiting_since=conversation.waiting_since,
        last_message=_last_of(conversation),
        promise=build_promise(found) if found else None,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def _build_group(group: Group) -> ConversationGroup:
    return ConversationGroup(str(group.id), group.subject or None, group.address, group.allows_automation)


def build_reply_window(conversation: Conversation, at: datetime) -> ReplyWindow:
    is_open = conversation.window_is_open(at)
    ad_closes = conversation.ad_window_closes_at
    kind: WindowKind = "service" if is_open else "none"
    if is_open and ad_closes is not None and at < ad_closes:
        kind = "free_entry_point"
    return ReplyWindow(is_open, conversation.window_closes_at, kind)


def _build_last(message: Message, changes: MessageChanges) -> LastMessage:
    return LastMessage(
        id=str(message.id),
        direction=cast("Direction", message.direction),
        kind=msgspec.convert(message.kind, MessageKind),
        text=text_of(message, changes),
        status=cast("MessageStatus", message.status),
        author=author_of(message),
        is_edited=changes.is_edited,
        is_revoked=changes.revoked_by is not None,
        sent_at=message.sent_at,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
