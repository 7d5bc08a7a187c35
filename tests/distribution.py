"""Which worker of pytest-xdist gets what, and in which order: what waits runs beside what computes.

By itself xdist hands out whole files, those with the most tests first, so that files of few long tests come last: a
product that starts, a browser, a clock that is waited for. Four of them wait beside each other at the end, and at
the beginning four that compute share two cores. Here the long ones begin first and are spread among the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import pytest
from xdist.scheduler import LoadFileScheduling

T = TypeVar("T")
STORIES = "tests/stories/"
HANDS = 3
"""so many workers share the stories: each needs a product and a browser, which serve all the stories that it has"""
FIRST = ("benchmarks/", "tests/faults/", STORIES)
"""the longest, in this order"""
LONG_UNTIL = 0.8
"""the last long one begins before this share of the others; only quick ones are left for the end"""


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Files, and stories in bundles, in the order that the workers collected."""

    def _split_scope(self, nodeid: str) -> str:
        return bundle_of(nodeid)


def bundle_of(nodeid: str) -> str:
    """What one worker runs without a break: a file, or some files of stories."""
    file = nodeid.partition("::")[0]
    return f"{STORIES}{crc32(file.encode()) % HANDS}" if file.startswith(STORIES) else file


def in_turn(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests, bundle after bundle, long bundles among quick ones."""
    bundles: dict[str, list[pytest.Item]] = {}
    for item in items:
        bundles.setdefault(bundle_of(item.nodeid), []).append(item)
    long = sorted((each for each in bundles.values() if any(map(is_long, each))), key=_place)
    quick = [each for each in bundles.values() if not any(map(is_long, each))]
    return [item for bundle in spread(long, quick) for item in bundle]


def is_long(item: pytest.Item) -> bool:
    """Says so itself, or starts a product."""
    return item.get_closest_marker("slow") is not None or "product" in getattr(item, "fixturenames", ())


def _place(bundle: Sequence[pytest.Item]) -> int:
    return next(
        (place for place, start in enumerate(FIRST) if bundle[0].nodeid.startswith(start)), len(FIRST)
    )


def spread(long: Sequence[T], quick: Sequence[T]) -> list[T]:
    """Both in their order; the long ones at even distances, the first at the beginning."""
    distance = LONG_UNTIL * len(quick) / max(len(long), 1)
    placed = [(number * distance, 0, each) for number, each in enumerate(long)]
    placed += [(number + 0.5, 1, each) for number, each in enumerate(quick)]
    return [each for _place, _kind, each in sorted(placed, key=lambda entry: entry[:2])]
