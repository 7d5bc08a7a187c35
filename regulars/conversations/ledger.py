"""Reading the ledger: both equations, in total and per number, from one snapshot."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from regulars.conversations.models import Message
from regulars.inboxes.ledger import Inbound, Ledger, Outbound

_READ = """
WITH own AS (SELECT id FROM inboxes_connection WHERE workspace_id = %(workspace)s)
SELECT 'entry', e.connection_id, e.address, e.flow, e.outcome, e.reason, SUM(e.update_count), SUM(e.delivery_count)
FROM inboxes_ledgerentry e WHERE e.connection_id IN (SELECT id FROM own)
GROUP BY 2, 3, 4, 5, 6
UNION ALL
SELECT 'pending', d.connection_id, c.key, 'inbound', 'pending', '', SUM(c.value::bigint), 0
FROM inboxes_delivery d, jsonb_each_text(d.update_counts) AS c
WHERE d.state = 'pending' AND d.connection_id IN (SELECT id FROM own)
GROUP BY 2, 3
UNION ALL
SELECT 'pending', i.connection_id, i.address, 'outbound',
       CASE WHEN o.state = 'unknown' THEN 'unknown' ELSE 'pending' END, '', COUNT(*), 0
FROM conversations_outgoingmessage o JOIN inboxes_inbox i ON i.id = o.inbox_id
WHERE o.state IN ('queued', 'sending', 'unknown') AND i.workspace_id = %(workspace)s
GROUP BY 2, 3, 5
"""


def read_ledger(workspace_id: UUID) -> tuple[Ledger, dict[tuple[UUID, str], Ledger]]:
    """In total and per (connection, address), from one snapshot."""
    total = Ledger()
    parts: dict[tuple[UUID, str], Ledger] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"workspace": workspace_id})
        for _source, connection_id, address, flow, outcome, reason, updates, deliveries in cursor.fetchall():
            for ledger in (total, parts.setdefault((connection_id, address), Ledger())):
                _count(ledger, flow, outcome, reason, int(updates), int(deliveries))
    return total, parts


def read_unknown(workspace_id: UUID, limit: int) -> list[Message]:
    unknown = Message.objects.filter(workspace_id=workspace_id, outgoing__state="unknown")
    joined = unknown.select_related("contact", "conversation__group", "inbox")
    return list(joined.order_by("sent_at")[:limit])


def _count(ledger: Ledger, flow: str, outcome: str, reason: str, updates: int, deliveries: int) -> None:
    if flow == "outbound":
        _add(ledger.outbound, outcome, reason, updates)
        return
    inbound = ledger.inbound
    if flow == "door":
        inbound.received += updates
        inbound.deliveries_received += deliveries
        inbound.deliveries_refused += deliveries
        _add(inbound, "rejected", reason, updates)
        return
    _add(inbound, outcome, reason, updates)
    inbound.deliveries_received += deliveries


def _add(side: Inbound | Outbound, outcome: str, reason: str, count: int) -> None:
    current = getattr(side, outcome)
    if isinstance(current, dict):
        current[reason] = current.get(reason, 0) + count
    else:
        setattr(side, outcome, current + count)


def read_totals() -> list[tuple[dict[str, str], int]]:
    """The whole server's ledger as samples of a metric: labels and value. No names, no numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT flow, outcome, reason, SUM(update_count) FROM inboxes_ledgerentry GROUP BY 1, 2, 3"
            " UNION ALL SELECT 'inbound', 'pending', '', COALESCE(SUM(c.value::bigint), 0)"
            " FROM inboxes_delivery d, jsonb_each_text(d.update_counts) AS c WHERE d.state = 'pending'"
            " UNION ALL SELECT 'outbound', state, '', COUNT(*) FROM conversations_outgoingmessage"
            " WHERE state IN ('queued', 'sending', 'unknown') GROUP BY 2"
        )
        rows = cursor.fetchall()
    return [
        ({"flow": flow, "outcome": outcome, "reason": reason}, int(value))
        for flow, outcome, reason, value in rows
    ]
