"""Time in which a business works: how much of it lies between two moments. Pure; nothing reads the clock.

A moment counts when the wall clock in the business's time zone shows an hour of its week, and the day is no holiday:
an hour that the clocks skip in spring is no working time, one that they show twice in autumn counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from regulars.workspaces.public_holidays import public_holidays

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NOTHING = timedelta(0)
_WEEK = timedelta(days=7)
FARTHEST_WEEKS = 60
"""how far ahead an amount of business time is looked for"""


class Opening(msgspec.Struct, frozen=True, array_like=True):
    """From and until which minute of the day: 540, 1080 is 9:00 to 18:00; 1440 is midnight at its end."""

    start: int
    end: int


class Holiday(msgspec.Struct, frozen=True):
    """A day on which nobody works."""

    date: date
    name: str = ""


class Week(msgspec.Struct, frozen=True):
    """What is stored of a workspace's business hours: openings of each weekday, Monday first, and days off.

    ``country``: whose public holidays are days off, too (``KR``, ``DE-BY``); empty for none.
    """

    days: tuple[tuple[Opening, ...], ...]
    holidays: tuple[Holiday, ...] = ()
    country: str = ""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Without a ``week``, always."""

    time_zone: str = "UTC"
    week: Week | None = None
    _days_off: frozenset[date] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        if self.week is not None:
            object.__setattr__(self, "_days_off", frozenset(each.date for each in self.week.holidays))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from one moment to a later one; nothing when it is not later."""
        if end <= start:
            return _NOTHING
        week = self.week
        if week is None:
            return end - start
        total = _NOTHING
        for since, until, offset in _stretches(
            start.astimezone(UTC), end.astimezone(UTC), ZoneInfo(self.time_zone)
        ):
            total += self._on_the_wall(week.days, since + offset, until + offset)
        return total

    def after(self, start: datetime, amount: timedelta) -> datetime | None:
        """The first moment by which so much business time has passed; None when that is more than a year away."""
        if self.week is None or amount <= _NOTHING:
            return start + amount
        zone, left, since = ZoneInfo(self.time_zone), amount, start.astimezone(UTC)
        for _each in range(FARTHEST_WEEKS):
            for opens, closes in self._open_between(since, since + _WEEK, zone):
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
            since += _WEEK
        return None

    def _open_between(
        self, start: datetime, end: datetime, zone: ZoneInfo
    ) -> Iterator[tuple[datetime, datetime]]:
        days = self.week.days if self.week else ()
        for since, until, offset in _stretches(start, end, zone):
            for opens, closes in self._openings(days, since + offset, until + offset):
                yield opens - offset, closes - offset

    def _on_the_wall(self, days: Sequence[Sequence[Opening]], since: datetime, until: datetime) -> timedelta:
        """Both as the wall clock shows them, with no change of clocks in between."""
        return sum((closes - opens for opens, closes in self._openings(days, since, until)), _NOTHING)

    def _openings(
        self, days: Sequence[Sequence[Opening]], since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        midnight = datetime.combine(since.date(), time(), UTC)
        while midnight < until:
            if not self.is_day_off(midnight.date()):
                for opening in days[midnight.weekday()]:
                    opens = max(since, midnight + timedelta(minutes=opening.start))
                    closes = min(until, midnight + timedelta(minutes=opening.end))
                    if opens < closes:
                        yield opens, closes
            midnight += _DAY

    def is_day_off(self, day: date) -> bool:
        """Whether it is one of the business's own days off, or a public holiday that it keeps."""
        if day in self._days_off:
            return True
        return bool(self.week and self.week.country and day in public_holidays(self.week.country, day.year))


@lru_cache(maxsize=512)
def read_hours(time_zone: str, stored: str) -> BusinessHours:
    """``stored``: a ``Week`` as JSON, empty for always."""
    return BusinessHours(time_zone, msgspec.json.decode(stored, type=Week) if stored else None)


def _stretches(
    start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Parts of a time in UTC with the same distance to it. Clocks are changed at most once in a day."""
    since, offset = start, _offset(start, zone)
    at = start
    while at < end:
        following = min(at + _DAY, end)
        if _offset(following, zone) != offset:
            changed = _change_between(at, following, zone)
            yield since, changed, offset
            since, offset = changed, _offset(changed, zone)
        at = following
    if since < end:
        yield since, end, offset


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or _NOTHING


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The whole second from which on the clocks are as they are at ``after``."""
    old = _offset(before, zone)
    low = before.replace(microsecond=0)
    steps = [0, int((after - low) / _SECOND) + 1]
    while steps[1] - steps[0] > 1:
        middle = sum(steps) // 2
        steps[int(_offset(low + middle * _SECOND, zone) != old)] = middle
    return min(low + steps[1] * _SECOND, after)
