"""What the kernel needs done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from regulars.kernel import clock, intents
from regulars.kernel.partitions import EVENTS

EVENT_RETENTION = timedelta(days=14)
PURGE_BATCH = 10_000


def prepare_parts() -> None:
    """Make the parts of the log that the coming weeks are written to."""
    EVENTS.prepare()


def purge_events() -> int:
    """Delete events that every reaction has read and that are past their retention; returns how many.

    They go by the part; those of the rest, which nobody made a part for, in batches.
    """
    limit = clock.now() - EVENT_RETENTION
    old = [part for part in EVENTS.parts() if part.ends_at and part.ends_at <= limit]
    counts = {part: _count_if_read(part.name) for part in old}
    dropped = sum(count for part, count in counts.items() if count is not None and EVENTS.drop(part))
    return dropped + _purge_the_rest(limit)


def _count_if_read(table: str) -> int | None:
    """How many events a part holds; None when a reaction has still to read one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {table}), EXISTS (SELECT 1 FROM {table} e JOIN kernel_reactioncursor c"  # noqa: S608 - a name of ours
            " ON (c.generation, c.transaction_id, c.event_id) < (e.generation, e.transaction_id, e.id))"
        )
        count, is_unread = cursor.fetchone()
    return None if is_unread else int(count)


def _purge_the_rest(limit: datetime) -> int:
    total: int = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM kernel_event_rest WHERE id IN (SELECT e.id FROM kernel_event_rest e"
                " WHERE e.happened_at < %s AND NOT EXISTS (SELECT 1 FROM kernel_reactioncursor c"
                "   WHERE (c.generation, c.transaction_id, c.event_id) < (e.generation, e.transaction_id, e.id))"
                " LIMIT %s)",
                [limit, PURGE_BATCH],
            )
            deleted: int = cursor.rowcount
        total += deleted
        if deleted < PURGE_BATCH:
            return total


def purge_answers() -> int:
    return intents.purge_answers(clock.now())
