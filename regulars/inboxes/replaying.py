"""Reading stored deliveries again: after a number was added, a mistake of ours was mended, a kind is understood now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from regulars.inboxes.access import access_delivery, deliveries_of
from regulars.inboxes.events import DeliveriesReplayed
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import ChannelNotice, Delivery, sealed_fields
from regulars.inboxes.queue import wake_readers
from regulars.kernel.events import record
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

PERMISSION = "connections:manage"


@dataclass(frozen=True, slots=True)
class WhichDeliveries:
    """Which of a workspace's deliveries; what is left out does not narrow."""

    ids: Collection[int] | None = None
    connection_id: UUID | None = None
    state: str = ""
    """pending, processed or failed"""
    since: datetime | None = None


EVERY_DELIVERY = WhichDeliveries()


def find_deliveries(actor: Actor, which: WhichDeliveries) -> QuerySet[Delivery]:
    rows = deliveries_of(actor)
    if which.ids is not None:
        rows = rows.filter(id__in=which.ids)
    if which.connection_id is not None:
        rows = rows.filter(connection_id=which.connection_id)
    if which.state:
        rows = rows.filter(state=which.state)
    if which.since is not None:
        rows = rows.filter(received_at__gte=which.since)
    return rows


@transaction.atomic
def open_delivery(delivery_id: int, *, by: Actor) -> Delivery:
    """It holds what people said, so the audit trail says who looked."""
    found = access_delivery(by, delivery_id, with_body=True)
    audit(by, "deliveries:open", "delivery", str(delivery_id))
    return found


def notices_of(actor: Actor) -> QuerySet[ChannelNotice]:
    """``is_kept``: its delivery is there to be read again."""
    actor.require(PERMISSION)
    rows = ChannelNotice.objects.filter(workspace_id=actor.workspace_id)
    kept = Delivery.objects.filter(id=OuterRef("delivery_id"))
    return (
        rows.select_related("connection", "inbox")
        .defer(*sealed_fields("connection__"))
        .annotate(is_kept=Exists(kept))
    )


_REPLAY = """
WITH wanted AS (
  SELECT d.id FROM inboxes_delivery d JOIN inboxes_connection c ON c.id = d.connection_id
  WHERE c.workspace_id = %(workspace)s AND d.state <> 'pending'
    AND (%(ids)s::bigint[] IS NULL OR d.id = ANY(%(ids)s))
    AND (%(connection)s::uuid IS NULL OR d.connection_id = %(connection)s)
    AND (%(state)s = '' OR d.state = %(state)s)
    AND (%(since)s::timestamptz IS NULL OR d.received_at >= %(since)s)
  ORDER BY d.id FOR UPDATE OF d
), again AS (
  UPDATE inboxes_delivery d SET state = 'pending', attempts = 0, retry_at = NULL, error = '', processed_at = NULL
  FROM wanted WHERE d.id = wanted.id RETURNING d.connection_id, d.update_counts
)
SELECT a.connection_id, c.key, SUM(c.value::bigint), (SELECT count(*) FROM again)
FROM again a LEFT JOIN LATERAL jsonb_each_text(a.update_counts) AS c ON true GROUP BY 1, 2
"""


@transaction.atomic
def replay_deliveries(which: WhichDeliveries, *, by: Actor) -> int:
    """Have stored deliveries of the actor's workspace read again; returns how many. Those that wait wait on.

    What they hold is counted anew as received; what is known already comes out as duplicate.
    """
    by.require(PERMISSION)
    values = {
        "workspace": by.workspace_id,
        "ids": None if which.ids is None else list(which.ids),
        "connection": which.connection_id,
        "state": which.state,
        "since": which.since,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY, values)
        rows = cursor.fetchall()
    count = int(rows[0][3]) if rows else 0
    add_to_ledger(
        LedgerRow(connection_id, address, "inbound", "received", "", int(updates))
        for connection_id, address, updates, _deliveries in rows
        if address is not None
    )
    wake_readers()
    record(DeliveriesReplayed(by.workspace_id, count, by.doer))
    audit(by, "deliveries:replay", "workspace", str(by.workspace_id), deliveries=count)
    return count
