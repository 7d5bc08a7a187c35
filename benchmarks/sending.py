"""Sending: queued messages that one worker process gets accepted by the sandbox, each exactly once."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.accepting import Effort, wait_until_drained
from benchmarks.figures import Figure, median
from benchmarks.floors.sender import send_bare
from benchmarks.product import Product
from benchmarks.seeding import seed
from benchmarks.waiting import wait_for

MESSAGES_PER_ROUND_SECOND = 2_500
PEOPLE = 1_000
LEAST_RATE = 1_000.0
SEND_PATIENCE = 120.0
SWITCHES = {
    "rates": {"messages_per_second": None, "pair_seconds": None, "tier": "TIER_UNLIMITED"},
    "statuses": {"on": False},
}
"""no limit of the platform's and no ticks: what is measured is the sender"""


def measure_sending(product: Product, effort: Effort) -> Iterator[Figure]:
    """The intent is recorded before and the result after; beside it a bare client without a database."""
    open_windows(product)
    messages = int(effort.seconds * MESSAGES_PER_ROUND_SECOND)
    graph_url, number_id = product.facts["sandbox"]["graph_url"], product.target.number_id
    rates, floors = [], []
    send_bare(graph_url, number_id, 200, PEOPLE)
    for _round in range(effort.rounds):
        rates.append(_send(product, messages))
        floors.append(send_bare(graph_url, number_id, messages, PEOPLE))
    yield Figure("sending from one process", median(rates), "/s", at_least=LEAST_RATE)
    yield Figure("… bare client without a database", median(floors), "/s")


def open_windows(product: Product) -> None:
    """People who have just written through the sandbox: their windows are open on both sides."""
    product.start_worker()
    control(product, "PATCH", "switches", SWITCHES)
    number = product.target.number_id
    control(product, "POST", "burst", {"count": PEOPLE, "people": PEOPLE, "number": number})
    control(product, "POST", "idle", {"seconds": 60})
    wait_until_drained(product)


def _send(product: Product, messages: int) -> float:
    """Messages a second, from the commit of the intents to the record of the last result."""
    queued = seed(product, "queue", messages)
    ids: list[str] = queued["ids"]
    wait_for(lambda: _open_jobs(product) == 0, SEND_PATIENCE, "every message's result", pause=0.05)
    states = product.ask(
        "SELECT jsonb_object_agg(state, number) FROM (SELECT state, count(*) AS number"
        " FROM conversations_outgoingmessage WHERE message_id = ANY(%s::uuid[]) GROUP BY state) AS states",
        [ids],
    )
    if states != {"accepted": messages}:
        raise RuntimeError(f"{messages} messages were queued, their states are {states}")
    _check_phones(product, ids)
    last = product.ask(
        "SELECT extract(epoch FROM max(settled_at)) FROM conversations_outgoingmessage"
        " WHERE message_id = ANY(%s::uuid[])",
        [ids],
    )
    return messages / (float(last) - float(queued["committed_at"]))


def _open_jobs(product: Product) -> int:
    query = "SELECT count(*) FROM conversations_outgoingmessage WHERE state IN ('queued', 'sending')"
    return int(product.ask(query))


def _check_phones(product: Product, ids: list[str]) -> None:
    """Raises RuntimeError unless the phones received each message exactly once."""
    received = control(product, "GET", "received?limit=1000000")["items"]
    counts = Counter(each["biz_opaque_callback_data"] for each in received)
    wrong = {key: counts[key] for key in ids if counts[key] != 1}
    if wrong:
        raise RuntimeError(f"{len(wrong)} messages did not reach their phone exactly once")


def control(product: Product, method: str, path: str, body: object = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (our own sandbox)
        f"{product.control_url}/{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=90) as response:  # noqa: S310
        answer: dict[str, Any] = json.loads(response.read())
        return answer
