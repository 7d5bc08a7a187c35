"""Drafts become messages: the row is the intent. Whoever says something comes in by ``operations.composing``.

``queue_messages`` checks the guardrails, writes message and job in one transaction and wakes the sender; what each
draft says was looked at before. Nothing talks to a provider here; ``conversations.delivering`` does, through the
channel's transport.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction

from regulars.contacts.models import Consent
from regulars.conversations.events import ConversationAnswered, ConversationClaimed, MessageQueued
from regulars.conversations.guardrails import (
    BLOCKED,
    Circumstances,
    GuardrailRefused,
    Refusal,
    check_group,
    check_leaving,
    check_limits,
    useful_until,
)
from regulars.conversations.models import UNCOUNTED_KINDS, Conversation, Message
from regulars.conversations.operations.episodes import Opening, go_on
from regulars.conversations.operations.reacting import restore_last_words, withdraw_reactions
from regulars.conversations.operations.seeing import Seen, Unseen, lock_and_look
from regulars.conversations.operations.telling import tell_all
from regulars.conversations.ports import find_blocked
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.ports import (
    ChannelFacts,
    MessageContent,
    MessageKind,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
)
from regulars.kernel import clock
from regulars.kernel.events import Doer, Event
from regulars.kernel.ids import new_id
from regulars.protection.matching import Watch
from regulars.protection.protecting import protected
from regulars.protection.queries import watch_of
from regulars.workspaces.access import Actor

OUTGOING_CHANNEL = "regulars_outgoing"
"""NOTIFY channel that wakes the sender"""


@dataclass(frozen=True, slots=True)
class OutgoingDraft:
    conversation: Conversation
    content: OutgoingContent
    reply_to_provider_id: str | None = None
    template_category: str = ""
    """MARKETING, UTILITY … as the platform files the template; consent is asked by it"""
    seen: Seen | None = None
    """the contact's newest message when it was written: later ones it does not answer; None answers all of them"""
    leaves_after: timedelta = timedelta(0)
    """how long its writer may take it back"""
    is_forward: bool = False
    """it was said in another conversation before"""
    id: UUID = field(default_factory=new_id)
    """the message's id; a caller that may repeat itself (a screen with a bad connection) chooses it"""


def queue_message(draft: OutgoingDraft, *, by: Actor, channel: ChannelFacts) -> Message:
    (outcome,) = queue_messages([draft], by=by, channel=channel)
    if isinstance(outcome, Refusal):
        raise GuardrailRefused(outcome)
    return outcome


@transaction.atomic
def queue_messages(
    drafts: Sequence[OutgoingDraft], *, by: Actor, channel: ChannelFacts
) -> list[Message | Refusal]:
    """For each draft, in order, the message or why not."""
    by.require("messages:send")
    moment = clock.now()
    opted_out = _opted_out_among(drafts)
    blocked = find_blocked()({draft.conversation.id for draft in drafts})
    watches: dict[UUID, Watch] = {}
    outcomes: list[Message | Refusal] = []
    limits: dict[UUID, datetime | None] = {}
    for draft in drafts:
        refusal = _blocked(draft, blocked) or _refusal(draft, by, channel, moment, opted_out)
        workspace_id = draft.conversation.workspace_id
        if workspace_id not in watches:
            watches[workspace_id] = watch_of(workspace_id)
        outcomes.append(refusal or _message(draft, by, moment, watches[workspace_id]))
        limits[draft.id] = useful_until(draft.content, draft.template_category, moment)
    seen = {draft.conversation.id: draft.seen for draft in drafts if draft.seen is not None}
    delays = {draft.id: draft.leaves_after for draft in drafts if draft.leaves_after}
    messages = [outcome for outcome in outcomes if isinstance(outcome, Message)]
    _insert(messages, limits, seen, delays)
    return outcomes


def _blocked(draft: OutgoingDraft, blocked: Collection[UUID]) -> Refusal | None:
    return Refusal(BLOCKED) if draft.conversation.id in blocked else None


