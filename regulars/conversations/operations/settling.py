"""Writing down what became of messages that were on their way.

A job goes queued → sending (``claiming``) → accepted, refused or unknown. Only a *deferred* answer, which proves
that nothing was sent, leads back to queued, at most ``RETRIES`` times. A lease that ran out becomes unknown: the
process died between asking and noting the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from django.db import connection, transaction

from regulars.conversations.events import MessageStatusChanged
from regulars.conversations.models import Message
from regulars.conversations.operations.activities import ActivityRow, insert_activities
from regulars.conversations.operations.claiming import Claimed
from regulars.conversations.operations.sending import wake_sender
from regulars.conversations.operations.statuses import (
    UNREACHABLE_CODES,
    adopt_unmatched,
    error_json,
    mark_unreachable,
    settle_jobs,
)
from regulars.inboxes.ports import (
    Accepted,
    Deferred,
    ProviderError,
    Refused,
    SendResult,
    Uncertain,
)
from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.events import record_all
from regulars.workspaces.access import Actor

RETRIES = 2
"""transient errors are tried again twice, final ones never (GD-5)"""
UNKNOWN_RESULT = "unknown-result"
"""our own code, beside the provider's numbers and the guardrails' words"""


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
        if state == "refused" and error and error.code in UNREACHABLE_CODES and claimed.contact_id:
            mark_unreachable(claimed.workspace_id, claimed.contact_id, error.code)


def unknown_result(reason: str) -> dict[str, object]:
    """What is kept with a message that may or may not have gone out; ``reason`` is for operators."""
    return {"code": UNKNOWN_RESULT, "title": reason, "details": ""}


def _write_deferred(claimed: Claimed, result: Deferred) -> None:
    """Back into the queue: the answer proves that nothing left, also when the lease was given up meanwhile."""
    if claimed.to_send.attempt > RETRIES:
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
