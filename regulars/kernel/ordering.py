"""Rows in an order that people give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def moved_to(place: int, item: Item, ordered: Sequence[Item]) -> list[Item]:
    """``item``, one of ``ordered``, at another place: 0 is the first; beyond the end is the last."""
    others = [each for each in ordered if each != item]
    at = max(place, 0)
    return [*others[:at], item, *others[at:]]
