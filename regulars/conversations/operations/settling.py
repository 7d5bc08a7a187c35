"""Writing down what became of messages that were on their way.

A job goes queued → sending (``claiming``) → accepted, refused or unknown. Only a *deferred* answer, which proves
that nothing was sent, leads back to queued: it waits for as long as it is of use, or, after a transient refusal of
this very message, for ``RETRIES`` more tries. A lease that ran out becomes unknown: the process died between asking
and noting the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.conversations.events import (
    MessageSentAgain,
    MessageStatusChanged,
    MessageStopped,
    MessageTakenAsSent,
)
from regulars.conversations.guardrails import STOPPED, WORDS
from regulars.conversations.models import Message
from regulars.conversations.operations.claiming import Claimed
from regulars.conversations.operations.ending import end_unsent
from regulars.conversations.operations.sending import wake_sender
from regulars.conversations.operations.statuses import (
    adopt_unmatched,
    error_json,
    mark_unreachable,
    settle_jobs,
)
from regulars.conversations.operations.telling import tell
from regulars.conversations.operations.unanswering import close_windows, restore_waits
from regulars.conversations.provider_ids import Named, take_ids
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
"""transient refusals are tried again twice, final ones never (GD-5)"""
UNKNOWN_RESULT = "unknown-result"
"""our own code, beside the provider's numbers and the guardrails' words"""
RESTORED = "restored"
"""why a result is unknown: the message waited when the database was copied, and may have left since (``holding``)"""


@transaction.atomic
def record_results(results: Sequence[tuple[Claimed, SendResult]]) -> None:
    """A status may have come first; then its proof stands."""
    if not results:
        return
    ordered = sorted(results, key=lambda pair: pair[0].to_send.message_id)
    _lock([claimed for claimed, _result in ordered])
    accepted = [(claimed, result) for claimed, result in ordered if isinstance(result, Accepted)]
    _write_accepted(accepted)
    deferred: list[tuple[Claimed, Deferred]] = []
    for claimed, result in ordered:
        match result:
            case Refused():
                _write_refused(claimed, result.error)
            case Uncertain():
                _write_end(claimed, "unknown", "unknown", result.error, result.reason)
            case Deferred() if result.is_counted and claimed.to_send.attempt > RETRIES:
                _write_refused(claimed, result.error)
            case Deferred():
                deferred.append((claimed, result))
    _write_deferred(deferred)
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
    taken = take_ids(
        [
            Named(claimed.inbox_id, result.provider_id, id_)
            for (claimed, result), id_ in zip(rows, ids, strict=True)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message m SET provider_id = COALESCE(m.provider_id, new.provider_id),"
            " status = CASE WHEN m.status IN ('queued', 'sending', 'unknown') THEN 'sent' ELSE m.status END,"
            " error = CASE WHEN m.status IN ('queued', 'sending', 'unknown') THEN NULL ELSE m.error END"
            " FROM unnest(%b::uuid[], %b::text[]) AS new(id, provider_id) WHERE m.id = new.id"
            " RETURNING m.workspace_id, m.conversation_id, m.id, m.status",
            [
                ids,
                [
                    result.provider_id if id_ in taken else None
                    for (_claimed, result), id_ in zip(rows, ids, strict=True)
                ],
            ],
        )
        events = [MessageStatusChanged(*row) for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO conversations_messagestatus (message_id, status, participant, at)"
            " SELECT id, 'accepted', '', now() FROM unnest(%b::uuid[]) AS new(id) ON CONFLICT DO NOTHING",
            [ids],
        )
    settle_jobs([(message_id, "accepted", "") for message_id in ids])
    record_all(events)


def _write_refused(claimed: Claimed, error: ProviderError) -> None:
    """Whoever waited for it waits on."""
    message_id = UUID(claimed.to_send.message_id)
    if not _write_end(claimed, "refused", "failed", error):
        return
    if error.meaning == "unreachable" and claimed.contact_id:
        mark_unreachable(claimed.workspace_id, claimed.contact_id, error.code)
    if error.meaning == "window_closed":
        close_windows([(message_id, clock.now())])
    restore_waits([message_id])


def _write_end(
    claimed: Claimed, state: str, status: str, error: ProviderError | None, reason: str = ""
) -> bool:
    """The word of a status that has come before stands; whether it was news."""
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
    return changed


def unknown_result(reason: str) -> dict[str, object]:
    return {"code": UNKNOWN_RESULT, "title": reason, "details": ""}


_DEFER = """
WITH back AS (
  UPDATE conversations_outgoingmessage o SET state = 'queued', lease_until = NULL, outcome_reason = '',
    attempts = o.attempts - new.uncounted, waits_for = new.reason, waiting_since = COALESCE(o.waiting_since, now()),
    not_before = GREATEST(now(), LEAST(now() + make_interval(secs => new.wait),
      COALESCE(o.useful_until, c.window_closes_at)))
  FROM unnest(%b::uuid[], %b::float[], %b::jsonb[], %b::int[]) AS new(id, wait, reason, uncounted),
    conversations_conversation c
  WHERE o.message_id = new.id AND c.id = o.conversation_id AND o.state IN ('sending', 'unknown')
  RETURNING o.message_id
)
UPDATE conversations_message m SET status = 'queued', error = NULL FROM back
WHERE m.id = back.message_id AND m.status IN ('sending', 'unknown')
RETURNING m.workspace_id, m.conversation_id, m.id, m.status
"""


def _write_deferred(rows: Sequence[tuple[Claimed, Deferred]]) -> None:
    """Back into the queue: the answer proves that nothing left, also when the lease was given up meanwhile.

    What holds up a whole number or connection is no try of this message; its next try comes no later than its end.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _DEFER,
            [
                [UUID(claimed.to_send.message_id) for claimed, _result in rows],
                [result.wait.total_seconds() for _claimed, result in rows],
                [orjson.dumps(error_json(result.error)).decode() for _claimed, result in rows],
                [int(result.pauses in {"number", "connection"}) for _claimed, result in rows],
            ],
        )
        record_all(MessageStatusChanged(*row) for row in cursor.fetchall())


