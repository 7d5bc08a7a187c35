"""When people write: by hour and weekday where they live, and when a shop answers. Pure: it is told what now is."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

HOUR = 3_600
BY_HOUR = (2, 1, 1, 0.5, 0.5, 1, 3, 7, 12, 16, 18, 18, 17, 16, 16, 16, 17, 18, 19, 20, 19, 15, 9, 5)
"""how much is written in each hour of a day there"""
BY_WEEKDAY = (1.1, 1.05, 1.0, 1.0, 1.05, 0.85, 0.7)
OPENS, CLOSES = 8, 21
"""hours of the shop"""
GROWTH = 2.0
"""so much more is written at the end than at the beginning"""


class Rhythm:
    """Of people in one time zone, over a span of hours."""

    def __init__(self, zone: str, since: datetime, until: datetime) -> None:
        self._first = int(since.timestamp())
        place = ZoneInfo(zone)
        hours = max(1, (int(until.timestamp()) - self._first) // HOUR)
        self._sums: Sequence[float] = list(
            accumulate(
                _weight(datetime.fromtimestamp(self._first + hour * HOUR, place))
                * (1 + (GROWTH - 1) * hour / hours)
                for hour in range(hours)
            )
        )

    def moments(self, count: int, after: int, dice: random.Random) -> list[int]:
        """``count`` times, the earliest first, none before ``after``: seconds since 1970."""
        start = min(max(0, (after - self._first) // HOUR), len(self._sums) - 1)
        low, high = self._sums[start - 1] if start else 0.0, self._sums[-1]
        found = [
            self._first
            + bisect_left(self._sums, low + dice.random() * (high - low), hi=len(self._sums) - 1) * HOUR
            + int(dice.random() * HOUR)
            for _each in range(count)
        ]
        found.sort()
        return found


def _weight(there: datetime) -> float:
    return BY_HOUR[there.hour] * BY_WEEKDAY[there.weekday()]


class OpeningHours:
    """When a shop answers."""

    def __init__(self, zone: str, since: datetime, until: datetime) -> None:
        self._first = int(since.timestamp()) // HOUR
        place = ZoneInfo(zone)
        hours = int((until - since) / timedelta(hours=1)) + 48
        opened: list[int] = []
        following = 0
        for hour in reversed(range(self._first, self._first + hours)):
            if OPENS <= datetime.fromtimestamp(hour * HOUR, UTC).astimezone(place).hour < CLOSES:
                following = hour
            opened.append(following or hour)
        self._opened = opened[::-1]

    def next_open(self, at: int) -> int:
        """The hour itself when it is open then; in seconds since 1970."""
        place = at // HOUR - self._first
        if not 0 <= place < len(self._opened):
            return at
        return max(at, self._opened[place] * HOUR)
