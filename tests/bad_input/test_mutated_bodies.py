"""Thousands of signed bodies with something wrong in them, over real HTTP: never a 5xx, and the ledger adds up.

REGULARS_MUTATIONS sets how many (5,000 by default).
"""

from __future__ import annotations

import asyncio
import os
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.bad_input.mutations import mutate, recipes
from tests.fixtures.telling import read_all_messages
from tests.running.ledgers import imbalances, read_ledger, wait_until_read
from tests.running.product import Product
from tests.running.webhooks import deliver

MUTATIONS = int(os.environ.get("REGULARS_MUTATIONS") or 5_000)
AT_ONCE = 50
RIGHT_ANSWERS = {"200", "400"}
_serial = count(1)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pids_before(product: Product) -> dict[str, int]:
    return product.pids()


@settings(
    max_examples=MUTATIONS // AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(chosen=st.lists(recipes, min_size=AT_ONCE, max_size=AT_ONCE))
def test_each_is_stored_or_refused_and_never_an_error_of_ours(
    product: Product, pids_before: dict[str, int], chosen: list[bytes]
):
    bodies = [_with_own_ids(mutate(recipe)) for recipe in chosen]
    answers = asyncio.run(deliver(product, bodies, at_once=8)).answers
    assert set(answers) <= RIGHT_ANSWERS, answers


def _with_own_ids(raw: bytes) -> bytes:
    """New message ids for every body: what is known already would not be stored, and not tried."""
    return raw.replace(b"wamid.", b"wamid.%d." % next(_serial))


def test_afterwards_everything_is_read_and_the_ledger_adds_up(product: Product, pids_before: dict[str, int]):
    ledger = wait_until_read(product, patience=180)
    assert imbalances(ledger) == []
    deliveries = ledger["deliveries"]
    assert deliveries["received"] >= MUTATIONS // AT_ONCE * AT_ONCE
    print(
        {name: ledger["inbound"][name] for name in ("received", "stored", "duplicate", "rejected")},
        deliveries,
    )


def test_afterwards_no_delivery_was_given_up(product: Product, pids_before: dict[str, int]):
    rejected = read_ledger(product)["inbound"]["rejected"]
    assert rejected.get("processing-failed", 0) == 0
    assert product.count("SELECT count(*) FROM inboxes_delivery WHERE attempts > 0") == 0


def test_afterwards_the_same_processes_run(product: Product, pids_before: dict[str, int]):
    assert product.pids() == pids_before
    assert product.status_of("/readyz") == 200


def test_afterwards_every_message_can_be_read_over_rest(product: Product, pids_before: dict[str, int]):
    stored = product.count("SELECT count(*) FROM conversations_message")
    assert sum(1 for _ in read_all_messages(product)) == stored
