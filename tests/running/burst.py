"""A burst of deliveries with known contents, and the check that all of it arrived, once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .bodies import AT, FIRST_NUMBER, SECOND_NUMBER, change, envelope, message, person, status, stored_ids
from .product import Product
from .webhooks import encode

PEOPLE = 25


@dataclass
class Burst:
    """Bodies to post, and the messages and statuses in them."""

    prefix: str
    bodies: list[bytes] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)
    statuses: set[tuple[str, str]] = field(default_factory=set)


def make_burst(prefix: str, count: int, rng: random.Random) -> Burst:
    """``count`` deliveries: mostly one message, now and then several, with statuses, or one posted again."""
    burst = Burst(prefix)
    for index in range(count):
        chance = rng.random()
        if chance < 0.1 and burst.bodies:
            burst.bodies.append(rng.choice(burst.bodies))
        elif chance < 0.2:
            burst.bodies.append(_with_statuses(burst, index))
        else:
            burst.bodies.append(_with_messages(burst, index, 1 if chance < 0.8 else rng.randint(2, 6), rng))
    return burst


def _with_messages(burst: Burst, index: int, count: int, rng: random.Random) -> bytes:
    keys = [f"{burst.prefix}.{index}.{place}" for place in range(count)]
    burst.messages.update(keys)
    senders = [rng.randrange(PEOPLE) for _ in keys]
    number = rng.choice((FIRST_NUMBER, SECOND_NUMBER))
    items = [message(key, sender, at=AT + index) for key, sender in zip(keys, senders, strict=True)]
    return encode(envelope(change(number, contacts=[person(each) for each in set(senders)], messages=items)))


def _with_statuses(burst: Burst, index: int) -> bytes:
    key = f"{burst.prefix}.status.{index}"
    words = ("sent", "delivered", "read")
    burst.statuses.update((f"wamid.{key}", word) for word in words)
    return encode(envelope(change(statuses=[status(key, word, index % PEOPLE) for word in words])))


def losses(product: Product, burst: Burst) -> list[str]:
    """What of a burst is missing or doubled, in words; empty when everything arrived once."""
    stored = Counter(stored_ids(product, f"{burst.prefix}."))
    found = [f"message {key} is stored {stored[key]} times" for key in burst.messages if stored[key] != 1]
    found += [f"message {key} was never posted" for key in stored if key not in burst.messages]
    kept = Counter(
        product.sql(
            "SELECT provider_id, status FROM conversations_unmatchedstatus WHERE starts_with(provider_id, %s)",
            f"wamid.{burst.prefix}.",
        )
    )
    return found + [f"status {key} is stored {kept[key]} times" for key in burst.statuses if kept[key] != 1]


def doubled_effects(product: Product, read: Sequence[str] = ()) -> list[str]:
    """What a message did twice: counted as unread, or told as an event; empty when each did it once.

    ``read``: conversations in which somebody may have read or answered.
    """
    found = [
        f"conversation {row[0]} counts {row[1]} unread of {row[2]}"
        for row in product.sql(
            "SELECT c.id, c.unread_count, count(m.id) FROM conversations_conversation c"
            " JOIN conversations_message m ON m.conversation_id = c.id AND m.direction = 'in'"
            " WHERE NOT c.id = ANY(%s::uuid[])"
            " GROUP BY c.id HAVING c.unread_count <> count(m.id)",
            list(read),
        )
    ]
    events = product.sql(
        "SELECT body ->> 'message_id', count(*) FROM kernel_event WHERE kind = 'MessageReceived'"
        " AND body ->> 'direction' = 'in' GROUP BY 1"
    )
    found += [f"message {row[0]} has {row[1]} events" for row in events if row[1] != 1]
    stored = product.count("SELECT count(*) FROM conversations_message WHERE direction = 'in'")
    return found if len(events) == stored else [*found, f"{stored} messages came, {len(events)} were told"]
