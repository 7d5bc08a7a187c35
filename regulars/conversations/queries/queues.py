"""What waits for workers, on the whole server, for those who watch."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class QueueState(NamedTuple):
    """How many rows wait, and for how long the oldest has."""

    name: str
    length: int
    oldest_seconds: float


_READ = """
SELECT name, count, COALESCE(EXTRACT(epoch FROM now() - oldest), 0)::float8 FROM (
  SELECT 'deliveries' AS name, count(*) AS count, min(received_at) AS oldest
  FROM inboxes_delivery WHERE state = 'pending'
  UNION ALL SELECT 'outgoing', count(*), min(created_at) FROM conversations_outgoingmessage WHERE state = 'queued'
  UNION ALL SELECT 'media', count(*), min(created_at) FROM media_mediafile WHERE state IN ('waiting', 'fetching')
  UNION ALL SELECT 'previews', count(*), min(created_at) FROM media_mediafile WHERE is_preview_due
  UNION ALL SELECT 'parked_events', count(*), min(parked_at) FROM kernel_parkedevent
) waiting
"""


def read_queues() -> list[QueueState]:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return [QueueState(*row) for row in cursor.fetchall()]
