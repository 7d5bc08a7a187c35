"""From intent to outcome: claiming what may leave, and writing down what became of it.

A job goes queued → sending (claimed, with a lease, committed before anything leaves) → accepted, refused or
unknown. Only a *deferred* answer, which proves that nothing was sent, leads back to queued, at most
``RETRIES`` times. A lease that ran out becomes unknown: the process died between asking and noting the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
import orjson
from django.db import connection, transaction

from regulars.conversations.events import MessageStatusChanged
from regulars.conversations.guardrails import check_leaving
from regulars.conversations.models import Message
from regulars.conversations.operations.activities import ActivityRow, insert_activities
from regulars.conversations.operations.sending import opted_out_of_marketing, outgoing_of, wake_sender
from regulars.conversations.operations.statuses import (
    UNREACHABLE_CODES,
    adopt_unmatched,
    error_json,
    mark_unreachable,
    settle_jobs,
)
from regulars.inboxes.models import sealed_fields
from regulars.inboxes.ports import (
    Accepted,
    Deferred,
    Identity,
    ProviderError,
    Refused,
    SendResult,
    ToSend,
    Uncertain,
)
from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.events import record_all
from regulars.message_templates.models import MessageTemplate
from regulars.workspaces.access import Actor

RETRIES = 2
"""transient errors are tried again twice, final ones never (GD-5)"""
UNKNOWN_RESULT = "unknown-result"
"""our own code, beside the provider's numbers and the guardrails' words"""
LEASE = timedelta(seconds=90)
"""longer than the transport's own deadline for a request, or a slow answer would be given up too early"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is on its way out, with what the sender needs to know."""

    to_send: ToSend
    workspace_id: UUID
    conversation_id: UUID
    inbox_id: UUID
    connection_id: UUID
    contact_id: UUID
    attempts: int
    media_id: UUID | None


_CLAIM = """
WITH chosen AS (
  SELECT o.message_id FROM conversations_outgoingmessage o
  WHERE o.state = 'queued' AND o.inbox_id = %s AND o.not_before <= now() AND NOT o.conversation_id = ANY(%s)
    AND NOT EXISTS (SELECT 1 FROM conversations_outgoingmessage e WHERE e.conversation_id = o.conversation_id
      AND e.state IN ('queued', 'sending') AND e.sequence < o.sequence)
  ORDER BY o.sequence LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE conversations_outgoingmessage o SET state = 'sending', attempts = o.attempts + 1,
  lease_until = now() + make_interval(secs => %s)
FROM chosen WHERE o.message_id = chosen.message_id RETURNING o.message_id, o.attempts
"""


