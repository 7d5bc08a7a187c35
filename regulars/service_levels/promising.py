"""When an answer is due: from when the contact wrote, what is promised, the hours that count and the pauses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regulars.workspaces.business_time import BusinessHours

_NOTHING = timedelta(0)


class Pause(NamedTuple):
    """While a conversation is snoozed no time passes. ``until`` is None while it is."""

    start: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Night:
    """From and until which minute of the business's day; past midnight when it ends earlier, none when both are one."""

    time_zone: str
    start: int
    end: int

    def holds(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.time_zone))
        minute = local.hour * 60 + local.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class Promise:
    """What a service level says, with the hours that it counts by."""

    first_answer: timedelta
    next_answer: timedelta
    night_answer: timedelta | None
    warn_percent: int
    hours: BusinessHours
    night: Night

    def within(self, started_at: datetime, *, is_first: bool) -> timedelta:
        """How long an answer may take; it is decided by when the contact wrote."""
        if self.night_answer is not None and self.night.holds(started_at):
            return self.night_answer
        return self.first_answer if is_first else self.next_answer


class Times(NamedTuple):
    """Both None while the clock stands still, or when it is due later than anybody can say."""

    warn_at: datetime | None
    due_at: datetime | None


def times_of(promise: Promise, started_at: datetime, pauses: Iterable[Pause], *, is_first: bool) -> Times:
    """When somebody is warned, and when the answer is due."""
    within = promise.within(started_at, is_first=is_first)
    stretches = _running(started_at, sorted(pauses))
    due_at = _reach(promise.hours, stretches, within)
    warn_at = _reach(promise.hours, stretches, within * promise.warn_percent / 100)
    return Times(warn_at, due_at)


class _Stretch(NamedTuple):
    """While the clock runs. ``until`` is None for the last one of a clock that is not paused."""

    start: datetime
    until: datetime | None


def _running(started_at: datetime, pauses: Sequence[Pause]) -> list[_Stretch]:
    found, since = [], started_at
    for pause in pauses:
        if pause.until is not None and pause.until <= since:
            continue
        if pause.start > since:
            found.append(_Stretch(since, pause.start))
        if pause.until is None:
            return found
        since = pause.until
    return [*found, _Stretch(since, None)]


def _reach(hours: BusinessHours, stretches: Iterable[_Stretch], amount: timedelta) -> datetime | None:
    left = amount
    for start, until in stretches:
        if until is None:
            return hours.after(start, left)
        passed = hours.between(start, until)
        if passed >= left:
            return hours.after(start, left)
        left -= passed
    return None