def find_refusal(draft: OutgoingDraft, *, by: Actor, channel: ChannelFacts, at: datetime) -> Refusal | None:
    """Why it may not leave at a moment, as far as that can be told now."""
    return _refusal(draft, by, channel, at, _opted_out_among([draft]))


def _refusal(
    draft: OutgoingDraft, by: Actor, channel: ChannelFacts, at: datetime, opted_out: Collection[UUID]
) -> Refusal | None:
    is_unwanted = draft.template_category == "MARKETING" and (
        draft.conversation.contact_id is None or draft.conversation.contact_id in opted_out
    )
    return (
        check_limits(draft.content, channel)
        or _check_group(draft, by, channel)
        or check_leaving(_circumstances(draft.conversation), draft.content, at=at, is_unwanted=is_unwanted)
    )


def _opted_out_among(drafts: Sequence[OutgoingDraft]) -> set[UUID]:
    marketing = [draft.conversation for draft in drafts if draft.template_category == "MARKETING"]
    return opted_out_of_marketing({each.contact_id for each in marketing if each.contact_id})


def _check_group(draft: OutgoingDraft, by: Actor, channel: ChannelFacts) -> Refusal | None:
    group = draft.conversation.group
    if group is None:
        return None
    return check_group(
        draft.content,
        channel,
        template_category=draft.template_category,
        may_be_said_here=by.kind != "system" or group.allows_automation,
    )


def _circumstances(conversation: Conversation) -> Circumstances:
    return Circumstances(
        conversation.inbox.paused_reason,
        conversation.window_closes_at,
        is_group=conversation.group_id is not None,
    )


def opted_out_of_marketing(contact_ids: Collection[UUID]) -> set[UUID]:
    if not contact_ids:
        return set()
    newest = (
        Consent.objects.filter(contact_id__in=contact_ids, purpose="marketing")
        .order_by("contact_id", "-at", "-id")
        .distinct("contact_id")
        .values_list("contact_id", "state")
    )
    return {contact_id for contact_id, state in newest if state == "opted_out"}


def _message(draft: OutgoingDraft, by: Actor, moment: datetime, watch: Watch) -> Message:
    """Times are cut to the second like the platform's own, ids keep the order."""
    content = draft.content
    conversation = draft.conversation
    media_id = content.media_id if isinstance(content, OutgoingMedia) and content.media_id else None
    text, stored = protected(text_of(content), stored_draft(draft), watch)
    return Message(
        id=draft.id,
        workspace_id=conversation.workspace_id,
        inbox_id=conversation.inbox_id,
        conversation=conversation,
        contact_id=conversation.contact_id,
        direction="out",
        kind=kind_of(content),
        text=text,
        content=stored,
        media_id=media_id,
        target_provider_id=content.target_provider_id if isinstance(content, OutgoingReaction) else None,
        reply_to_provider_id=draft.reply_to_provider_id,
        author_kind="member" if by.kind == "member" else "api" if by.kind == "token" else "system",
        author_member_id=by.member_id,
        author_name=by.name,
        status="queued",
        sent_at=moment.replace(microsecond=0),
        created_at=moment,
    )


def kind_of(content: OutgoingContent) -> MessageKind:
    match content:
        case OutgoingText():
            return "text"
        case OutgoingMedia():
            return content.kind
        case OutgoingLocation():
            return "location"
        case OutgoingContacts():
            return "contacts"
        case OutgoingReaction():
            return "reaction"
        case OutgoingInteractive():
            return "interactive"
        case OutgoingTemplate():
            return "template"


def text_of(content: OutgoingContent) -> str:
    match content:
        case OutgoingText() | OutgoingInteractive():
            return content.body
        case OutgoingMedia():
            return content.caption
        case OutgoingTemplate():
            rendered = content.rendered if isinstance(content.rendered, Mapping) else {}
            return str(rendered.get("body", "")) or content.name
        case OutgoingReaction():
            return content.emoji
        case OutgoingLocation():
            return content.name
        case OutgoingContacts():
            return ", ".join(card.name for card in content.cards)


