"""Stretches of time: what was written, and from when until when it reaches at a moment. Pure.

All are half-open, ``start <= at < end``, to the microsecond, and none reaches beyond the moment it is asked for.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.values import parse_moment, write_value

CalendarUnit = Literal["day", "week", "month", "quarter", "year"]
CALENDAR_UNITS: tuple[CalendarUnit, ...] = ("day", "week", "month", "quarter", "year")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
LONGEST_ANCHOR = 100
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_EXPECTED = 'one of {"last": "P90D"}, {"from": …, "to": …}, {"calendar": "month"}, {"since": "trigger"}'


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment that is asked about, the zone whose calendar counts, and what windows may begin at."""

    at: datetime
    zone: tzinfo = UTC
    since: Mapping[str, datetime] = field(default_factory=dict)
    """``trigger``, ``enrollment`` or a step's id → when it was"""
    is_now: bool = False
    """whether what is asked about is at hand as it is at that moment, so that no history need be read for it"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a moment until just before another."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Last:
    """So long until now; ISO 8601. Months and years are those of the calendar."""

    duration: str


@dataclass(frozen=True, slots=True)
class Between:
    """From a moment until just before another; either may be open."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The current day, week (from Monday), month, quarter or year."""

    unit: CalendarUnit


@dataclass(frozen=True, slots=True)
class Since:
    """After what began a rule or a journey, or after one of its steps; that moment itself is not in it."""

    anchor: str


Window = Last | Between | Calendar | Since


def parse_window(written: Any) -> Window:
    """Raises ``Wrong`` without a path."""
    if not isinstance(written, dict):
        raise Wrong("window", _EXPECTED)
    keys = set(written)
    if keys == {"last"}:
        return _parse_last(written["last"])
    if keys == {"calendar"}:
        if written["calendar"] not in CALENDAR_UNITS:
            raise Wrong("window", f"one of {', '.join(CALENDAR_UNITS)}", "calendar")
        return Calendar(written["calendar"])
    if keys == {"since"}:
        anchor = written["since"]
        if not isinstance(anchor, str) or not 0 < len(anchor) <= LONGEST_ANCHOR or "\x00" in anchor:
            raise Wrong("window", "trigger, enrollment or a step's id", "since")
        return Since(anchor)
    if keys and keys <= {"from", "to"}:
        return _parse_between(written)
    raise Wrong("window", _EXPECTED)


def _parse_last(written: Any) -> Last:
    found = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if not found or not any(int(part) for part in found.groups() if part):
        raise Wrong("window", "an ISO 8601 duration, such as P90D, P3M or PT12H", "last")
    return Last(written)


def _parse_between(written: Mapping[str, Any]) -> Between:
    bounds: dict[str, datetime | None] = {"from": None, "to": None}
    for key, moment in written.items():
        try:
            bounds[key] = parse_moment(moment)
        except Wrong as wrong:
            raise Wrong("window", wrong.expected, key) from wrong
    start, end = bounds["from"], bounds["to"]
    if start and end and end <= start:
        raise Wrong("window", "a time after `from`", "to")
    return Between(start, end)


def write_window(window: Window) -> dict[str, str]:
    """A window as it is written in JSON."""
    match window:
        case Last(duration):
            return {"last": duration}
        case Calendar(unit):
            return {"calendar": unit}
        case Since(anchor):
            return {"since": anchor}
        case Between(start, end):
            return {key: write_value(each) for key, each in (("from", start), ("to", end)) if each}


def stretch_of(window: Window | None, as_of: AsOf) -> Stretch | None:
    """From when until when; None when nothing is known of what it begins with. Without a window: all that was."""
    now = as_of.at + INSTANT
    match window:
        case None:
            return Stretch(EARLIEST, now)
        case Last(duration):
            return Stretch(_before(as_of, duration) + INSTANT, now)
        case Calendar(unit):
            return Stretch(_beginning(as_of, unit), now)
        case Since(anchor):
            began = as_of.since.get(anchor)
            return None if began is None else Stretch(began + INSTANT, now)
        case Between(start, end):
            return Stretch(start or EARLIEST, min(end or now, now))


def _before(as_of: AsOf, duration: str) -> datetime:
    years, months, weeks, days, hours, minutes, seconds = parts_of(duration)
    local = _months_earlier(as_of.at.astimezone(as_of.zone), 12 * years + months)
    try:
        moment = local.astimezone(UTC) - timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    except OverflowError:
        return EARLIEST
    return max(moment, EARLIEST)


def parts_of(duration: str) -> tuple[int, ...]:
    """Years, months, weeks, days, hours, minutes and seconds of a duration that was parsed."""
    found = _DURATION.fullmatch(duration)
    return tuple(int(part or 0) for part in found.groups()) if found else (0,) * 7


def _months_earlier(local: datetime, months: int) -> datetime:
    if not months:
        return local
    count = 12 * local.year + local.month - 1 - months
    year, month = count // 12, count % 12 + 1
    if year < EARLIEST.year:
        return EARLIEST
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]), fold=0)


def _beginning(as_of: AsOf, unit: CalendarUnit) -> datetime:
    local = as_of.at.astimezone(as_of.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    match unit:
        case "day":
            first = midnight
        case "week":
            first = midnight - timedelta(days=midnight.weekday())
        case "month":
            first = midnight.replace(day=1)
        case "quarter":
            first = midnight.replace(day=1, month=midnight.month - (midnight.month - 1) % 3)
        case _:
            first = midnight.replace(day=1, month=1)
    return first.astimezone(UTC)