@transaction.atomic
def announce_waits(inbox_id: UUID, limit: int = 200) -> None:
    """Screens show anew what is queued for the account of a number: what it waits for has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.workspace_id, m.conversation_id, m.id, m.status FROM conversations_outgoingmessage o"
            " JOIN conversations_message m ON m.id = o.message_id"
            " WHERE o.state = 'queued' AND o.inbox_id IN (SELECT i.id FROM inboxes_inbox i JOIN inboxes_inbox own"
            "   ON own.connection_id = i.connection_id WHERE own.id = %s) ORDER BY o.sequence LIMIT %s",
            [inbox_id, limit],
        )
        record_all(MessageStatusChanged(*row) for row in cursor.fetchall())


@transaction.atomic
def give_up_lost_leases() -> int:
    """Their senders died. Safe to run anywhere, any time; returns how many."""
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
    """A person decides so of a message with an unknown result."""
    by.require("messages:send")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage SET state = 'queued', attempts = 0, not_before = now(),"
            " outcome_reason = '', settled_at = NULL, waits_for = NULL, waiting_since = NULL,"
            " useful_until = now() + (useful_until - created_at)"
            " WHERE message_id = %s AND state = 'unknown' RETURNING message_id",
            [message.id],
        )
        if cursor.fetchone() is None:
            raise Conflict(_("The result of this message is known by now"), message_id=str(message.id))
    Message.objects.filter(id=message.id).update(status="queued", error=None)
    where = (message.workspace_id, message.conversation_id, message.id)
    tell(MessageSentAgain(*where, by.doer), MessageStatusChanged(*where, "queued", "unknown"))
    wake_sender()


@transaction.atomic
def stop_message(message: Message, *, by: Actor) -> None:
    by.require("messages:send")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, outcome_reason FROM conversations_outgoingmessage WHERE message_id = %s FOR UPDATE",
            [message.id],
        )
        row = cursor.fetchone()
    if row == ("refused", STOPPED):
        return
    if row is None or (row[0] != "queued" and row != ("unknown", RESTORED)):
        raise Conflict(_("This message is on its way already"), message_id=str(message.id))
    title, details = WORDS[STOPPED]
    end_unsent([message.id], {"code": STOPPED, "title": str(title), "details": str(details)})
    tell(MessageStopped(message.workspace_id, message.conversation_id, message.id, by.doer))


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
        raise Conflict(_("The result of this message is known by now"), message_id=str(message.id))
    settle_jobs([(message.id, "accepted", "")])
    Message.objects.filter(id=message.id).update(status="sent", error=None)
    where = (message.workspace_id, message.conversation_id, message.id)
    tell(MessageTakenAsSent(*where, by.doer), MessageStatusChanged(*where, "sent", "unknown"))
