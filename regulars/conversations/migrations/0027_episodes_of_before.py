"""Episodes of what was there, as far as it is known: from the messages and from the lines of resolving and reopening.

Facts are not made up for that time: who had what then is not known any more.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

SILENT = ["edit", "reaction", "revoke", "system"]

_BEGINNINGS = """
CREATE TEMPORARY TABLE begun AS
SELECT conversation_id, min(sent_at) AS at FROM conversations_message
WHERE source <> 'history' AND NOT kind = ANY(%s) GROUP BY 1
"""
_ENDINGS = """
CREATE TEMPORARY TABLE past_episode AS
WITH line AS (
  SELECT a.conversation_id, a.at, a.id, a.kind, a.actor_name, lead(a.at) OVER lines AS next_at
  FROM conversations_activity a JOIN begun b ON b.conversation_id = a.conversation_id
  WHERE a.kind IN ('resolved', 'reopened', 'reopened_by_contact', 'reopened_by_group', 'reopened_by_failure',
    'snoozed')
  WINDOW lines AS (PARTITION BY a.conversation_id ORDER BY a.at, a.id)
), resolution AS (
  SELECT l.conversation_id, l.at, l.id, l.actor_name, l.next_at,
    CASE WHEN l.next_at IS NULL THEN c.status = 'resolved'
      ELSE l.next_at >= l.at + make_interval(hours => w.episode_hours) END AS ends
  FROM line l JOIN conversations_conversation c ON c.id = l.conversation_id
    JOIN workspaces_workspace w ON w.id = c.workspace_id
  WHERE l.kind = 'resolved'
), placed AS (
  SELECT *, COALESCE(sum(ends::int) OVER (PARTITION BY conversation_id ORDER BY at, id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::int AS place
  FROM resolution
)
SELECT conversation_id, place, max(at) FILTER (WHERE ends) AS resolved_at,
  COALESCE(max(actor_name) FILTER (WHERE ends), '') AS resolved_by, max(next_at) FILTER (WHERE ends) AS next_at,
  count(*) FILTER (WHERE NOT ends) AS reopened, max(next_at) FILTER (WHERE NOT ends) AS reopened_at
FROM placed GROUP BY 1, 2
"""
_WITH_LAST = """
INSERT INTO past_episode (conversation_id, place, resolved_by, reopened)
SELECT b.conversation_id, COALESCE(last.place + 1, 0), '', 0 FROM begun b
  LEFT JOIN LATERAL (SELECT place, resolved_at, next_at FROM past_episode p
    WHERE p.conversation_id = b.conversation_id ORDER BY place DESC LIMIT 1) last ON true
WHERE last.place IS NULL OR (last.resolved_at IS NOT NULL AND last.next_at IS NOT NULL)
"""
_WRITE = """
INSERT INTO conversations_episode (id, workspace_id, conversation_id, number, opened_at, resolved_at, resolved_by_name,
  reopened_at, reopened_count)
SELECT gen_random_uuid(), workspace_id, conversation_id, place + 1, opened_at,
  CASE WHEN resolved_at IS NOT NULL THEN GREATEST(opened_at, resolved_at) END,
  resolved_by, reopened_at, reopened
FROM (
  SELECT c.workspace_id, p.conversation_id, p.place, p.resolved_by, p.reopened_at, p.reopened,
    LEAST(COALESCE(lag(p.next_at) OVER places, b.at), p.resolved_at) AS opened_at,
    CASE WHEN p.resolved_at IS NULL AND c.status = 'resolved' THEN c.updated_at ELSE p.resolved_at END AS resolved_at
  FROM past_episode p JOIN begun b ON b.conversation_id = p.conversation_id
    JOIN conversations_conversation c ON c.id = p.conversation_id
  WINDOW places AS (PARTITION BY p.conversation_id ORDER BY p.place)
) known
ON CONFLICT DO NOTHING
"""
_ANSWER = """
UPDATE conversations_episode e SET first_answer_at = told.at FROM (
  SELECT asked.id, min(m.sent_at) AS at FROM (
    SELECT e.id, e.conversation_id, e.resolved_at, min(m.sent_at) AS at
    FROM conversations_episode e JOIN conversations_message m ON m.conversation_id = e.conversation_id
    WHERE m.direction = 'in' AND m.sent_at >= e.opened_at AND m.sent_at <= COALESCE(e.resolved_at, 'infinity')
      AND m.source <> 'history' AND NOT m.kind = ANY(%s)
    GROUP BY 1
  ) asked JOIN conversations_message m ON m.conversation_id = asked.conversation_id
  WHERE m.direction = 'out' AND m.status IN ('sent', 'delivered', 'read', 'played') AND m.sent_at >= asked.at
    AND m.sent_at <= COALESCE(asked.resolved_at, 'infinity') AND m.source <> 'history' AND NOT m.kind = ANY(%s)
  GROUP BY 1
) told WHERE e.id = told.id AND e.first_answer_at IS NULL
"""
_POINT = """
UPDATE conversations_conversation c SET episode_id = last.id FROM (
  SELECT DISTINCT ON (conversation_id) conversation_id, id FROM conversations_episode ORDER BY conversation_id, number DESC
) last WHERE c.id = last.conversation_id AND c.episode_id IS DISTINCT FROM last.id
"""


def derive(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [SILENT])
        cursor.execute("ANALYZE begun")
        cursor.execute(_ENDINGS)
        cursor.execute("CREATE INDEX ON past_episode (conversation_id, place)")
        cursor.execute("ANALYZE past_episode")
        cursor.execute(_WITH_LAST)
        cursor.execute(_WRITE)
        cursor.execute("ANALYZE conversations_episode")
        cursor.execute(_ANSWER, [SILENT, SILENT])
        cursor.execute(_POINT)
        cursor.execute("DROP TABLE begun, past_episode")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0026_episodes")]

    operations = [migrations.RunPython(derive, migrations.RunPython.noop)]
