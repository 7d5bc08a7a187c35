"""What is wrong with the episodes and facts of a database in which nothing that was sent has failed."""

from __future__ import annotations

from .histories import Ask

_LAST = """
SELECT 'the last episode of ' || c.id || ' is not the one that it names'
FROM conversations_conversation c LEFT JOIN LATERAL (
  SELECT id FROM conversations_episode WHERE conversation_id = c.id ORDER BY number DESC LIMIT 1
) last ON true WHERE c.episode_id IS DISTINCT FROM last.id
"""
_NUMBERS = """
SELECT 'the ' || count(*) || ' episodes of ' || conversation_id || ' go from ' || min(number) || ' to ' || max(number)
FROM conversations_episode GROUP BY conversation_id HAVING min(number) <> 1 OR max(number) <> count(*)
"""
_ENDS = """
SELECT c.id || ' is ' || c.status || ', its episode ended at ' || COALESCE(e.resolved_at::text, 'no time')
FROM conversations_conversation c JOIN conversations_episode e ON e.id = c.episode_id
WHERE (c.status = 'resolved') <> (e.resolved_at IS NOT NULL)
"""
_CHANGES = """
WITH told AS (
  SELECT (body ->> 'conversation_id')::uuid AS id, CASE kind WHEN 'ConversationHandedToTeam' THEN 'handed_to_team'
    WHEN 'ConversationResolved' THEN 'resolved' ELSE 'assigned' END AS kind, count(*) AS many
  FROM kernel_event WHERE kind IN ('ConversationAssigned', 'ConversationClaimed', 'ConversationHandedToTeam',
    'ConversationResolved') GROUP BY 1, 2
  UNION ALL
  SELECT conversation_id, 'reopened', sum(reopened_count) FROM conversations_episode GROUP BY 1
    HAVING sum(reopened_count) > 0
), kept AS (
  SELECT conversation_id AS id, kind, count(*) AS many FROM conversations_fact WHERE kind <> 'answered' GROUP BY 1, 2
)
SELECT COALESCE(told.kind, kept.kind) || ' ' || COALESCE(told.many, 0) || ' times and kept '
  || COALESCE(kept.many, 0) || ' times of ' || COALESCE(told.id, kept.id)
FROM told FULL JOIN kept ON kept.id = told.id AND kept.kind = told.kind WHERE told.many IS DISTINCT FROM kept.many
"""
_ANSWERS = """
WITH due AS (
  SELECT o.message_id FROM conversations_outgoingmessage o JOIN conversations_message m ON m.id = o.message_id
  WHERE o.state = 'accepted' AND o.ended_wait_since IS NOT NULL AND m.status <> 'failed'
), kept AS (
  SELECT message_id, count(*) AS many FROM conversations_fact
  WHERE kind = 'answered' AND withdrawn_at IS NULL AND by_kind <> 'phone_app' GROUP BY 1
)
SELECT 'the answer ' || COALESCE(due.message_id, kept.message_id) || ' is kept ' || COALESCE(kept.many, 0) || ' times'
  || CASE WHEN due.message_id IS NULL THEN ', and ended no wait' ELSE '' END
FROM due FULL JOIN kept ON kept.message_id = due.message_id WHERE due.message_id IS NULL OR kept.many IS DISTINCT FROM 1
"""
_FIRSTS = """
WITH told AS (
  SELECT (body ->> 'episode_id')::uuid AS id, count(*) AS many FROM kernel_event WHERE kind = 'EpisodeAnswered'
  GROUP BY 1
), kept AS (
  SELECT e.id, e.first_answer_at, count(f.id) AS many FROM conversations_episode e
    LEFT JOIN conversations_fact f ON f.episode_id = e.id AND f.is_first AND f.at = e.first_answer_at
  WHERE e.first_answer_at IS NOT NULL GROUP BY 1
)
SELECT 'the first answer of episode ' || COALESCE(told.id, kept.id) || ' was told ' || COALESCE(told.many, 0)
  || ' times and is kept ' || COALESCE(kept.many, 0) || ' times'
FROM told FULL JOIN kept ON kept.id = told.id WHERE told.many IS DISTINCT FROM 1 OR kept.many IS DISTINCT FROM 1
"""


def broken_episodes(ask: Ask) -> list[str]:
    """Episodes that are not in a row or are not where their conversation is; what was not written down exactly once.

    Needs the whole log of events.
    """
    queries = (_LAST, _NUMBERS, _ENDS, _CHANGES, _ANSWERS, _FIRSTS)
    return [row[0] for query in queries for row in ask(query)]