def stored_draft(draft: OutgoingDraft) -> dict[str, Any]:
    stored = stored_content(draft.content)
    return {**stored, "forwarded": "forwarded"} if draft.is_forward else stored


def stored_content(content: OutgoingContent) -> dict[str, Any]:
    full = msgspec.to_builtins(MessageContent(outgoing=msgspec.to_builtins(content)))
    return {key: value for key, value in full.items() if value}


def _insert(
    messages: Sequence[Message],
    limits: Mapping[UUID, datetime | None],
    seen: Mapping[UUID, Seen],
    delays: Mapping[UUID, timedelta],
) -> None:
    if not messages:
        return
    Message.objects.bulk_create(messages)
    ended, answers = _answer_conversations(messages, seen)
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, [[message.conversation_id for message in messages]])
        cursor.execute(
            "INSERT INTO conversations_outgoingmessage"
            " (message_id, inbox_id, conversation_id, state, attempts, not_before, outcome_reason, created_at,"
            " useful_until, ended_wait_since, ended_unread)"
            " SELECT m, i, c, 'queued', 0, now() + make_interval(secs => delay), '', now(), until, since, unread"
            " FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::timestamptz[], %b::timestamptz[], %b::int[],"
            " %b::float[]) WITH ORDINALITY AS new(m, i, c, until, since, unread, delay, place) ORDER BY place",
            [
                [message.id for message in messages],
                [message.inbox_id for message in messages],
                [message.conversation_id for message in messages],
                [limits.get(message.id) for message in messages],
                [ended.get(message.id, NO_WAIT).since for message in messages],
                [ended.get(message.id, NO_WAIT).unread for message in messages],
                [delays.get(message.id, NO_DELAY).total_seconds() for message in messages],
            ],
        )
    withdrawn = withdraw_reactions([message.id for message in messages if message.kind == "reaction"])
    if withdrawn:
        restore_last_words(withdrawn, UNCOUNTED_KINDS)
    add_to_ledger(
        LedgerRow(
            message.conversation.inbox.connection_id,
            message.conversation.inbox.address,
            "outbound",
            "intended",
            "",
            1,
        )
        for message in messages
    )
    tell_all([*answers, *map(_queued, messages)])
    wake_sender()


_LET_GO = """
UPDATE conversations_outgoingmessage SET not_before = now()
WHERE conversation_id = ANY(%b::uuid[]) AND state IN ('queued', 'sending') AND not_before > now() AND attempts = 0
  AND waits_for IS NULL
"""
"""What could still be taken back is not when something is said after it: nobody waits behind it, and order is kept."""


def _queued(message: Message) -> MessageQueued:
    return MessageQueued(
        message.workspace_id,
        message.conversation_id,
        message.contact_id,
        message.id,
        message.kind,
        message.author_member_id,
    )


class EndedWait(NamedTuple):
    """What an answer put an end to: since when the contact waited, and how much was unread."""

    since: datetime | None
    unread: int


NO_WAIT = EndedWait(None, 0)
NO_DELAY = timedelta(0)
NOTHING_UNSEEN = Unseen(0, None)


