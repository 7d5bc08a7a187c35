"""Reactions: a person's last one on a message is news; what it replaced or took back is none any more.

The rows stay. A withdrawn one counts for nothing: neither unread nor the thread's last word, and the reply window is
again what it was without it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Uncounted(NamedTuple):
    """What never counts, and how long a message keeps the reply window open."""

    kinds: Collection[str]
    reply_window: timedelta


def withdraw_reactions(new_ids: Sequence[UUID]) -> set[UUID]:
    """Mark what the newly stored reactions ``new_ids`` end, themselves included, in whatever order they come.

    Returns what is marked now and was not before. Needs a transaction.
    """
    if not new_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [list(new_ids)] * 2)
        return {row[0] for row in cursor.fetchall()}


_WITHDRAW = """
WITH touched AS (
  SELECT DISTINCT inbox_id, conversation_id, direction, target_provider_id,
    CASE direction WHEN 'in' THEN contact_id END AS person
  FROM conversations_message WHERE id = ANY(%s) AND target_provider_id IS NOT NULL
), ranked AS (
  SELECT m.id, row_number() OVER (
    PARTITION BY m.conversation_id, m.direction, t.person, m.target_provider_id ORDER BY m.sent_at DESC, m.id DESC
  ) AS place
  FROM touched t JOIN conversations_message m
    ON m.inbox_id = t.inbox_id AND m.target_provider_id = t.target_provider_id
    AND m.conversation_id = t.conversation_id AND m.direction = t.direction
    AND (m.direction = 'out' OR m.contact_id = t.person)
  WHERE m.kind = 'reaction' AND m.status <> 'failed'
)
UPDATE conversations_message m SET is_withdrawn = true
WHERE NOT m.is_withdrawn AND (m.id IN (SELECT id FROM ranked WHERE place > 1)
  OR m.id = ANY(%s) AND COALESCE(NULLIF(m.text, ''), m.content #>> '{reaction,emoji}', '') = '')
RETURNING m.id
"""


def forget_reactions(withdrawn: set[UUID], new_ids: Sequence[UUID], uncounted: Uncounted) -> None:
    """Take back what stored reactions of contacts had counted for, now that they are withdrawn.

    ``new_ids``: the batch that is being stored and has not been counted. The conversations are locked.
    """
    earlier = sorted(withdrawn - set(new_ids))
    if not earlier:
        return
    kinds, window = sorted(uncounted.kinds), uncounted.reply_window.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [earlier, kinds, list(new_ids), kinds, window, window])
    restore_last_words(earlier, uncounted.kinds)


_FORGET = """
WITH over AS (
  SELECT id, conversation_id, sent_at FROM conversations_message
  WHERE id = ANY(%s) AND direction = 'in' AND source <> 'history'
), unread AS (
  SELECT m.id, m.conversation_id, row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id DESC) AS place
  FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
  WHERE c.id IN (SELECT conversation_id FROM over) AND m.direction = 'in' AND m.source <> 'history'
    AND NOT m.kind = ANY(%s) AND NOT m.id = ANY(%s)
    AND (NOT m.is_withdrawn OR m.id IN (SELECT id FROM over))
    AND (c.answered_elsewhere_at IS NULL OR m.sent_at > c.answered_elsewhere_at)
), still AS (
  SELECT c.id, (
    SELECT max(m.sent_at) FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.direction = 'in' AND m.source <> 'history'
      AND NOT m.kind = ANY(%s) AND NOT m.is_withdrawn
  ) AS said_at, (
    SELECT max(a.at) FROM conversations_activity a
    WHERE a.conversation_id = c.id AND a.kind = 'call'
      AND lower(a.facts ->> 'direction') LIKE ANY (ARRAY['%%user%%', 'in', 'inbound'])
  ) AS called_at
  FROM conversations_conversation c WHERE c.id IN (SELECT conversation_id FROM over)
)
UPDATE conversations_conversation c SET
  unread_count = GREATEST(0, c.unread_count - (
    SELECT count(*) FROM over JOIN unread USING (id)
    WHERE over.conversation_id = c.id AND unread.place <= c.unread_count)),
  window_closes_at = CASE
    WHEN c.window_closes_at - make_interval(secs => %s) IN (SELECT sent_at FROM over WHERE conversation_id = c.id)
    THEN GREATEST(still.said_at, still.called_at) + make_interval(secs => %s) ELSE c.window_closes_at END,
  last_inbound_at = CASE WHEN c.last_inbound_at IN (SELECT sent_at FROM over WHERE conversation_id = c.id)
    THEN GREATEST(still.said_at, still.called_at) ELSE c.last_inbound_at END
FROM still WHERE still.id = c.id
"""


def restore_last_words(withdrawn: Collection[UUID], uncounted_kinds: Collection[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation c SET (last_message_id, last_message_at) = ("
            "  SELECT m.id, m.sent_at FROM conversations_message m"
            "  WHERE m.conversation_id = c.id AND NOT m.kind = ANY(%s) AND NOT m.is_withdrawn"
            "  ORDER BY m.sent_at DESC, m.id DESC LIMIT 1)"
            " WHERE c.id IN (SELECT conversation_id FROM conversations_message WHERE id = ANY(%s))"
            "  AND c.last_message_id = ANY(%s)",
            [sorted(uncounted_kinds), list(withdrawn), list(withdrawn)],
        )
