"""When an answer is due agrees with a clock that is looked at minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.service_levels.promising import Night, Pause, Promise, times_of
from regulars.workspaces.business_time import BusinessHours, Holiday, Opening, Week
from regulars.workspaces.public_holidays import public_holidays

MINUTE = timedelta(minutes=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "America/Sao_Paulo")
DAYS = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 24), date(2018, 11, 4), date(2026, 3, 8))
"""where clocks are changed, or days are off"""
BEYOND = 4 * 1440
"""minutes that the slow way looks ahead"""


@st.composite
def _openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 24).map(lambda hour: hour * 60), max_size=6)))
    return tuple(Opening(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False))


_weeks = st.builds(
    Week,
    st.tuples(*[_openings()] * 7),
    st.lists(st.sampled_from(DAYS).map(Holiday), max_size=1).map(tuple),
    st.sampled_from(["", "DE", "KR"]),
)
_pauses = st.lists(st.tuples(st.integers(-300, 2000), st.integers(1, 900)), max_size=3)


def runs(week: Week | None, zone: str, at: datetime) -> bool:
    """The slow way: is the wall clock within the hours in this minute?"""
    if week is None:
        return True
    wall = at.astimezone(ZoneInfo(zone))
    minute, day = wall.hour * 60 + wall.minute, wall.date()
    off = {each.date for each in week.holidays}
    if week.country:
        off |= set(public_holidays(week.country, day.year))
    return day not in off and any(each.start <= minute < each.end for each in week.days[wall.weekday()])


def reached(
    week: Week | None, zone: str, start: datetime, pauses: list[Pause], minutes: int
) -> datetime | None:
    """The end of the minute with which so many have counted."""
    at, left = start, minutes
    while left and at < start + BEYOND * MINUTE:
        is_paused = any(each.start <= at and (each.until is None or at < each.until) for each in pauses)
        left -= not is_paused and runs(week, zone, at)
        at += MINUTE
    return None if left else at


@settings(max_examples=60)
@given(
    week=st.none() | _weeks,
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    minute=st.integers(0, 1439),
    pauses=_pauses,
    stands=st.none() | st.integers(0, 1500),
    promised=st.sampled_from([4, 20, 60, 240]),
)
@example(
    week=Week((((Opening(0, 120), Opening(1320, 1440))),) * 7),  # a shift past midnight
    zone="Europe/Berlin",
    day=DAYS[0],
    minute=30,
    pauses=[],
    stands=None,
    promised=240,
)
def test_it_agrees_with_a_clock_looked_at_each_minute(
    week: Week | None,
    zone: str,
    day: date,
    minute: int,
    pauses: list[tuple[int, int]],
    stands: int | None,
    promised: int,
):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + minute * MINUTE
    told = [Pause(start + since * MINUTE, start + (since + long) * MINUTE) for since, long in pauses]
    told = sorted(told)
    apart = [
        each
        for place, each in enumerate(told)
        if place == 0 or each.start >= max(p.until or start for p in told[:place])
    ]
    if stands is not None:
        apart = [each for each in apart if each.until and each.until <= start + stands * MINUTE]
        apart.append(Pause(start + stands * MINUTE, None))
    promise = Promise(
        promised * MINUTE, promised * MINUTE, None, 75, BusinessHours(zone, week), Night(zone, 0, 0)
    )
    found = times_of(promise, start, apart, is_first=True)
    for moment, minutes in ((found.due_at, promised), (found.warn_at, promised * 3 // 4)):
        wanted = reached(week, zone, start, apart, minutes)
        if wanted is not None:
            assert moment == wanted
        else:
            assert moment is None or moment > start + BEYOND * MINUTE


def test_at_night_the_promise_of_the_night_counts():
    night = Night("Asia/Seoul", 22 * 60, 8 * 60)
    quarter, half = timedelta(minutes=15), timedelta(minutes=30)
    promise = Promise(quarter, 2 * quarter, half, 75, BusinessHours("Asia/Seoul"), night)
    for written, due in (
        ("2026-11-30T21:59", quarter),
        ("2026-11-30T22:00", half),
        ("2026-12-01T03:00", half),
        ("2026-12-01T07:59", half),
        ("2026-12-01T08:00", quarter),
    ):
        at = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Seoul"))
        assert times_of(promise, at, (), is_first=True).due_at == at + due


def test_what_is_never_open_is_never_due():
    closed = BusinessHours("UTC", Week(((),) * 7))
    promise = Promise(MINUTE, MINUTE, None, 75, closed, Night("UTC", 0, 0))
    assert times_of(promise, datetime(2026, 1, 1, tzinfo=UTC), (), is_first=True) == (None, None)
