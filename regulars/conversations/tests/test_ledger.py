"""The ledger as it is read: in total and per number, what waits counted from the deliveries."""

from __future__ import annotations

import pytest

from regulars.conversations.ledger import read_ledger, read_totals
from regulars.inboxes.ledger import Inbound, LedgerRow, add_to_ledger
from regulars.inboxes.models import Delivery
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _row(cast: Cast, outcome: str, count: int, reason: str = "", flow: str = "inbound") -> LedgerRow:
    return LedgerRow(cast.connection.id, cast.inbox.address, flow, outcome, reason, count)


def test_the_ledger_is_read_in_total_and_per_number_and_refusals_at_the_door_count(cast):
    add_to_ledger(
        [
            _row(cast, "received", 4),
            _row(cast, "stored", 2),
            _row(cast, "duplicate", 1),
            _row(cast, "rejected", 1, "unknown-inbox"),
            LedgerRow(cast.connection.id, "", "door", "rejected", "bad-signature", 2, 2),
            LedgerRow(cast.stranger.connection.id, "", "door", "rejected", "not-json", 9, 9),
        ]
    )
    total, parts = read_ledger(cast.workspace.id)
    assert total.inbound == Inbound(6, 2, 1, {"unknown-inbox": 1, "bad-signature": 2}, 0, 2, 2)
    assert total.adds_up
    assert {key: part.adds_up for key, part in parts.items()} == {
        (cast.connection.id, cast.inbox.address): True,
        (cast.connection.id, ""): True,
    }


def test_what_waits_is_counted_from_the_deliveries(cast):
    Delivery.objects.create(
        connection=cast.connection, body=b"{}", update_counts={cast.inbox.address: 2, "": 1}
    )
    add_to_ledger(
        [_row(cast, "received", 2), LedgerRow(cast.connection.id, "", "inbound", "received", "", 1)]
    )
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.inbound.received, total.inbound.pending, total.adds_up) == (3, 3, True)


def test_the_totals_of_the_server_name_nobody(cast):
    add_to_ledger([_row(cast, "received", 4), _row(cast, "rejected", 4, "malformed")])
    samples = {(labels["outcome"], labels["reason"]): value for labels, value in read_totals()}
    assert (samples["received", ""], samples["rejected", "malformed"]) == (4, 4)
    assert {key for labels, _value in read_totals() for key in labels} == {"flow", "outcome", "reason"}
