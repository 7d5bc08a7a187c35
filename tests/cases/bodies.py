"""The shared cases: webhook bodies that once went wrong, given to the product as they would come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regulars.channels.receiving.processing import process_deliveries
from regulars.channels.whatsapp.payloads import count_updates
from regulars.inboxes.models import Delivery
from tests.cast import ACCOUNT, FIRST_NUMBER, SECOND_NUMBER, Cast

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "receiving"
PLACES = {
    "PHONE_NUMBER_ID_1": FIRST_NUMBER,
    "PHONE_NUMBER_ID_2": SECOND_NUMBER,
    "DISPLAY_NUMBER_1": "12025550142",
    "DISPLAY_NUMBER_2": "12025550143",
    "WABA_1": ACCOUNT,
}


def receive_case(cast: Cast, name: str) -> None:
    """Deliver the body or bodies of a case, each by itself, and read them."""
    path = CASES / f"{name}.json"
    if not path.is_file():
        pytest.skip("the shared cases are not on this machine (../shared/cases/receiving)")
    written = path.read_text()
    for place, value in PLACES.items():
        written = written.replace(place, value)
    case = json.loads(written)
    for body in case.get("sequence", [case]):
        Delivery.objects.create(
            connection=cast.connection, body=json.dumps(body).encode(), update_counts=count_updates(body)
        )
        while process_deliveries(limit=10):
            pass
