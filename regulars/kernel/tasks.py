"""What the kernel needs done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from regulars.kernel import clock, intents

EVENT_RETENTION = timedelta(days=14)
PURGE_BATCH = 10_000


def purge_events() -> int:
    limit = clock.now() - EVENT_RETENTION
    total: int = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM kernel_event WHERE id IN (SELECT e.id FROM kernel_event e"
                " WHERE e.happened_at < %s AND NOT EXISTS (SELECT 1 FROM kernel_reactioncursor c"
                "   WHERE (c.transaction_id, c.event_id) < (e.transaction_id, e.id))"
                " AND NOT EXISTS (SELECT 1 FROM kernel_parkedevent p WHERE p.event_id = e.id) LIMIT %s)",
                [limit, PURGE_BATCH],
            )
            deleted: int = cursor.rowcount
        total += deleted
        if deleted < PURGE_BATCH:
            return total


def purge_answers() -> int:
    return intents.purge_answers(clock.now())
