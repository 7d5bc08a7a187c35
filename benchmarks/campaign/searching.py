"""Searching among a million messages of a hundred thousand conversations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.campaign.entries import Entry, Step
from benchmarks.figures import Figure
from benchmarks.product import Product, product_in
from benchmarks.searching import search_product

MESSAGES = 1_000_000
LEAST_MESSAGES = 1_000
ROUNDS = 40


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    home = folder / "home"
    home.mkdir(mode=0o711, exist_ok=True)
    with product_in(home) as product:
        yield [step_on(product, max(LEAST_MESSAGES, round(MESSAGES * scale)))]


def step_on(product: Product, messages: int, rounds: int = ROUNDS) -> Step:
    def run() -> list[Figure]:
        return list(search_product(product, messages, rounds))

    return Step(f"{messages:,} messages written and searched", run)


SEARCHING = Entry("searching", f"searches among {MESSAGES:,} messages, beside plain SQL", _open)
