"""The ledger: what came in and what went out, counted so that it adds up at any moment.

Inbound, in updates: received = stored + duplicate + Σ rejected + pending. *Received* is written at the door,
in the transaction that stores the delivery; *stored*, *duplicate* and *rejected* in the transaction that
processes it; *pending* is counted from the deliveries themselves. The sides are independent, so the equation
is a check and not a definition. A delivery refused at the door counts as one update, received and rejected.

Outbound: intended = accepted + Σ refused + unknown + pending; the last two are counted from the sending jobs.
Reading both sides needs those jobs, so it lives with them: ``conversations.ledger.read_ledger``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """So many updates of one address ended so (see ``LedgerEntry``)."""

    connection_id: UUID | None
    address: str
    flow: str
    outcome: str
    reason: str
    update_count: int
    delivery_count: int = 0


@dataclass(slots=True)
class Inbound:
    received: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    deliveries_received: int = 0
    deliveries_refused: int = 0

    @property
    def adds_up(self) -> bool:
        return self.received == self.stored + self.duplicate + sum(self.rejected.values()) + self.pending


@dataclass(slots=True)
class Outbound:
    intended: int = 0
    accepted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    pending: int = 0

    @property
    def adds_up(self) -> bool:
        return self.intended == self.accepted + sum(self.refused.values()) + self.unknown + self.pending


@dataclass(slots=True)
class Ledger:
    """The two equations of one address, one connection or a whole workspace."""

    inbound: Inbound = field(default_factory=Inbound)
    outbound: Outbound = field(default_factory=Outbound)

    @property
    def adds_up(self) -> bool:
        return self.inbound.adds_up and self.outbound.adds_up


def add_to_ledger(rows: Iterable[LedgerRow]) -> None:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        key = (row.connection_id, row.address, row.flow, row.outcome, row.reason)
        total = sums.setdefault(key, [0, 0])
        total[0] += row.update_count
        total[1] += row.delivery_count
    if not sums:
        return
    columns = [list(column) for column in zip(*sums, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inboxes_ledgerentry"
            " (connection_id, address, flow, outcome, reason, update_count, delivery_count)"
            " SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bigint[],"
            " %b::bigint[])",
            [*columns, [total[0] for total in sums.values()], [total[1] for total in sums.values()]],
        )
