"""Bodies that came by webhook, stored and counted as the door does, and read as a worker does."""

from __future__ import annotations

from typing import Any

import orjson

from regulars.channels.receiving.processing import process_deliveries
from regulars.channels.whatsapp.payloads import count_payload
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Delivery
from tests.cast import House


def deliver(house: House, *bodies: Any) -> list[int]:
    """As the door does; returns the ids of the deliveries."""
    ids = []
    for each in bodies:
        raw = orjson.dumps(each)
        counts = count_payload(raw)
        ids.append(Delivery.objects.create(connection=house.connection, body=raw, update_counts=counts).id)
        add_to_ledger(
            LedgerRow(house.connection.id, address, "inbound", "received", "", count)
            for address, count in counts.items()
        )
    return ids


def read_everything() -> None:
    while process_deliveries():
        pass
