"""Since when open conversations have had no message of ours: kept as they are, a statement for a batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.conversations.models import SILENT_KINDS

LOOKED_BACK = 200
"""messages of a thread among which our last one is looked for, when one has failed"""
_KEEP = """
WITH told AS (
  SELECT c.id, c.workspace_id, c.status = 'open' AS is_open, GREATEST(asked.at, (
    SELECT h.from_at FROM conversations_conversationhistory h
    WHERE h.conversation_id = c.id AND h.fact = 'status' AND h.until_at IS NULL)) AS since
  FROM unnest(%b::uuid[], %b::timestamptz[]) AS asked(id, at)
    JOIN conversations_conversation c ON c.id = asked.id
  ORDER BY c.id
), gone AS (
  DELETE FROM service_levels_followup f USING told WHERE f.conversation_id = told.id AND NOT told.is_open
)
INSERT INTO service_levels_followup AS f (conversation_id, workspace_id, since)
SELECT id, workspace_id, COALESCE(since, now()) FROM told WHERE is_open
ON CONFLICT (conversation_id) DO UPDATE SET since = EXCLUDED.since WHERE EXCLUDED.since > f.since
"""


def note_said(conversations: Mapping[UUID, datetime | None]) -> None:
    """By conversation that something happened to, when we last said something in it, as far as that is news."""
    if conversations:
        ordered = sorted(conversations)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [ordered, [conversations[each] for each in ordered]])


_LOOK_AGAIN = f"""
UPDATE service_levels_followup f SET since = GREATEST(h.from_at, (
  SELECT max(few.sent_at) FROM (
    SELECT m.sent_at, m.direction = 'out' AND m.status <> 'failed' AND m.kind NOT IN ({
    ", ".join(f"'{kind}'" for kind in sorted(SILENT_KINDS))
}) AS counts
    FROM conversations_message m WHERE m.conversation_id = f.conversation_id ORDER BY m.sent_at DESC LIMIT %s) few
  WHERE few.counts))
FROM conversations_conversationhistory h
WHERE f.conversation_id = ANY(%b::uuid[]) AND h.conversation_id = f.conversation_id AND h.fact = 'status'
  AND h.until_at IS NULL
"""  # noqa: S608 - constants


def look_again(conversation_ids: Collection[UUID]) -> None:
    """A message of ours did not get there: it counts for nothing."""
    if conversation_ids:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_AGAIN, [LOOKED_BACK, sorted(conversation_ids)])
