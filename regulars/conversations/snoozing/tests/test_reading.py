"""Moments in people's words, and the usual ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.conversations.snoozing.presets import presets
from regulars.conversations.snoozing.reading import FARTHEST, read_moment
from regulars.workspaces.business_time import BusinessHours, Holiday, Opening, Week

ZONE = ZoneInfo("Europe/Stockholm")
WEDNESDAY = datetime(2026, 11, 25, 10, 30, tzinfo=ZONE)
FIRST, LAST = (datetime(year, 1, 1) for year in (2025, 2030))  # noqa: DTZ001 -- a zone is put to them
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read(text: str, now: datetime = WEDNESDAY, zone: ZoneInfo = ZONE) -> str:
    found = read_moment(text, now, zone)
    return f"{DAYS[found.weekday()]} {found:%d.%m. %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("meant", "texts"),
    [
        (
            "Fri 27.11. 15:00",
            ["fri 3pm", "Friday at 3 p.m.", "в пятницу в 15", "금요일 오후 3시", "วันศุกร์ บ่าย 3 โมง"],
        ),
        (
            "Wed 25.11. 12:30",
            ["in 2 hours", "2h", "через 2 часа", "через два часа", "2시간 후", "두 시간 뒤", "อีก 2 ชั่วโมง"],
        ),
        ("Wed 25.11. 11:00", ["in half an hour", "через полчаса", "30분 후", "อีกครึ่งชั่วโมง", "30 min"]),
        ("Thu 26.11. 15:00", ["tomorrow at 3", "завтра в 3 часа дня", "내일 오후 3시", "พรุ่งนี้บ่าย 3"]),
        (
            "Thu 26.11. 09:00",
            ["tomorrow 9am", "завтра в 9 утра", "내일 아침 9시", "พรุ่งนี้ 9 โมง", "พรุ่งนี้ ๙ โมงเช้า"],
        ),
        ("Thu 26.11. 08:00", ["tomorrow", "завтра утром", "내일", "พรุ่งนี้เช้า", "TOMORROW  morning"]),
        (
            "Mon 30.11. 10:00",
            ["next monday 10:00", "다음 주 월요일 오전 10시", "วันจันทร์หน้า 10 โมงเช้า", "в понедельник в 10"],
        ),
        (
            "Thu 03.12. 14:00",
            [
                "3.12. 14:00",
                "3 dec 2pm",
                "dec 3 at 14:00",
                "3 декабря в 14",
                "12월 3일 오후 2시",
                "3 ธันวาคม 14:00",
                "2026-12-03 14:00",
            ],
        ),
        ("Wed 25.11. 20:00", ["20:00", "8pm", "сегодня в 20", "오늘 저녁 8시", "2 ทุ่ม", "วันนี้ สองทุ่ม"]),
        ("Thu 26.11. 09:15", ["9:15"]),
        ("Sat 28.11. 10:00", ["weekend", "на выходных", "주말", "สุดสัปดาห์"]),
        ("Fri 01.01. 08:00", ["1 jan", "1.1."]),
        ("Sat 28.11. 10:30", ["in 3 days", "через 3 дня", "3일 후", "อีก 3 วัน"]),
        ("Sat 28.11. 09:00", ["in 3 days at 9"]),
    ],
)
def test_the_same_moment_in_many_words(meant: str, texts: list[str]):
    assert {text: read(text) for text in texts} == dict.fromkeys(texts, meant)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "blah",
        "tomorrow blah",
        "yesterday",
        "31.2.",
        "25:00",
        "3",
        "fri sat",
        "in 2 hours at 3",
        "1999-01-01",
        "in 9999 months",
        "tomorrow 3pm 4pm",
        "завтрак",
        "monk",
    ],
)
def test_what_is_not_understood_is_no_moment(text: str):
    assert read(text) == ""


def test_a_day_of_today_is_today_while_its_hour_is_to_come():
    assert (read("wed 3pm"), read("wed 9:00"), read("tonight")) == (
        "Wed 25.11. 15:00",
        "Wed 02.12. 09:00",
        "Wed 25.11. 19:00",
    )


def test_it_is_the_readers_clock_that_counts():
    seoul = ZoneInfo("Asia/Seoul")
    found = read_moment("내일 오전 9시", WEDNESDAY, seoul)
    assert found == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.datetimes(min_value=FIRST, max_value=LAST))
def test_whatever_is_written_ends_in_the_near_future_or_nowhere(text: str, now: datetime):
    at = now.replace(tzinfo=ZONE)
    found = read_moment(text, at, ZONE)
    assert found is None or at < found < at + FARTHEST


WORDS = [
    "in",
    "2",
    "3",
    "12",
    ":",
    ".",
    "fri",
    "next",
    "tomorrow",
    "h",
    "pm",
    "at",
    "через",
    "часа",
    "завтра",
    "в",
    "утра",
    "내일",
    "오후",
    "시",
    "후",
    "พรุ่งนี้",
    "โมง",
    "ทุ่ม",
    "อีก",
    "14:00",
    "3.12.",
    "dec",
    "noon",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", " "]))
def test_any_row_of_words_ends_in_the_near_future_or_nowhere(words: list[str], between: str):
    found = read_moment(between.join(words), WEDNESDAY, ZONE)
    assert found is None or WEDNESDAY < found < WEDNESDAY + FARTHEST


ALWAYS = BusinessHours("Europe/Stockholm")
_DAY = (Opening(9 * 60, 18 * 60),)
OFFICE = BusinessHours(
    "Europe/Stockholm", Week((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()), (Holiday(date(2026, 11, 26)),))
)


def offered(now: datetime, hours: BusinessHours) -> list[tuple[str, str]]:
    return [(each.key, f"{DAYS[each.at.weekday()]} {each.at:%H:%M}") for each in presets(now, ZONE, hours)]


def test_the_usual_moments_that_are_to_come():
    assert offered(WEDNESDAY, ALWAYS) == [
        ("afternoon", "Wed 13:00"),
        ("later_today", "Wed 13:30"),
        ("evening", "Wed 19:00"),
        ("tomorrow", "Thu 08:00"),
        ("weekend", "Sat 10:00"),
        ("next_week", "Mon 08:00"),
    ]
    assert offered(WEDNESDAY.replace(hour=22), ALWAYS) == [
        ("tomorrow", "Thu 08:00"),
        ("weekend", "Sat 10:00"),
        ("next_week", "Mon 08:00"),
    ]
    sunday = WEDNESDAY + timedelta(days=4, hours=12)
    assert offered(sunday, ALWAYS) == [("tomorrow", "Mon 08:00")]


def test_nobody_is_woken_where_nobody_works():
    """Thursday is a holiday, the shop closes at six and over the weekend."""
    assert offered(WEDNESDAY, OFFICE) == [
        ("afternoon", "Wed 13:00"),
        ("later_today", "Wed 13:30"),
        ("tomorrow", "Fri 09:00"),
        ("next_week", "Mon 09:00"),
    ]
    closed = BusinessHours("UTC", Week(((),) * 7))
    assert offered(WEDNESDAY, closed) == []
