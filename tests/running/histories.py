"""What is wrong with the history rows of a database; wherever one can ask it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Ask = Callable[[str], Sequence[tuple[Any, ...]]]

_LAID = """
WITH laid AS (
  SELECT {thing}_id AS id, fact, value, from_at, until_at, since_unknown, lead(from_at) OVER same AS next_at,
    row_number() OVER same AS place
  FROM {app}_{thing}history WINDOW same AS (PARTITION BY {thing}_id, fact ORDER BY from_at)
)
"""
_BROKEN = """
SELECT fact || ' of ' || id || ' from ' || from_at || ' ends at ' || coalesce(until_at::text, 'no time')
  || ' and goes on at ' || coalesce(next_at::text, 'no time')
FROM laid WHERE until_at IS DISTINCT FROM next_at
"""
_UNTRUE = """
, said AS (
  SELECT c.id, c.created_at, fact.name, fact.value FROM conversations_conversation c CROSS JOIN LATERAL (VALUES
    ('status', c.status), ('assignee', c.assignee_id::text), ('team', c.team_id::text)) AS fact(name, value)
)
SELECT said.name || ' of ' || said.id || ' is ' || coalesce(said.value, 'nothing') || ' and remembered as '
  || CASE WHEN now.fact IS NULL THEN 'unknown' ELSE coalesce(now.value, 'nothing') END
  || ' since ' || coalesce(first.from_at::text, 'no time')
FROM said
  LEFT JOIN laid now ON now.id = said.id AND now.fact = said.name AND now.until_at IS NULL
  LEFT JOIN laid first ON first.id = said.id AND first.fact = said.name AND first.place = 1
WHERE now.fact IS NULL OR now.value IS DISTINCT FROM said.value
  OR first.from_at IS DISTINCT FROM said.created_at AND NOT first.since_unknown
"""
_UNTRUE_OF_CONTACTS = """
, said AS (
  SELECT c.id, fact.name, fact.value FROM contacts_contact c CROSS JOIN LATERAL (VALUES ('tier', nullif(c.tier, '')),
    ('stage', nullif(c.stage, '')), ('owner', c.owner_id::text)) AS fact(name, value)
)
SELECT said.name || ' of ' || said.id || ' is ' || coalesce(said.value, 'nothing') || ' and remembered as '
  || coalesce(laid.value, 'nothing')
FROM said LEFT JOIN laid ON laid.id = said.id AND laid.fact = said.name AND laid.until_at IS NULL
WHERE laid.value IS DISTINCT FROM said.value
"""


def broken_histories(ask: Ask) -> list[str]:
    """Rows of one fact that overlap or leave a gap, and things that are not what their history ends with."""
    contacts, conversations = (
        _LAID.format(app=f"{thing}s", thing=thing) for thing in ("contact", "conversation")
    )
    queries = (
        *(contacts + _BROKEN, contacts + _UNTRUE_OF_CONTACTS),
        *(conversations + _BROKEN, conversations + _UNTRUE),
    )
    return [row[0] for query in queries for row in ask(query)]
