"""How the event log's readers and the database itself fare, for those who watch."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from regulars.kernel.reactions import wired_reactions


class Lag(NamedTuple):
    """How far a reaction is behind: since when something waits for it to pass, and tries in vain."""

    reaction: str
    seconds: float
    failed_attempts: int


class DatabaseState(NamedTuple):
    """Connections to our database by state, how many the server takes in all, and bytes of our database."""

    connections: dict[str, int]
    most_connections: int
    size: int


SEEN_AT_MOST = 10_000
_LAGS = """
SELECT c.name, COALESCE(EXTRACT(epoch FROM now() - behind.since), 0)::float8, c.failed_attempts
FROM kernel_reactioncursor c
  LEFT JOIN (
    SELECT name, array_agg(kind) AS kinds FROM unnest(%b::text[], %b::text[]) AS w(name, kind) GROUP BY 1
  ) wanted ON wanted.name = c.name
  LEFT JOIN LATERAL (
    SELECT COALESCE(
      min(next.happened_at) FILTER (WHERE wanted.kinds IS NULL OR next.kind = ANY(wanted.kinds)),
      CASE WHEN count(*) = %s THEN max(next.happened_at) END
    ) AS since FROM (
      SELECT e.happened_at, e.kind FROM kernel_event e
      WHERE (e.generation, e.transaction_id, e.id) > (c.generation, c.transaction_id, c.event_id)
      ORDER BY e.generation, e.transaction_id, e.id LIMIT %s
    ) next
  ) behind ON true
ORDER BY c.name
"""


def read_lags() -> list[Lag]:
    """Of the next events only those count that the reaction takes, for its cursor is written down every few seconds.

    Of so many that none is for it the last one counts: nobody looks through a whole log for that.
    """
    wanted = [(each.name, kind) for each in wired_reactions() for kind in each.kinds]
    with connection.cursor() as cursor:
        cursor.execute(
            _LAGS,
            [[name for name, _ in wanted], [kind for _, kind in wanted], SEEN_AT_MOST, SEEN_AT_MOST],
        )
        return [Lag(*row) for row in cursor.fetchall()]


def read_database() -> DatabaseState:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(state, 'unknown'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        connections = dict(cursor.fetchall())
        cursor.execute("SELECT current_setting('max_connections')::int, pg_database_size(current_database())")
        most, size = cursor.fetchone()
    return DatabaseState(connections, most, size)
