"""The ledger: what came in, what went out, and whether it adds up."""

from __future__ import annotations

from typing import Annotated

import msgspec

from regulars.conversations.ledger import read_ledger
from regulars.inboxes import ledger as counted
from regulars.inboxes.models import Inbox
from regulars.inboxes.queries import inboxes_in
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.workspaces.access import Actor


class Inbound(msgspec.Struct):
    """Updates that came: received = stored + duplicate + Σ rejected + pending."""

    received: Annotated[int, told("All that came.", 120)]
    stored: Annotated[int, told("Those that are in the threads now.", 110)]
    duplicate: Annotated[int, told("Those that had come before.", 6)]
    rejected: Annotated[dict[str, int], told("Those that could not be read, by reason.", {"malformed": 1})]
    pending: Annotated[int, told("Those that nobody has read yet.", 3)]
    adds_up: Annotated[bool, told("Whether the equation holds.", True)]


class Outbound(msgspec.Struct):
    """Messages meant to leave: intended = accepted + Σ refused + unknown + pending."""

    intended: Annotated[int, told("All that were queued.", 40)]
    accepted: Annotated[int, told("Those that the provider took.", 36)]
    refused: Annotated[dict[str, int], told("Those that did not leave, by reason.", {"131047": 1})]
    unknown: Annotated[int, told("Those of which nobody knows whether they left.", 1)]
    pending: Annotated[int, told("Those that wait.", 2)]
    adds_up: Annotated[bool, told("Whether the equation holds.", True)]


class Deliveries(msgspec.Struct):
    """Webhook requests."""

    received: Annotated[int, told("How many came.", 80)]
    refused: Annotated[int, told("How many of those were refused at the door.", 1)]


class InboxLedger(msgspec.Struct):
    """The ledger of one number."""

    inbox: Annotated[
        str | None,
        told("The number's id; null for an address that is (no longer) no inbox of ours.", EXAMPLE_ID),
    ]
    name: Annotated[str | None, told("What the number is called.", "Shop")]
    connection: Annotated[str, told("The connection's id.", EXAMPLE_ID)]
    address: Annotated[
        str, told("The provider's id of the number; empty for the account itself.", "106540352242922")
    ]
    inbound: Annotated[Inbound, told("What came.")]
    outbound: Annotated[Outbound, told("What was meant to leave.")]
    deliveries: Annotated[Deliveries, told("In how many requests it came.")]
    adds_up: Annotated[bool, told("Whether both equations hold.", True)]


class LedgerShape(msgspec.Struct):
    """Both equations of the workspace, from one snapshot, and per number."""

    inbound: Annotated[Inbound, told("What came.")]
    outbound: Annotated[Outbound, told("What was meant to leave.")]
    deliveries: Annotated[Deliveries, told("In how many requests it came.")]
    adds_up: Annotated[bool, told("Whether both equations hold.", True)]
    inboxes: Annotated[list[InboxLedger], told("The same for each number.")]


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
