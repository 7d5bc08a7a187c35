"""How the event log's readers and the database itself fare, for those who watch."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


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


def read_lags() -> list[Lag]:
    """A cursor is written down every few seconds, so a reaction that has nothing to do may lag so much."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.name, COALESCE(EXTRACT(epoch FROM now() - next.happened_at), 0)::float8, c.failed_attempts"
            " FROM kernel_reactioncursor c LEFT JOIN LATERAL (SELECT e.happened_at FROM kernel_event e"
            " WHERE (e.generation, e.transaction_id, e.id) > (c.generation, c.transaction_id, c.event_id)"
            " ORDER BY e.generation, e.transaction_id, e.id LIMIT 1) next ON true ORDER BY c.name"
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
