"""The moments that are offered, as far as they are still to come and somebody works then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from regulars.workspaces.business_time import BusinessHours

PresetKey = Literal["later_today", "afternoon", "evening", "tomorrow", "weekend", "next_week"]
LATER = timedelta(hours=3)
AFTERNOON, EVENING, MORNING, WEEKEND = time(13), time(19), time(8), time(10)
SATURDAY = 5
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_FORTNIGHT = timedelta(days=14)


class Preset(NamedTuple):
    key: PresetKey
    at: datetime


def presets(now: datetime, zone: ZoneInfo, hours: BusinessHours) -> list[Preset]:
    """In the reader's ``zone``, the soonest first.

    Who is to begin in the morning begins when the business opens; a moment of a day at which it is closed is left out.
    """
    found: dict[datetime, Preset] = {}
    for each in _wanted(now, zone, hours):
        found.setdefault(each.at, each)
    return sorted(found.values(), key=lambda each: each.at)


def _wanted(now: datetime, zone: ZoneInfo, hours: BusinessHours) -> Iterator[Preset]:
    here = now.astimezone(zone)
    today = here.date()

    def on(days: int, at: time) -> datetime:
        return datetime.combine(today + days * _DAY, at, zone)

    later = (now + LATER).astimezone(zone).replace(second=0, microsecond=0)
    of_today: tuple[tuple[PresetKey, datetime], ...] = (
        ("later_today", later),
        ("afternoon", on(0, AFTERNOON)),
        ("evening", on(0, EVENING)),
    )
    for key, at in of_today:
        if at.date() == today and at > now and _is_open(hours, at):
            yield Preset(key, at)
    if opens := _opening_from(hours, on(1, MORNING)):
        yield Preset("tomorrow", opens.astimezone(zone))
    saturday = on(SATURDAY - here.weekday(), WEEKEND)
    if saturday > now and _is_open(hours, saturday):
        yield Preset("weekend", saturday)
    if opens := _opening_from(hours, on(7 - here.weekday(), MORNING)):
        yield Preset("next_week", opens.astimezone(zone))


def _is_open(hours: BusinessHours, at: datetime) -> bool:
    return hours.between(at, at + _MINUTE) > timedelta(0)


def _opening_from(hours: BusinessHours, at: datetime) -> datetime | None:
    """The first whole minute from then on at which business time runs; None when it does not within two weeks."""
    if not hours.between(at, at + _FORTNIGHT):
        return None
    low, high = 0, _FORTNIGHT // _MINUTE
    while low < high:
        middle = (low + high) // 2
        if hours.between(at, at + (middle + 1) * _MINUTE):
            high = middle
        else:
            low = middle + 1
    return at + low * _MINUTE
