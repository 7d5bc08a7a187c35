"""What inboxes need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from regulars.kernel import clock

PURGE_BATCH = 5_000
COMPACT_AFTER = timedelta(minutes=5)
"""what is younger may still be joined by entries of transactions that have not ended"""


def purge_deliveries() -> int:
    """In batches; what still waits is never deleted."""
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


_COMPACT = """
WITH several AS (
  SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY connection_id, address, flow, outcome, reason, date_trunc('hour', at)) AS n
    FROM inboxes_ledgerentry WHERE at BETWEEN %s AND %s
  ) AS counted WHERE n > 1
), old AS (
  DELETE FROM inboxes_ledgerentry WHERE id IN (SELECT id FROM several)
  RETURNING connection_id, address, flow, outcome, reason, update_count, delivery_count, at
), folded AS (
  INSERT INTO inboxes_ledgerentry (connection_id, address, flow, outcome, reason, update_count, delivery_count, at)
  SELECT connection_id, address, flow, outcome, reason, SUM(update_count), SUM(delivery_count), MAX(at)
  FROM old GROUP BY 1, 2, 3, 4, 5, date_trunc('hour', at) RETURNING 1
)
SELECT (SELECT count(*) FROM old) - (SELECT count(*) FROM folded)
"""


@transaction.atomic
def compact_ledger() -> int:
    """Fold ledger entries into one per hour and meaning, with the time of the last; the sums stay.

    Returns how many rows went away. A busy door writes hundreds of entries a second and everybody who reads the ledger
    reads all of them, so this runs every few minutes; it looks back a week.
    """
    until = clock.now() - COMPACT_AFTER
    with connection.cursor() as cursor:
        cursor.execute(_COMPACT, [until - timedelta(days=7), until])
        (gone,) = cursor.fetchone()
    return int(gone)