def _answer_conversations(
    messages: Sequence[Message], seen: Mapping[UUID, Seen]
) -> tuple[dict[UUID, EndedWait], list[Event]]:
    """A message of ours is the answer the contact waited for: clock off, read, claimed by who answers.

    What came after what was seen stays unread and waits on. For each first answer, what it ended: that comes back if
    it fails (``operations.unanswering``); and what happened by it.
    """
    latest = {message.conversation_id: message for message in messages}
    answers = [message for message in messages if message.kind != "reaction"]
    answering = {message.conversation_id: message.id for message in reversed(answers)}
    unseen = lock_and_look(latest, seen) if seen else {}
    left = [unseen.get(key, NOTHING_UNSEEN) for key in latest]
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWER,
            [
                list(latest),
                [message.id for message in latest.values()],
                [message.sent_at for message in latest.values()],
                [message.created_at for message in latest.values()],
                [key in answering for key in latest],
                [message.author_member_id for message in latest.values()],
                [each.messages for each in left],
                [each.since for each in left],
            ],
        )
        rows = cursor.fetchall()
    ended = {answering[row[0]]: EndedWait(row[1], row[2]) for row in rows if row[0] in answering}
    told: list[Event] = []
    go_on([_opened_by(latest[row[0]]) for row in rows if row[5] and row[0] in answering])
    for conversation_id, since, unread, was_claimed, team_id, _begins in rows:
        message, answer_id = latest[conversation_id], answering.get(conversation_id)
        if answer_id and (unread or since):
            told.append(ConversationAnswered(message.workspace_id, conversation_id, answer_id, since, unread))
        if answer_id and was_claimed:
            by = Doer("member", message.author_member_id, message.author_name)
            told.append(ConversationClaimed(message.workspace_id, conversation_id, answer_id, team_id, by))
    return ended, told


def _opened_by(message: Message) -> Opening:
    by = Doer(message.author_kind, message.author_member_id, message.author_name)
    return Opening(message.conversation_id, message.created_at, by)


_ANSWER = """
WITH new AS (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::timestamptz[], %b::timestamptz[], %b::bool[], %b::uuid[],
      %b::int[], %b::timestamptz[])
    AS t(id, message_id, at, written_at, answers, member_id, unseen, unseen_since)
), before AS (
  SELECT c.id, c.waiting_since, c.unread_count, c.assignee_id FROM conversations_conversation c
  WHERE c.id IN (SELECT id FROM new)
  ORDER BY c.id FOR UPDATE
)
UPDATE conversations_conversation c SET
  last_message_id = CASE WHEN new.at >= COALESCE(c.last_message_at, '-infinity') THEN new.message_id
    ELSE c.last_message_id END,
  last_message_at = GREATEST(c.last_message_at, new.at),
  waiting_since = CASE WHEN NOT new.answers THEN c.waiting_since
    WHEN c.waiting_since IS NULL OR new.unseen_since IS NULL THEN NULL
    ELSE GREATEST(c.waiting_since, new.unseen_since) END,
  unread_count = CASE WHEN new.answers THEN LEAST(c.unread_count, new.unseen) ELSE c.unread_count END,
  ad_window_closes_at = CASE WHEN new.answers AND new.written_at < c.ad_opened_at + interval '24 hours'
      AND COALESCE(c.ad_window_closes_at, '-infinity') < c.ad_opened_at
    THEN new.written_at + interval '72 hours' ELSE c.ad_window_closes_at END,
  assignee_id = CASE WHEN new.answers AND COALESCE((SELECT duty.reply_claims FROM workspaces_dutysettings duty
      WHERE duty.workspace_id = c.workspace_id), true)
    THEN COALESCE(c.assignee_id, new.member_id) ELSE c.assignee_id END,
  owned_elsewhere = false,
  updated_at = new.written_at
FROM new JOIN before ON before.id = new.id
WHERE c.id = new.id
RETURNING c.id, before.waiting_since, before.unread_count - c.unread_count,
  new.answers AND before.assignee_id IS NULL AND c.assignee_id IS NOT NULL, c.team_id,
  c.episode_id IS NULL AND c.status <> 'resolved'
"""


def wake_sender() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [OUTGOING_CHANNEL])


def outgoing_of(message: Message) -> OutgoingContent:
    """Raises ``msgspec.ValidationError`` if the row is not one of ours."""
    stored = message.content.get("outgoing")
    content: OutgoingContent = msgspec.convert(stored, OutgoingContent)
    return content
