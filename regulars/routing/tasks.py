"""What the clock does: whoever waits for a specialist waits no longer, and a net under everything else."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.events import record_all
from regulars.kernel.metrics import ROUTING_FOUND
from regulars.routing.events import RoutingLookedOver, SpecialistWaitEnded

logger = logging.getLogger(__name__)

_ENDED = """
UPDATE routing_waiting SET others_from = NULL WHERE conversation_id IN (
  SELECT conversation_id FROM routing_waiting WHERE others_from <= %s ORDER BY conversation_id FOR UPDATE SKIP LOCKED)
RETURNING workspace_id, conversation_id
"""


@transaction.atomic
def end_specialist_waits() -> int:
    """The reaction gives them to others. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [clock.now()])
        ended = [SpecialistWaitEnded(*row) for row in cursor.fetchall()]
    record_all(ended)
    return len(ended)


_MISSED = """
SELECT c.workspace_id, count(*) FROM routing_routedinbox r
  JOIN conversations_conversation c ON c.workspace_id = r.workspace_id AND c.inbox_id = r.inbox_id
  LEFT JOIN routing_waiting w ON w.conversation_id = c.id
WHERE c.status = 'open' AND c.waiting_since < %s - interval '1 minute' AND c.assignee_id IS NULL
  AND w.conversation_id IS NULL
GROUP BY c.workspace_id
"""


@transaction.atomic
def look_over() -> int:
    """Should an event ever be missed: what waits for somebody and is in no queue is counted, told and looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, [clock.now()])
        missed = cursor.fetchall()
    for workspace_id, count in missed:
        logger.warning(
            "routing had missed conversations", extra={"workspace": str(workspace_id), "count": count}
        )
        ROUTING_FOUND.inc(count)
    record_all(RoutingLookedOver(workspace_id) for workspace_id, _count in missed)
    return sum(count for _workspace_id, count in missed)
