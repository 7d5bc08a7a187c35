"""The ledger: what came in, what went out, and whether it adds up."""

from __future__ import annotations

import msgspec

from regulars.conversations.ledger import read_ledger
from regulars.inboxes import ledger as counted
from regulars.inboxes.models import Inbox
from regulars.inboxes.queries import inboxes_in
from regulars.workspaces.access import Actor


class Inbound(msgspec.Struct):
    """Updates that came: received = stored + duplicate + Σ rejected + pending."""

    received: int
    stored: int
    duplicate: int
    rejected: dict[str, int]
    pending: int
    adds_up: bool


class Outbound(msgspec.Struct):
    """Messages meant to leave: intended = accepted + Σ refused + unknown + pending."""

    intended: int
    accepted: int
    refused: dict[str, int]
    unknown: int
    pending: int
    adds_up: bool


class Deliveries(msgspec.Struct):
    """Webhook requests: how many came, and how many of those were refused at the door."""

    received: int
    refused: int


class InboxLedger(msgspec.Struct):
    """The ledger of one number; ``inbox`` is null for an address that is (no longer) no inbox of ours."""

    inbox: str | None
    name: str | None
    connection: str
    address: str
    inbound: Inbound
    outbound: Outbound
    deliveries: Deliveries
    adds_up: bool


class LedgerShape(msgspec.Struct):
    """Both equations of the workspace, from one snapshot, and per number."""

    inbound: Inbound
    outbound: Outbound
    deliveries: Deliveries
    adds_up: bool
    inboxes: list[InboxLedger]


def get_ledger(actor: Actor) -> LedgerShape:
    """The workspace's ledger, counted in updates: a message, a status, any other change."""
    total, parts = read_ledger(actor.workspace_id)
    known = {(row.connection_id, row.address): row for row in inboxes_in(actor.workspace_id)}
    keys = sorted({*parts, *known}, key=lambda key: (str(key[0]), key[1]))
    inboxes = [
        _part(
            str(connection_id),
            address,
            known.get((connection_id, address)),
            parts.get((connection_id, address)),
        )
        for connection_id, address in keys
    ]
    return LedgerShape(*_sides(total), total.adds_up, inboxes)


def _part(connection_id: str, address: str, inbox: Inbox | None, part: counted.Ledger | None) -> InboxLedger:
    ledger = part or counted.Ledger()
    return InboxLedger(
        str(inbox.id) if inbox else None,
        inbox.name if inbox else None,
        connection_id,
        address,
        *_sides(ledger),
        ledger.adds_up,
    )


def _sides(ledger: counted.Ledger) -> tuple[Inbound, Outbound, Deliveries]:
    came, left = ledger.inbound, ledger.outbound
    return (
        Inbound(came.received, came.stored, came.duplicate, came.rejected, came.pending, came.adds_up),
        Outbound(left.intended, left.accepted, left.refused, left.unknown, left.pending, left.adds_up),
        Deliveries(came.deliveries_received, came.deliveries_refused),
    )
