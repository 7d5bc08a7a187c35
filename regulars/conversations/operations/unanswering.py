"""An answer that failed is none: the contact waits on, and the conversation shows it.

Queuing an answer stops the clock and marks the conversation as read at once (``operations.sending``), whenever it
leaves. If it fails, at once or told days later, what it had ended comes back, unless somebody has answered since: a
later message of ours that has not failed, or the phone app.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.conversations.events import AnswerFailed, FailedAnswerArrived, ReplyWindowClosed
from regulars.conversations.models import SILENT_KINDS
from regulars.conversations.operations.episodes import Opening, go_on
from regulars.conversations.operations.facts import Span, note_answers, withdraw_answers
from regulars.conversations.operations.telling import tell_all
from regulars.kernel import clock
from regulars.kernel.events import Doer, record_all

THE_HOUSE = Doer("system", None, "")

_LOCK = """
SELECT id FROM conversations_conversation WHERE id IN (SELECT conversation_id FROM conversations_message
  WHERE id = ANY(%b::uuid[])) ORDER BY id FOR UPDATE
"""

_RESTORE = """
WITH lost AS (
  SELECT DISTINCT o.message_id, o.conversation_id, o.ended_wait_since AS since, o.ended_unread AS unread
  FROM conversations_message f
    JOIN conversations_message m ON m.conversation_id = f.conversation_id AND m.direction = 'out'
      AND m.status = 'failed'
    JOIN conversations_outgoingmessage o ON o.message_id = m.id
    JOIN conversations_conversation c ON c.id = m.conversation_id
  WHERE f.id = ANY(%b::uuid[]) AND (o.ended_wait_since IS NOT NULL OR o.ended_unread > 0)
    AND COALESCE(c.answered_elsewhere_at < COALESCE(o.ended_wait_since, m.created_at), true)
    AND NOT EXISTS (SELECT 1 FROM conversations_message a
      WHERE a.conversation_id = m.conversation_id AND a.direction = 'out' AND a.status <> 'failed'
        AND NOT a.kind = ANY(%b::text[]) AND a.source <> 'history' AND a.created_at >= m.created_at AND a.id <> m.id)
), taken AS (
  UPDATE conversations_outgoingmessage o SET ended_wait_since = NULL, ended_unread = 0
  FROM lost WHERE o.message_id = lost.message_id
), sums AS (
  SELECT conversation_id, min(since) AS since, sum(unread) AS unread FROM lost GROUP BY 1
), before AS (
  SELECT c.id, c.status FROM conversations_conversation c JOIN sums ON sums.conversation_id = c.id
)
UPDATE conversations_conversation c SET waiting_since = LEAST(c.waiting_since, sums.since),
  unread_count = c.unread_count + sums.unread, status = 'open', snoozed_until = NULL, updated_at = now()
FROM sums JOIN before ON before.id = sums.conversation_id
WHERE c.id = sums.conversation_id
RETURNING c.workspace_id, c.id, before.status
"""


def restore_waits(failed: Sequence[UUID]) -> None:
    """``failed``: messages of ours. Needs a transaction; repeating it changes nothing."""
    if not failed:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(failed)])
        cursor.execute(_RESTORE, [list(failed), sorted(SILENT_KINDS)])
        rows = cursor.fetchall()
    withdraw_answers(failed)
    moment = clock.now()
    go_on([Opening(row[1], moment, THE_HOUSE) for row in rows if row[2] == "resolved"])
    tell_all(AnswerFailed(*row) for row in rows)


def end_waits(delivered: Sequence[UUID]) -> None:
    """These messages of ours had failed, and reached the contact after all: they are answers, unless the contact wrote
    since. Needs a transaction; repeating it changes nothing.
    """
    if not delivered:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(delivered)])
        cursor.execute(
            "UPDATE conversations_conversation c SET waiting_since = NULL, unread_count = 0, updated_at = now()"
            " FROM (SELECT DISTINCT ON (m.conversation_id) m.conversation_id, m.created_at AS at, m.id,"
            "   b.waiting_since FROM conversations_message m"
            "   JOIN conversations_conversation b ON b.id = m.conversation_id"
            "  WHERE m.id = ANY(%b::uuid[]) AND NOT m.kind = ANY(%b::text[])"
            "  ORDER BY m.conversation_id, m.created_at DESC) AS answer"
            " WHERE c.id = answer.conversation_id AND COALESCE(c.last_inbound_at <= answer.at, true)"
            " AND (c.waiting_since IS NOT NULL OR c.unread_count > 0)"
            " RETURNING c.workspace_id, c.id, answer.id, answer.waiting_since",
            [list(delivered), sorted(SILENT_KINDS)],
        )
        rows = cursor.fetchall()
    _keep_spans([Span(message_id, since) for _workspace, _id, message_id, since in rows if since])
    record_all(FailedAnswerArrived(*row[:2]) for row in rows)


def _keep_spans(spans: Sequence[Span]) -> None:
    """What it ended after all comes back if it should fail once more."""
    if not spans:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage o SET ended_wait_since = told.since"
            " FROM unnest(%b::uuid[], %b::timestamptz[]) AS told(id, since) WHERE o.message_id = told.id",
            [list(column) for column in zip(*spans, strict=True)],
        )
    note_answers(spans)


def close_windows(told: Sequence[tuple[UUID, datetime]]) -> None:
    """The platform says of these messages of ours, at a time, that the reply window is closed: then so it is shown.

    Until the contact writes again. Needs a transaction.
    """
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[message_id for message_id, _at in told]])
        cursor.execute(
            "UPDATE conversations_conversation c SET window_closes_at = told.at, updated_at = now()"
            " FROM (SELECT m.conversation_id, max(new.at) AS at"
            "  FROM unnest(%b::uuid[], %b::timestamptz[]) AS new(id, at)"
            "  JOIN conversations_message m ON m.id = new.id GROUP BY 1) AS told"
            " WHERE c.id = told.conversation_id AND c.window_closes_at > told.at"
            " AND COALESCE(c.last_inbound_at <= told.at, true) RETURNING c.workspace_id, c.id",
            [[message_id for message_id, _at in told], [at for _message_id, at in told]],
        )
        rows = cursor.fetchall()
    record_all(ReplyWindowClosed(*row) for row in rows)
