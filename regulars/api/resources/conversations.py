"""Conversations and their notes."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET

from regulars.api.conditions import read_text
from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.parsing import parse_reference, parse_seen
from regulars.api.shapes.conversations import (
    ConversationChanges,
    ConversationQuery,
    ConversationShape,
    NewMention,
    NewNote,
    NoteShape,
    build_conversations,
    build_note,
)
from regulars.attention.operations.mentioning import Named, leave_note
from regulars.attention.queries import attach_mentions
from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation
from regulars.conversations.operations import handling
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.conversations.queries.asking import in_time
from regulars.conversations.queries.lists import (
    CLOSING_WITHIN,
    ConversationFilter,
    attach_shown,
)
from regulars.conversations.queries.lists import list_conversations as read_page
from regulars.conversations.queries.steady import list_steadily
from regulars.conversations.queries.threads import newest_notes
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.service_levels.queries import list_by_due
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import find_member, find_team


def list_conversations(actor: Actor, query: ConversationQuery) -> Page[ConversationShape]:
    """The conversations that the token's role sees; every parameter narrows."""
    wanted = ConversationFilter(
        inbox_id=_id(query.inbox, "inbox"),
        status=query.status or "",
        assignee=_assignee_word(query.assignee),
        team_id=_id(query.team, "team"),
        tag=query.tag or "",
        text=query.q.strip(),
        unread=query.unread,
        waiting=query.waiting,
        closes_before=clock.now() + CLOSING_WITHIN if query.closing else None,
        contact_id=_id(query.contact, "contact"),
        condition=read_text(actor, query.conditions, "conversation") if query.conditions else None,
        person_id=_id(query.person, "person"),
        narrowing=query.narrowing,
    )
    with in_time() if query.conditions else nullcontext():
        if query.order == "newest":
            page = list_steadily(actor, wanted, limit=query.limit, cursor=query.cursor)
        elif query.order == "sla":
            page = list_by_due(actor, wanted, limit=query.limit, cursor=query.cursor)
        else:
            page = read_page(actor, wanted, order=query.order, limit=query.limit, cursor=query.cursor)
    return Page(build_conversations(page.items, to=actor), page.next_cursor)


def get_conversation(actor: Actor, conversation_id: UUID) -> ConversationShape:
    """One conversation."""
    return _shape(actor, access_conversation(actor, conversation_id))


def change_conversation(actor: Actor, conversation_id: UUID, body: ConversationChanges) -> ConversationShape:
    """Assign, hand over, prioritize, tag, resolve, snooze or reopen; all of it or nothing.

    409 when somebody changed the same meanwhile, or the contact wrote while it was being resolved.

    Status changes ask for ``conversations:resolve``, the others for ``conversations:assign``.
    """
    conversation = access_conversation(actor, conversation_id)
    if body.team is not UNSET:  # before what locks the conversation, as where teams are removed
        handling.hand_to_team(conversation, team=_team(actor, body.team), by=actor)
    if body.assignee is not UNSET:
        handling.assign_conversation(conversation, to=_member(actor, body.assignee), by=actor)
    if body.priority is not UNSET:
        handling.set_priority(conversation, body.priority, by=actor)
    if body.tags is not UNSET:
        set_conversation_tags(conversation, body.tags, by=actor)
    _change_status(conversation, body, by=actor)
    return _shape(actor, conversation)


def list_notes(actor: Actor, conversation_id: UUID, query: PageQuery) -> Page[NoteShape]:
    """The notes of a conversation, the newest first."""
    conversation = access_conversation(actor, conversation_id)
    notes = newest_notes(conversation).select_related("author__user")
    rows, next_cursor = newest_first(notes, "created_at", query)
    attach_mentions(rows)
    return Page([build_note(note) for note in rows], next_cursor)


def write_note(actor: Actor, conversation_id: UUID, body: NewNote) -> NoteShape:
    """Write a note; it never leaves the house. Whom it names is told, unless they may not see the conversation."""
    conversation = access_conversation(actor, conversation_id)
    named = [_named(mention) for mention in body.mentions]
    left = leave_note(conversation, body.text, named, by=actor)
    attach_mentions([left.note])
    return build_note(left.note, left.unseeing)


def _named(mention: NewMention) -> Named:
    if mention.kind == "everybody":
        return Named("everybody")
    if mention.id is None:
        raise Invalid(_("Say whom"), fields={"mentions": f"the id of a {mention.kind}"})
    return Named(mention.kind, parse_reference(mention.id, "mentions"))


def _shape(actor: Actor, conversation: Conversation) -> ConversationShape:
    attach_shown([conversation])
    return build_conversations([conversation], to=actor)[0]


def _change_status(conversation: Conversation, body: ConversationChanges, *, by: Actor) -> None:
    until = body.snoozed_until
    if body.status is UNSET and until is UNSET:
        return
    if body.status == "snoozed" or (body.status is UNSET and until is not None):
        if until is UNSET or until is None:
            raise Invalid(
                _("Say until when"), fields={"snoozed_until": "an RFC 3339 time with zone, in the future"}
            )
        handling.snooze_conversation(conversation, until=until, by=by, sleeps_through=body.sleeps_through)
    elif until is not UNSET and until is not None:
        raise Invalid(_("Only snoozed conversations have an end"), fields={"snoozed_until": "status snoozed"})
    elif body.status == "resolved":
        handling.resolve_conversation(conversation, by=by, seen=parse_seen(body.last_seen))
    elif body.status == "open" or conversation.status == "snoozed":
        handling.reopen_conversation(conversation, by=by)


def _member(actor: Actor, written: str | None) -> Member | None:
    if written is None:
        return None
    member = find_member(actor.workspace_id, parse_reference(written, "assignee"))
    if member is None:
        raise Invalid(
            _("There is no such member"), fields={"assignee": "the id of an active member, or null"}
        )
    return member


def _team(actor: Actor, written: str | None) -> Team | None:
    if written is None:
        return None
    team = find_team(actor.workspace_id, parse_reference(written, "team"))
    if team is None:
        raise Invalid(_("There is no such team"), fields={"team": "the id of a team, or null"})
    return team


def _id(written: str | None, field: str) -> UUID | None:
    return parse_reference(written, field) if written is not None else None


def _assignee_word(written: str | None) -> str:
    if written is None or written == "none":
        return written or ""
    return str(parse_reference(written, "assignee"))
