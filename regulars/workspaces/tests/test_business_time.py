"""Business time agrees with a clock that is looked at minute by minute, also where clocks change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.workspaces.business_time import BusinessHours, Holiday, Opening, Week, read_hours

ZONES = (
    "UTC",
    "Europe/Stockholm",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Seoul",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",
    "Pacific/Apia",  # a day was left out at the end of 2011
    "America/Sao_Paulo",  # changed at midnight until 2019
)
CHANGES = (  # days around which clocks somewhere are changed
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2018, 11, 4),
    date(2011, 12, 30),
)
MINUTE = timedelta(minutes=1)


@st.composite
def _days(draw: st.DrawFn) -> tuple[Opening, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Opening(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False))


_weeks = st.builds(
    Week,
    st.tuples(*[_days()] * 7),
    st.lists(st.sampled_from(CHANGES).map(Holiday), max_size=2).map(tuple),
)
_starts = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-2 * 1440, 2 * 1440),
)


def counted(week: Week, zone: str, start: datetime, minutes: int) -> timedelta:
    """The slow way: is the wall clock within the hours in this minute?"""
    place, days_off = ZoneInfo(zone), {each.date for each in week.holidays}
    count = 0
    for passed in range(minutes):
        wall = (start + passed * MINUTE).astimezone(place)
        minute = wall.hour * 60 + wall.minute
        count += wall.date() not in days_off and any(
            each.start <= minute < each.end for each in week.days[wall.weekday()]
        )
    return count * MINUTE


@settings(max_examples=150)
@given(week=_weeks, zone=st.sampled_from(ZONES), start=_starts, minutes=st.integers(0, 3 * 1440))
@example(
    week=Week(((Opening(135, 240),),) * 7),
    zone="Europe/Stockholm",
    start=datetime(2026, 3, 29, tzinfo=UTC),
    minutes=300,
)
def test_it_agrees_with_a_clock_looked_at_each_minute(week: Week, zone: str, start: datetime, minutes: int):
    assert BusinessHours(zone, week).between(start, start + minutes * MINUTE) == counted(
        week, zone, start, minutes
    )


@settings(max_examples=60)
@given(
    week=_weeks,
    zone=st.sampled_from(ZONES),
    start=_starts,
    seconds=st.lists(st.integers(0, 90 * 86_400), min_size=1, max_size=4),
)
def test_parts_of_a_time_add_up(week: Week, zone: str, start: datetime, seconds: list[int]):
    hours = BusinessHours(zone, week)
    marks = [start, *(start + timedelta(seconds=each) for each in sorted(seconds))]
    parts = [hours.between(one, other) for one, other in itertools.pairwise(marks)]
    assert sum(parts, timedelta()) == hours.between(marks[0], marks[-1])


NINE_TO_SIX = Week(((Opening(540, 1080),),) * 5 + ((), ()), (Holiday(date(2026, 12, 25), "Christmas"),))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-30T08:00:00+01:00", "2026-11-30T09:30:15+01:00", timedelta(minutes=30, seconds=15)),
        ("2026-11-27T17:30:00+01:00", "2026-11-30T09:10:00+01:00", timedelta(minutes=40)),
        ("2026-12-24T17:00:00+01:00", "2026-12-28T09:00:00+01:00", timedelta(hours=1)),
        ("2026-11-28T00:00:00+01:00", "2026-11-29T23:59:00+01:00", timedelta(0)),
        ("2026-11-30T12:00:00+01:00", "2026-11-30T11:00:00+01:00", timedelta(0)),
        ("2025-11-30T00:00:00+01:00", "2026-11-30T00:00:00+01:00", timedelta(hours=9 * 260)),
    ],
)
def test_weekends_nights_and_days_off_do_not_count(start: str, end: str, expected: timedelta):
    hours = BusinessHours("Europe/Stockholm", NINE_TO_SIX)
    assert hours.between(datetime.fromisoformat(start), datetime.fromisoformat(end)) == expected


def test_without_a_week_every_hour_counts():
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert read_hours("Europe/Stockholm", "").between(start, start + timedelta(days=2)) == timedelta(days=2)
