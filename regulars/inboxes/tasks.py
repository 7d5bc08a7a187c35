"""What inboxes need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from regulars.kernel import clock

PURGE_BATCH = 5_000
COMPACT_AFTER = timedelta(hours=1)


def purge_deliveries() -> int:
    """Delete raw deliveries past their retention, in batches; what still waits is never deleted."""
    limit = clock.now() - timedelta(days=settings.RAW_DELIVERY_RETENTION_DAYS)
    total: int = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM inboxes_delivery WHERE id IN (SELECT id FROM inboxes_delivery"
                " WHERE received_at < %s AND state <> 'pending' ORDER BY id LIMIT %s)",
                [limit, PURGE_BATCH],
            )
            deleted: int = cursor.rowcount
        total += deleted
        if deleted < PURGE_BATCH:
            return total


@transaction.atomic
def compact_ledger() -> int:
    """Fold older ledger entries into one per hour and meaning; the sums stay. Returns how many rows went away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH old AS (DELETE FROM inboxes_ledgerentry WHERE at < date_trunc('hour', %s::timestamptz)"
            "   AND at <> date_trunc('hour', at)"
            "   RETURNING connection_id, address, flow, outcome, reason, update_count, delivery_count, at),"
            " folded AS (INSERT INTO inboxes_ledgerentry"
            "   (connection_id, address, flow, outcome, reason, update_count, delivery_count, at)"
            "   SELECT connection_id, address, flow, outcome, reason, SUM(update_count), SUM(delivery_count),"
            "   date_trunc('hour', at) FROM old GROUP BY 1, 2, 3, 4, 5, 8 RETURNING 1)"
            " SELECT (SELECT count(*) FROM old) - (SELECT count(*) FROM folded)",
            [clock.now() - COMPACT_AFTER],
        )
        row = cursor.fetchone()
    return int(row[0])
