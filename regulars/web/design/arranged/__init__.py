"""A list in an order that people give it: what each row offers, and where one is to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Moves:
    """Where a row goes by one step; both places count from 0."""

    earlier: int
    later: int
    is_first: bool
    is_last: bool


def moves_of(place: int, count: int) -> Moves:
    """Of the row that stands at ``place`` among ``count``."""
    return Moves(earlier=max(place - 1, 0), later=place + 1, is_first=place == 0, is_last=place == count - 1)


def place_in(said: Mapping[str, str]) -> int | None:
    """Where a row is to go; None for what no button of the list says."""
    place = said.get("place", "")
    return int(place) if place.isascii() and place.isdecimal() and len(place) <= MOST_DIGITS else None