@transaction.atomic
def claim_batch(inbox_id: UUID, limit: int, held_conversations: Sequence[UUID] = ()) -> list[Claimed]:
    """Take up to ``limit`` messages of a number that may leave now, the oldest of each conversation first.

    What a guardrail forbids by now is refused here and never leaves. ``held_conversations`` are passed over
    (their contact's own rate is used up).
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [inbox_id, list(held_conversations), limit, LEASE.total_seconds()])
        attempts = dict(cursor.fetchall())
    if not attempts:
        return []
    messages = (
        Message.objects.filter(id__in=attempts)
        .select_related("conversation__inbox__connection")
        .defer(*sealed_fields("conversation__inbox__connection__"))
        .order_by("outgoing__sequence")
    )
    recipients = _recipients([message.contact_id for message in messages])
    unwanted = _unwanted(messages)
    claimed = []
    for message in messages:
        ready = _ready(
            message,
            attempts[message.id],
            recipients.get(message.contact_id),
            is_unwanted=message.id in unwanted,
        )
        if ready is not None:
            claimed.append(ready)
    Message.objects.filter(id__in=[each.to_send.message_id for each in claimed], status="queued").update(
        status="sending"
    )
    return claimed


def _unwanted(messages: Iterable[Message]) -> set[UUID]:
    """Marketing templates to contacts who opted out since they were queued."""
    templates = [message for message in messages if message.kind == "template"]
    opted_out = opted_out_of_marketing({message.contact_id for message in templates})
    suspects = [message for message in templates if message.contact_id in opted_out]
    if not suspects:
        return set()
    marketing = set(
        MessageTemplate.objects.filter(
            connection_id__in={message.conversation.inbox.connection_id for message in suspects},
            category="MARKETING",
        ).values_list("connection_id", "name", "language")
    )
    return {message.id for message in suspects if _template_key(message) in marketing}


def _template_key(message: Message) -> tuple[UUID, str, str]:
    named = message.content.get("outgoing") or {}
    return (
        message.conversation.inbox.connection_id,
        str(named.get("name", "")),
        str(named.get("language", "")),
    )


def _ready(
    message: Message, attempts: int, recipient: Identity | None, *, is_unwanted: bool
) -> Claimed | None:
    """The message as the transport wants it, or None after refusing it."""
    try:
        content = outgoing_of(message)
    except msgspec.ValidationError:
        _refuse(message, "unreadable", "", "the stored content is not one that can be sent")
        return None
    refusal = check_leaving(message.conversation, content, at=clock.now(), opted_out=is_unwanted)
    if recipient is None:
        _refuse(message, "no-address", "", "the contact has no address on this channel")
        return None
    if refusal is not None:
        _refuse(message, refusal.code, str(refusal.title), str(refusal.detail))
        return None
    inbox = message.conversation.inbox
    group = message.conversation.group_address
    return Claimed(
        ToSend(
            message_id=str(message.id),
            address=inbox.address,
            recipient=recipient,
            content=content,
            callback_data=str(message.id),
            reply_to_provider_id=message.reply_to_provider_id,
            group_id=group or None,
            attempt=attempts,
        ),
        message.workspace_id,
        message.conversation_id,
        inbox.id,
        inbox.connection_id,
        message.contact_id,
        attempts,
        message.media_id,
    )


def _refuse(message: Message, code: str, title: str, details: str) -> None:
    error = {"code": code, "title": title, "details": details}
    Message.objects.filter(id=message.id).update(status="failed", error=error)
    settle_jobs([(message.id, "refused", code)])
    record_all([MessageStatusChanged(message.workspace_id, message.conversation_id, message.id, "failed")])


def _recipients(contact_ids: Sequence[UUID]) -> dict[UUID, Identity]:
    """Where each contact is written to: the phone if we know it (the platform's advice), else the BSUID."""
    order = {"phone": 0, "bsuid": 1, "parent_bsuid": 2}
    wanted = list(order)
    best: dict[UUID, Identity] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id, kind, value FROM contacts_contactidentity"
            " WHERE contact_id = ANY(%s) AND kind = ANY(%s) AND retired_at IS NULL ORDER BY first_seen_at DESC",
            [list(set(contact_ids)), wanted],
        )
        for contact_id, kind, value in cursor.fetchall():
            current = best.get(contact_id)
            if current is None or order[kind] < order[current.kind]:
                best[contact_id] = Identity(kind, value)
    return best


@transaction.atomic
def record_results(results: Sequence[tuple[Claimed, SendResult]]) -> None:
    """Write down the outcomes of a batch. A status may have come first; then its proof stands."""
    if not results:
        return
    ordered = sorted(results, key=lambda pair: pair[0].to_send.message_id)
    _lock([claimed for claimed, _result in ordered])
    accepted = [(claimed, result) for claimed, result in ordered if isinstance(result, Accepted)]
    _write_accepted(accepted)
    for claimed, result in ordered:
        match result:
            case Refused():
                _write_end(claimed, "refused", "failed", result.error)
            case Uncertain():
                _write_end(claimed, "unknown", "unknown", result.error, result.reason)
            case Deferred():
                _write_deferred(claimed, result)
    by_workspace: dict[UUID, list[tuple[UUID, str]]] = {}
    for claimed, result in accepted:
        by_workspace.setdefault(claimed.workspace_id, []).append((claimed.inbox_id, result.provider_id))
    for workspace_id, keys in by_workspace.items():
        adopt_unmatched(workspace_id, keys)


def _lock(claims: Sequence[Claimed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM conversations_message WHERE id = ANY(%b::uuid[]) ORDER BY id FOR UPDATE",
            [[each.to_send.message_id for each in claims]],
        )


def _write_accepted(rows: Sequence[tuple[Claimed, Accepted]]) -> None:
    if not rows:
        return
    ids = [UUID(claimed.to_send.message_id) for claimed, _result in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message m SET provider_id = COALESCE(m.provider_id, new.provider_id),"
            " status = CASE WHEN m.status IN ('queued', 'sending', 'unknown') THEN 'sent' ELSE m.status END,"
            " error = CASE WHEN m.status IN ('queued', 'sending', 'unknown') THEN NULL ELSE m.error END"
            " FROM unnest(%b::uuid[], %b::text[]) AS new(id, provider_id) WHERE m.id = new.id"
            " RETURNING m.workspace_id, m.conversation_id, m.id, m.status",
            [ids, [result.provider_id for _claimed, result in rows]],
        )
        events = [MessageStatusChanged(*row) for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO conversations_messagestatus (message_id, status, participant, at)"
            " SELECT id, 'accepted', '', now() FROM unnest(%b::uuid[]) AS new(id) ON CONFLICT DO NOTHING",
            [ids],
        )
    settle_jobs([(message_id, "accepted", "") for message_id in ids])
    record_all(events)


def _write_end(
    claimed: Claimed, state: str, status: str, error: ProviderError | None, reason: str = ""
) -> None:
    message_id = UUID(claimed.to_send.message_id)
    stored = error_json(error) if error else unknown_result(reason)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message SET status = %s, error = %s::jsonb"
            " WHERE id = %s AND status IN ('queued', 'sending', 'unknown') RETURNING id",
            [status, orjson.dumps(stored).decode(), message_id],
        )
        changed = cursor.fetchone() is not None
    if changed:
        settle_jobs([(message_id, state, str(stored["code"]) if state == "refused" else reason)])
        record_all([MessageStatusChanged(claimed.workspace_id, claimed.conversation_id, message_id, status)])
        if state == "refused" and error and error.code in UNREACHABLE_CODES:
            mark_unreachable(claimed.workspace_id, claimed.contact_id, error.code)


