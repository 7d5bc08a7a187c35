"""What the time does: nearly over, somebody is warned; over, the promise is broken. Each once for a clock."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.database import check_connection
from regulars.kernel.events import Event, record_all
from regulars.service_levels.drawing import LOOKED_EVERY
from regulars.service_levels.events import AnswerBreached, AnswerWarned
from regulars.service_levels.models import AnswerClock

BATCH_SIZE = 500
SHORTEST_REST = 0.02


class _Rung(NamedTuple):
    """A row of ``_RING``."""

    id: UUID
    workspace_id: UUID
    conversation_id: UUID
    level_name: str
    due_at: datetime
    is_warned: bool
    is_breached: bool


# What was answered or put off, and whose clock has not been drawn since, is silent: the reaction is on its way to it.
_RING = """
WITH ringing AS (
  SELECT k.id, k.warned_at IS NULL AS warns, c.status = 'open' AND c.waiting_since = k.started_at AS waits,
    k.due_at <= %(now)s AND k.breached_at IS NULL AS breaks
  FROM service_levels_answerclock k JOIN conversations_conversation c ON c.id = k.conversation_id
  WHERE k.rings_at <= %(now)s ORDER BY k.rings_at LIMIT %(limit)s FOR UPDATE OF k SKIP LOCKED
)
UPDATE service_levels_answerclock k SET
  warned_at = CASE WHEN ringing.waits AND ringing.warns THEN %(now)s ELSE k.warned_at END,
  breached_at = CASE WHEN ringing.waits AND ringing.breaks THEN %(now)s ELSE k.breached_at END,
  rings_at = CASE WHEN ringing.waits AND NOT ringing.breaks AND k.breached_at IS NULL THEN k.due_at END
FROM ringing WHERE k.id = ringing.id
RETURNING k.id, k.workspace_id, k.conversation_id, k.service_level_name, k.due_at, ringing.waits AND ringing.warns,
  ringing.waits AND ringing.breaks
"""


@transaction.atomic
def ring_clocks() -> int:
    """One statement, and those that tell of it; returns how many were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_RING, {"now": clock.now(), "limit": BATCH_SIZE})
        rung = sorted((_Rung(*row) for row in cursor.fetchall()), key=lambda each: (each.due_at, each.id))
    told: list[Event] = []
    for each in rung:
        facts = (each.workspace_id, each.conversation_id, each.id, each.level_name, each.due_at)
        if each.is_warned:
            told.append(AnswerWarned(*facts))
        if each.is_breached:
            told.append(AnswerBreached(*facts))
    record_all(told)
    return len(rung)


def ring_due_clocks() -> bool:
    check_connection()
    return ring_clocks() > 0


def rest_until_due() -> float:
    """Seconds until the next one rings; a lost NOTIFY is made up for by then."""
    ringing = AnswerClock.objects.filter(rings_at__isnull=False)  # unscoped: whichever is next
    next_at = ringing.order_by("rings_at").values_list("rings_at", flat=True).first()
    longest = LOOKED_EVERY.total_seconds()
    if next_at is None:
        return longest
    return min(longest, max(SHORTEST_REST, (next_at - clock.now()).total_seconds()))
