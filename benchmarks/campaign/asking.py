"""A condition of six leaves over a million contacts with five million messages: counted, a page of them, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.asking import ask_product
from benchmarks.campaign.entries import Entry, Step
from benchmarks.figures import Figure
from benchmarks.product import Product, product_in

CONTACTS, MESSAGES_EACH = 1_000_000, 5
LEAST_CONTACTS = 1_000
ROUNDS = 5


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    home = folder / "home"
    home.mkdir(mode=0o711, exist_ok=True)
    with product_in(home) as product:
        yield [step_on(product, max(LEAST_CONTACTS, round(CONTACTS * scale)))]


def step_on(product: Product, contacts: int, rounds: int = ROUNDS) -> Step:
    def run() -> list[Figure]:
        return list(ask_product(product, contacts, contacts * MESSAGES_EACH, rounds))

    return Step(f"{contacts:,} contacts written and asked", run)


ASKING = Entry(
    "asking",
    f"a condition of six leaves over {CONTACTS:,} contacts with {CONTACTS * MESSAGES_EACH:,} messages",
    _open,
)
