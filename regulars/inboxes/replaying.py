"""Reading stored deliveries again: after a number was added, a mistake of ours was mended, a kind is understood now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from regulars.inboxes.events import DeliveriesReplayed
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import ChannelNotice, Connection, Delivery, sealed_fields
from regulars.inboxes.queue import wake_readers
from regulars.kernel.errors import NotFound
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


def deliveries_of(actor: Actor, which: WhichDeliveries = EVERY_DELIVERY) -> QuerySet[Delivery]:
    """What came by webhook, without the bodies, each with its connection."""
    actor.require(PERMISSION)
    own = Connection.objects.filter(workspace_id=actor.workspace_id)
    rows = Delivery.objects.filter(connection_id__in=list(own.values_list("id", flat=True)))
    if which.ids is not None:
        rows = rows.filter(id__in=which.ids)
    if which.connection_id is not None:
        rows = rows.filter(connection_id=which.connection_id)
    if which.state:
        rows = rows.filter(state=which.state)
    if which.since is not None:
        rows = rows.filter(received_at__gte=which.since)
    return rows.select_related("connection").defer("body", *sealed_fields("connection__"))


@transaction.atomic
def open_delivery(delivery_id: int, *, by: Actor) -> Delivery:
    """One delivery with its body. It holds what people said, so the audit trail says who looked."""
    found = deliveries_of(by).defer(None).defer(*sealed_fields("connection__")).filter(id=delivery_id).first()
    if found is None:
        raise _gone()
    audit(by, "deliveries:open", "delivery", str(delivery_id))
    return found


def access_delivery(actor: Actor, delivery_id: int) -> Delivery:
    """One delivery without its body."""
    found = deliveries_of(actor).filter(id=delivery_id).first()
    if found is None:
        raise _gone()
    return found


def _gone() -> NotFound:
    days = settings.RAW_DELIVERY_RETENTION_DAYS
    return NotFound(
        _("There is no such delivery here; deliveries are kept for %(days)d days") % {"days": days}
    )


def notices_of(actor: Actor) -> QuerySet[ChannelNotice]:
    """What the platforms told about accounts and numbers; ``is_kept``: its delivery is there to be read again."""
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
