"""Webhook to agent's screen: how long a message takes from the POST to every open screen."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from benchmarks.accepting import Effort, spec_of, wait_until_drained
from benchmarks.bodies import CONTACTS, person_phone
from benchmarks.figures import Figure, median
from benchmarks.load import Spec, percentile, post
from benchmarks.product import Product
from benchmarks.screens import Plan, watch
from benchmarks.seeding import seed

SCREENS = 50
MESSAGES_A_SECOND = 50.0
MOST_P50, MOST_P95 = 200.0, 500.0
"""milliseconds"""
SECONDS_FACTOR = 2.0
_CONVERSATIONS = """
SELECT jsonb_object_agg(i.value, c.id) FROM conversations_conversation c
JOIN contacts_contactidentity i ON i.contact_id = c.contact_id AND i.kind = 'phone'
JOIN inboxes_inbox n ON n.id = c.inbox_id AND n.address = %s
WHERE i.value LIKE '+447700900%%'
"""


def measure_showing(product: Product, effort: Effort) -> Iterator[Figure]:
    product.start_worker()
    conversations = conversations_of(product)
    product.cookies = product.cookies or seed(product, "sign-in", SCREENS)["cookies"]
    count = min(CONTACTS, int(effort.seconds * SECONDS_FACTOR * MESSAGES_A_SECOND))
    medians, tails = [], []
    for number in range(effort.rounds):
        first = number * count
        people = [conversations[person_phone(first + index)] for index in range(count)]
        run = secrets.token_hex(6).upper()
        seen = watch(Plan(product.target, product.cookies, people, first, MESSAGES_A_SECOND, run))
        if seen.missing:
            raise RuntimeError(f"{seen.missing} of {count * SCREENS} changes never reached a screen")
        medians.append(percentile(seen.milliseconds, 50))
        tails.append(percentile(seen.milliseconds, 95))
    name = f"webhook to {SCREENS} screens at {MESSAGES_A_SECOND:.0f} messages/s"
    yield Figure(f"{name}, p50", median(medians), "ms", at_most=MOST_P50)
    yield Figure(f"{name}, p95", median(tails), "ms", at_most=MOST_P95)


def conversations_of(product: Product) -> dict[str, str]:
    spec = spec_of(product.target, 16, 30)
    post(Spec(product.target, spec.connections, spec.seconds, CONTACTS, spec.run))
    wait_until_drained(product)
    found: dict[str, str] = product.ask(_CONVERSATIONS, [product.target.number_id])
    if len(found) != CONTACTS:
        raise RuntimeError(f"{CONTACTS} people wrote, {len(found)} have a conversation")
    return found
