"""What holds whatever came to the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running.ledgers import imbalances, wait_until_read
from tests.running.product import Product


@pytest.fixture
def the_ledger_adds_up_and_nobody_died(product: Product) -> Iterator[None]:
    """After the test, with the same processes as before it."""
    pids = product.pids()
    yield
    assert imbalances(wait_until_read(product)) == []
    assert product.pids() == pids
