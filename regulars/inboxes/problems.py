"""What stops a number or a whole account at the platform, and asking until it works again.

A problem is noted when the platform refuses a message for a reason that holds for all of them: an outage, a rate, a
token, a restriction, a number that is not registered. Until it is over nothing of that number or account is tried;
it waits. We ask at growing distances (``probe``), and the first good answer ends the problem. Whether messages pass
as well shows the first that goes: it goes alone, and only its success forgets how often we asked, so that a problem
which a question does not see is not met faster and faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from regulars.inboxes.events import ConnectionRecovered, InboxResumed, InboxStopped
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.ports import Deferred
from regulars.kernel.events import record, record_all

Reach = Literal["number", "connection"]
PROBE_LEASE_SECONDS = 60
"""a probe whose process died is repeated after this"""
MOST_COUNTED = 20


@dataclass(frozen=True, slots=True)
class DueProbe:
    """A number to ask about; ``reach`` says whose problem it is."""

    reach: Reach
    inbox_id: UUID
    connection_id: UUID
    channel: str
    address: str


_NOTE = """
UPDATE {table} t SET problem = %(title)s, problem_code = %(code)s,
  problem_since = CASE WHEN t.problem_code = %(code)s THEN t.problem_since ELSE now() END,
  probe_at = now() + make_interval(secs => LEAST(%(wait)s * 2 ^ t.probe_count, %(longest)s)),
  probe_count = LEAST(t.probe_count + 1, %(most)s)
FROM (SELECT id, problem FROM {table} WHERE id = %(id)s FOR UPDATE) AS before
WHERE t.id = before.id RETURNING before.problem = ''
"""


@transaction.atomic
def note_problem(inbox_id: UUID, connection_id: UUID, result: Deferred) -> bool:
    """Nothing of this number (or of its whole connection) leaves until a probe says that it works again.

    True when it begins, false when it goes on.
    """
    is_number = result.pauses == "number"
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE.format(table="inboxes_inbox" if is_number else "inboxes_connection"),
            {
                "id": inbox_id if is_number else connection_id,
                "title": result.error.title or str(result.error.code),
                "code": result.error.code,
                "wait": result.wait.total_seconds(),
                "longest": max(result.wait, result.longest_wait).total_seconds(),
                "most": MOST_COUNTED,
            },
        )
        row = cursor.fetchone()
    begins = bool(row and row[0])
    if begins:
        numbers = _numbers_at(inbox_id if is_number else None, connection_id)
        record_all(InboxStopped(*row, result.error.code) for row in numbers)
    return begins


@transaction.atomic
def end_problem(probe: DueProbe) -> None:
    """The platform answers well: what waited may go on, one message first."""
    table = "inboxes_inbox" if probe.reach == "number" else "inboxes_connection"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET problem = '', probe_at = NULL WHERE id = %s",  # noqa: S608 - one of two names
            [probe.inbox_id if probe.reach == "number" else probe.connection_id],
        )
    is_number = probe.reach == "number"
    numbers = _numbers_at(probe.inbox_id if is_number else None, probe.connection_id)
    record_all(InboxResumed(*row) for row in numbers)
    if not is_number:
        workspace_id = Connection.objects.values_list("workspace_id", flat=True).get(id=probe.connection_id)
        record(ConnectionRecovered(workspace_id, probe.connection_id))


@transaction.atomic
def forget_problem(inbox_id: UUID, connection_id: UUID) -> None:
    """A message has passed: the next problem starts anew."""
    cleared = "problem = '', problem_code = NULL, problem_since = NULL, probe_at = NULL, probe_count = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE inboxes_inbox SET {cleared} WHERE id = %s AND probe_count > 0",  # noqa: S608 - a constant
            [inbox_id],
        )
        cursor.execute(
            f"UPDATE inboxes_connection SET {cleared} WHERE id = %s AND probe_count > 0",  # noqa: S608
            [connection_id],
        )


def claim_probes() -> list[DueProbe]:
    """The numbers to ask about now; each is given to one caller only.

    A problem without a code is not the platform's (lost credentials): only a person ends it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_PROBES, {"lease": PROBE_LEASE_SECONDS})
        return [DueProbe(*row) for row in cursor.fetchall()]


_CLAIM_PROBES = """
WITH accounts AS (
  UPDATE inboxes_connection c SET probe_at = now() + make_interval(secs => %(lease)s)
  WHERE c.problem <> '' AND c.problem_code IS NOT NULL AND (c.probe_at IS NULL OR c.probe_at <= now())
    AND EXISTS (SELECT 1 FROM inboxes_inbox i WHERE i.connection_id = c.id AND i.is_active)
  RETURNING c.id, c.channel
), numbers AS (
  UPDATE inboxes_inbox i SET probe_at = now() + make_interval(secs => %(lease)s)
  FROM inboxes_connection c
  WHERE c.id = i.connection_id AND c.problem = '' AND i.problem <> ''
    AND (i.probe_at IS NULL OR i.probe_at <= now())
  RETURNING i.id, c.id, c.channel, i.address
)
SELECT 'connection', n.id, a.id, a.channel, n.address FROM accounts a CROSS JOIN LATERAL (
  SELECT i.id, i.address FROM inboxes_inbox i WHERE i.connection_id = a.id AND i.is_active
  ORDER BY i.problem <> '', i.created_at LIMIT 1) AS n
UNION ALL SELECT 'number', * FROM numbers
"""


def _numbers_at(inbox_id: UUID | None, connection_id: UUID) -> list[tuple[UUID, UUID]]:
    numbers = Inbox.objects.filter(connection_id=connection_id)
    if inbox_id is not None:
        numbers = numbers.filter(id=inbox_id)
    return list(numbers.order_by("id").values_list("workspace_id", "id"))