def unknown_result(reason: str) -> dict[str, object]:
    """What is kept with a message that may or may not have gone out; ``reason`` is for operators."""
    return {"code": UNKNOWN_RESULT, "title": reason, "details": ""}


def _write_deferred(claimed: Claimed, result: Deferred) -> None:
    """Back into the queue: the answer proves that nothing left, also when the lease was given up meanwhile."""
    if claimed.attempts > RETRIES:
        _write_end(claimed, "refused", "failed", result.error)
        return
    message_id = UUID(claimed.to_send.message_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage SET state = 'queued', lease_until = NULL,"
            " not_before = now() + make_interval(secs => %s)"
            " WHERE message_id = %s AND state IN ('sending', 'unknown')",
            [result.wait.total_seconds(), message_id],
        )
        cursor.execute(
            "UPDATE conversations_message SET status = 'queued', error = NULL"
            " WHERE id = %s AND status IN ('sending', 'unknown')",
            [message_id],
        )


@transaction.atomic
def give_up_lost_leases() -> int:
    """Jobs whose sender died become unknown; returns how many. Safe to run anywhere, any time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH lost AS (UPDATE conversations_outgoingmessage SET state = 'unknown', outcome_reason = 'sender-died',"
            "  lease_until = NULL WHERE message_id IN (SELECT message_id FROM conversations_outgoingmessage"
            "  WHERE state = 'sending' AND lease_until < now() FOR UPDATE SKIP LOCKED) RETURNING message_id)"
            " UPDATE conversations_message m SET status = 'unknown', error = %s::jsonb FROM lost"
            " WHERE m.id = lost.message_id AND m.status IN ('queued', 'sending')"
            " RETURNING m.workspace_id, m.conversation_id, m.id",
            [orjson.dumps(unknown_result("sender-died")).decode()],
        )
        rows = cursor.fetchall()
    record_all(MessageStatusChanged(row[0], row[1], row[2], "unknown") for row in rows)
    return len(rows)


def release_own_leases(inbox_ids: Sequence[UUID]) -> None:
    """Shorten the leases of numbers whose sender is certainly gone (we hold its lock), so nobody waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage SET lease_until = now() - interval '1 second'"
            " WHERE state = 'sending' AND inbox_id = ANY(%s)",
            [list(inbox_ids)],
        )


@transaction.atomic
def send_again(message: Message, *, by: Actor) -> None:
    """A person decides that a message with an unknown result goes out again."""
    by.require("messages:send")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage SET state = 'queued', attempts = 0, not_before = now(),"
            " outcome_reason = '', settled_at = NULL WHERE message_id = %s AND state = 'unknown' RETURNING message_id",
            [message.id],
        )
        if cursor.fetchone() is None:
            raise Conflict("the result of this message is known by now", message_id=str(message.id))
    Message.objects.filter(id=message.id).update(status="queued", error=None)
    _note_decision(message, by, "decided_send_again", "queued")
    wake_sender()


@transaction.atomic
def mark_as_sent(message: Message, *, by: Actor) -> None:
    """A person decides that a message with an unknown result did reach the contact."""
    by.require("messages:send")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM conversations_outgoingmessage WHERE message_id = %s FOR UPDATE", [message.id]
        )
        row = cursor.fetchone()
    if row is None or row[0] != "unknown":
        raise Conflict("the result of this message is known by now", message_id=str(message.id))
    settle_jobs([(message.id, "accepted", "")])
    Message.objects.filter(id=message.id).update(status="sent", error=None)
    _note_decision(message, by, "decided_was_sent", "sent")


def _note_decision(message: Message, by: Actor, kind: str, status: str) -> None:
    facts: Mapping[str, object] = {"message_id": str(message.id)}
    insert_activities(
        message.workspace_id, [ActivityRow(message.conversation_id, kind, by.name, facts, clock.now())]
    )
    record_all([MessageStatusChanged(message.workspace_id, message.conversation_id, message.id, status)])
