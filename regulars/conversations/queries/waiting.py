"""Why a message of ours has not left yet: its own last try, the one before it, its number, or the whole account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from django.db import connection

Cause = Literal["message", "earlier_message", "number", "connection"]


@dataclass(frozen=True, slots=True)
class Wait:
    """What a queued message waits for. ``code`` and ``title`` are the provider's."""

    cause: Cause
    code: int
    title: str
    since: datetime
    next_try_at: datetime | None
    until: datetime | None
    """when it is of no use any more and ends unsent; None when the reply window never was"""


_WAITS = """
SELECT o.message_id,
  CASE WHEN k.problem <> '' THEN 'connection' WHEN i.problem <> '' THEN 'number'
    WHEN first.message_id = o.message_id THEN 'message' ELSE 'earlier_message' END,
  CASE WHEN k.problem <> '' THEN k.problem_code WHEN i.problem <> '' THEN i.problem_code END,
  COALESCE(NULLIF(k.problem, ''), i.problem), first.waits_for::text,
  GREATEST(o.created_at, CASE WHEN k.problem <> '' THEN k.problem_since WHEN i.problem <> '' THEN i.problem_since
    ELSE first.waiting_since END),
  CASE WHEN k.problem <> '' THEN k.probe_at WHEN i.problem <> '' THEN i.probe_at ELSE first.not_before END,
  COALESCE(o.useful_until, CASE WHEN m.kind <> 'template' THEN c.window_closes_at END)
FROM conversations_outgoingmessage o JOIN conversations_message m ON m.id = o.message_id
  JOIN conversations_conversation c ON c.id = o.conversation_id
  JOIN inboxes_inbox i ON i.id = o.inbox_id JOIN inboxes_connection k ON k.id = i.connection_id
  CROSS JOIN LATERAL (SELECT e.message_id, e.waits_for, e.waiting_since, e.not_before
    FROM conversations_outgoingmessage e
    WHERE e.conversation_id = o.conversation_id AND e.state IN ('queued', 'sending')
    ORDER BY e.sequence LIMIT 1) AS first
WHERE o.message_id = ANY(%s) AND o.state = 'queued'
  AND (k.problem <> '' OR i.problem <> '' OR first.waits_for IS NOT NULL)
"""


def read_waits(message_ids: Collection[UUID]) -> dict[UUID, Wait]:
    if not message_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [list(message_ids)])
        return {row[0]: _wait(*row[1:]) for row in cursor.fetchall()}


def _wait(
    cause: Cause,
    code: int | None,
    title: str,
    waits_for: str | None,
    since: datetime,
    next_try_at: datetime | None,
    until: datetime | None,
) -> Wait:
    if cause in {"message", "earlier_message"}:
        reason = msgspec.json.decode(waits_for or "{}")
        code, title = reason.get("code"), reason.get("title", "")
    return Wait(cause, code or 0, title, since, next_try_at, until)
