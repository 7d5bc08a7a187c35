"""“fri 3pm”, “через 2 часа”, “내일 오후 3시”, “พรุ่งนี้ 9 โมง”, “3.12. 14:00”: the moment that somebody means, or none.

The text is read from left to right as a row of things said of the moment: a length of time from now, a day, an hour.
What is not understood makes the whole not understood: nobody is put off to a moment that was guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regulars.conversations.snoozing import words
from regulars.conversations.snoozing.presets import MORNING, SATURDAY, WEEKEND

LONGEST = 100
"""characters"""
FARTHEST = timedelta(days=366 * 3)
_AFTERNOON_FROM = 7
"""who says a smaller hour without more means the afternoon"""


@dataclass(slots=True)
class _Said:
    """What was said so far; each at most once."""

    length: timedelta | None = None
    days: int | None = None
    """from today on; None: not said so"""
    weekday: int | None = None
    is_next_week: bool = False
    is_weekend: bool = False
    day: date | None = None
    hour: int | None = None
    minute: int = 0
    is_exact: bool = False
    """the hour needs no half of the day: 14:00, 15 h"""
    half: str = ""
    part: int | None = None
    count: int = 0


class _Reader(NamedTuple):
    pattern: re.Pattern[str]
    take: Callable[[_Said, re.Match[str], date], bool]
    """false when that cannot be meant here"""


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """In ``zone``; later than ``now``."""
    said = _read(_folded(text), now.astimezone(zone).date())
    if said is None or not said.count:
        return None
    found = _moment(said, now, zone)
    return found if found is not None and now < found < now + FARTHEST else None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
    western = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in plain)
    # Thai has a letter that NFKC takes apart
    return " ".join(western.replace("\u0e4d\u0e32", "\u0e33").replace("ё", "е").split())


def _read(text: str, today: date) -> _Said | None:
    said, place = _Said(), 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        for reader in _READERS:
            match = reader.pattern.match(text, place)
            if match and match.end() > place and reader.take(said, match, today):
                place = match.end()
                break
        else:
            return None
    return said


def _moment(said: _Said, now: datetime, zone: ZoneInfo) -> datetime | None:
    here = now.astimezone(zone)
    if said.length is not None:
        return _after(said, now, zone)
    at = _clock(said)
    if at is None and said.hour is not None:
        return None
    day = _day(said, here.date(), at, here)
    if day is None:
        return None
    at = at or (WEEKEND if said.is_weekend else MORNING)
    found = datetime.combine(day, at, zone)
    is_today = said.day is None and said.days is None and said.weekday is None and not said.is_weekend
    if is_today and found <= now:  # that hour is over: tomorrow's is meant
        found = datetime.combine(day + timedelta(days=1), at, zone)
    return found


def _after(said: _Said, now: datetime, zone: ZoneInfo) -> datetime | None:
    length = said.length or timedelta(0)
    if said.days is not None or said.day or said.weekday is not None or said.is_weekend:
        return None
    if said.hour is None and said.part is None:
        return (now + length).astimezone(zone).replace(second=0, microsecond=0)
    at = _clock(said)
    if at is None or length % timedelta(days=1):
        return None  # "in two hours at three"
    return datetime.combine(now.astimezone(zone).date() + length, at, zone)


def _clock(said: _Said) -> time | None:
    if said.hour is None:
        return time(said.part) if said.part is not None else None
    hour = said.hour
    half = said.half or _half_of(said.part)
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif not half and not said.is_exact and 0 < hour < _AFTERNOON_FROM:
        hour += 12
    return time(hour, said.minute) if hour < 24 else None


def _half_of(part: int | None) -> str:
    return "" if part is None else "am" if part < 12 else "pm"


def _day(said: _Said, today: date, at: time | None, here: datetime) -> date | None:
    if said.day is not None:
        return said.day
    if said.weekday is not None or said.is_weekend:
        weekday = SATURDAY if said.weekday is None else said.weekday
        if said.is_next_week:
            return today + timedelta(days=7 - today.weekday() + weekday)
        ahead = (weekday - today.weekday()) % 7
        is_over = ahead == 0 and datetime.combine(today, at or MORNING, here.tzinfo) <= here
        return today + timedelta(days=7 if is_over else ahead)
    if said.is_next_week:
        return today + timedelta(days=7 - today.weekday())
    return today + timedelta(days=said.days or 0)


# --- what can be said ------------------------------------------------------------------------------------

_LETTER = r"[a-zа-я]"
"""of scripts that part words by spaces: a word ends where its letters do"""
_N = r"(?P<n>\d{1,4}|" + "|".join(sorted(words.NUMBERS, key=len, reverse=True)) + ")"
_UNITS: tuple[tuple[str, Callable[[int], timedelta]], ...] = (
    (words.MINUTES, lambda n: timedelta(minutes=n)),
    (words.HOURS, lambda n: timedelta(hours=n)),
    (words.WEEKS, lambda n: timedelta(weeks=n)),
    (words.DAYS, lambda n: timedelta(days=n)),
    (words.MONTHS_LONG, lambda n: timedelta(days=30 * n)),
)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else words.NUMBERS[written]


def _pattern(text: str) -> re.Pattern[str]:
    """Longer words are tried first, so that none hides behind its beginning."""
    return re.compile(rf"(?:{text})(?!(?<={_LETTER}){_LETTER})")


def _any(text: str) -> str:
    return "|".join(sorted(text.split("|"), key=len, reverse=True))


def _takes_length(said: _Said, length: timedelta) -> bool:
    if length > FARTHEST:
        return False
    said.length = (said.length or timedelta(0)) + length
    said.count += 1
    return True


def _length_readers() -> list[_Reader]:
    before, behind = words.BEFORE_LENGTH, words.AFTER_LENGTH
    readers = []
    for unit, make in _UNITS:

        def take(
            said: _Said, match: re.Match[str], _today: date, make: Callable[[int], timedelta] = make
        ) -> bool:
            return _takes_length(said, make(_number(match["n"])))

        def take_one(
            said: _Said, _match: re.Match[str], _today: date, make: Callable[[int], timedelta] = make
        ) -> bool:
            return _takes_length(said, make(1))

        readers += [
            _Reader(_pattern(rf"(?:(?:{before}) ?)?{_N} ?(?:{unit}) ?(?:{behind})"), take),
            _Reader(_pattern(rf"(?:(?:{before}) ?)?{_N} ?(?:{unit})"), take),
            _Reader(_pattern(rf"(?:{words.ALONE_BARE_LENGTH}) ?(?:{unit})"), take_one),
        ]
    half = rf"(?:(?:{before}) ?)?(?:{words.HALF_HOUR})(?: ?(?:{behind}))?"
    readers.append(_Reader(_pattern(half), lambda said, _m, _t: _takes_length(said, timedelta(minutes=30))))
    return readers


def _day_readers() -> list[_Reader]:
    readers = []
    for text, days in words.RELATIVE_DAYS.items():

        def take(said: _Said, match: re.Match[str], _today: date, days: int = days) -> bool:
            said.count += 1
            if days < 0:
                said.is_next_week = True
                return True
            if said.days is not None:
                return False
            said.days = days
            if match[0] in {"tonight", "คืนนี้"}:
                said.part = 19
            return True

        readers.append(_Reader(_pattern(_any(text)), take))
    for weekday, text in enumerate(words.WEEKDAYS):

        def take_weekday(said: _Said, match: re.Match[str], _today: date, weekday: int = weekday) -> bool:
            if said.weekday is not None or said.days is not None:
                return False
            said.weekday = weekday
            said.is_next_week = said.is_next_week or bool(match["next"] or match["behind"])
            said.count += 1
            return True

        pattern = rf"(?P<next>(?:{words.NEXT}) )?(?:{_any(text)})(?P<behind> ?(?:{words.NEXT_BEHIND}))?"
        readers.append(_Reader(_pattern(pattern), take_weekday))
    readers.append(_Reader(_pattern(_any(words.WEEKEND)), _take_weekend))
    readers += _date_readers()
    return readers


def _take_weekend(said: _Said, _match: re.Match[str], _today: date) -> bool:
    said.is_weekend = True
    said.count += 1
    return True


def _date_readers() -> list[_Reader]:
    months = "|".join(f"(?P<m{number}>{_any(text)})" for number, text in enumerate(words.MONTHS, 1))
    named = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? ?(?:{months})(?: (?P<year>20\d\d))?"
    named_first = rf"(?:{months}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?(?!\d|:)"
    return [
        _Reader(re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"), _take_date),
        _Reader(
            re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>20\d\d)?)?(?!\d|:)"), _take_date
        ),
        _Reader(re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d))?(?!\d)"), _take_date),
        _Reader(re.compile(r"(?:(?P<year>20\d\d)년 ?)?(?P<month>\d{1,2})월 ?(?P<day>\d{1,2})일"), _take_date),
        _Reader(_pattern(named), _take_named_date),
        _Reader(_pattern(named_first), _take_named_date),
    ]


def _take_named_date(said: _Said, match: re.Match[str], today: date) -> bool:
    month = next(number for number in range(1, 13) if match[f"m{number}"])
    return _set_day(said, match["year"], month, int(match["day"]), today)


def _take_date(said: _Said, match: re.Match[str], today: date) -> bool:
    return _set_day(said, match["year"], int(match["month"]), int(match["day"]), today)


def _set_day(said: _Said, year: str | None, month: int, day: int, today: date) -> bool:
    """Without a year it is the next such day."""
    if said.day is not None:
        return False
    for wanted in (int(year),) if year else range(today.year, today.year + 5):
        try:
            found = date(wanted, month, day)
        except ValueError:
            continue
        if year or found >= today:
            said.day = found
            said.count += 1
            return True
    return False


def _hour_readers() -> list[_Reader]:
    am, pm, at = _any(words.BEFORE_NOON), _any(words.AFTER_NOON), words.BEFORE_HOUR
    return [
        # 14:00, 9.30 pm
        _Reader(
            _pattern(rf"(?P<h>\d{{1,2}})[:.](?P<min>\d\d)(?: ?(?:(?P<am>{am})|(?P<pm>{pm})))?"), _take_hour
        ),
        # Korean says the half of the day first
        _Reader(
            re.compile(
                rf"(?:(?P<am>오전|아침)|(?P<pm>오후|저녁|밤)) ?{_N}시(?!간)(?: ?(?P<min>\d{{1,2}})분| ?(?P<h30>반))?"
            ),
            _take_hour,
        ),
        _Reader(re.compile(rf"{_N}시(?!간)(?: ?(?P<min>\d{{1,2}})분| ?(?P<h30>반))?"), _take_hour),
        # Thai counts the hours of the evening anew, and those before dawn
        _Reader(re.compile(rf"{_N} ?ทุ่ม(?P<h30> ?ครึ่ง)?"), _take_thai_evening),
        _Reader(re.compile(rf"ตี ?{_N}(?P<h30> ?ครึ่ง)?"), _take_thai_night),
        _Reader(re.compile(rf"(?P<pm>บ่าย) ?{_N}(?: ?โมง)?(?P<h30> ?ครึ่ง)?"), _take_hour),
        _Reader(
            re.compile(rf"{_N} ?(?:(?P<am>โมงเช้า)|(?P<pm>โมงเย็น)|(?P<exact>โมง|นาฬิกา))(?P<h30> ?ครึ่ง)?"),
            _take_hour,
        ),
        # 3 pm, 9 утра, в 15
        _Reader(
            _pattern(rf"(?:(?:{at}) )?{_N} ?(?:часов|часа|час)? ?(?:(?P<am>{am})|(?P<pm>{pm}))"), _take_hour
        ),
        _Reader(_pattern(rf"(?:{at}) {_N}(?: (?:часов|часа|час))?(?!\d|[:./])"), _take_hour),
        _Reader(_pattern(r"(?P<n>\d{1,2})(?: ?(?:o'clock|น\.?))?(?!\d|[:./])"), _take_bare_hour),
    ]


def _take_hour(said: _Said, match: re.Match[str], _today: date) -> bool:
    found = match.groupdict()
    hour = int(found["h"]) if found.get("h") else _number(match["n"])
    minute = 30 if found.get("h30") else int(found.get("min") or 0)
    half = "am" if found.get("am") else "pm" if found.get("pm") else ""
    if said.hour is not None or hour > 24 or minute > 59 or (half and hour > 12 and found.get("h") is None):
        return False
    said.hour, said.minute, said.half = hour, minute, half
    said.is_exact = bool(found.get("h") or found.get("exact") or hour > 12)
    said.count += 1
    return True


def _take_bare_hour(said: _Said, match: re.Match[str], today: date) -> bool:
    """A lone figure is an hour only beside a day or a part of one."""
    if (
        said.days is None
        and said.day is None
        and said.weekday is None
        and said.part is None
        and not said.length
    ):
        return False
    return _take_hour(said, match, today)


def _take_thai_evening(said: _Said, match: re.Match[str], _today: date) -> bool:
    return _take_exact(said, _number(match["n"]) + 18, match)


def _take_thai_night(said: _Said, match: re.Match[str], _today: date) -> bool:
    return _take_exact(said, _number(match["n"]), match)


def _take_exact(said: _Said, hour: int, match: re.Match[str]) -> bool:
    if said.hour is not None or not 0 < hour < 24:
        return False
    said.hour, said.minute, said.is_exact = hour, 30 if match["h30"] else 0, True
    said.count += 1
    return True


def _part_readers() -> list[_Reader]:
    readers = [_Reader(_pattern(_any(words.MIDNIGHT)), _take_midnight)]
    for text, hour in words.PARTS.items():

        def take(said: _Said, _match: re.Match[str], _today: date, hour: int = hour) -> bool:
            if said.part is not None:
                return False
            said.part = hour
            said.count += 1
            return True

        readers.append(_Reader(_pattern(_any(text)), take))
    return readers


def _take_midnight(said: _Said, _match: re.Match[str], _today: date) -> bool:
    """The one at the day's end."""
    if said.hour is not None:
        return False
    said.hour, said.minute, said.is_exact = 23, 59, True
    said.count += 1
    return True


_READERS: tuple[_Reader, ...] = (
    *_day_readers(),
    *_hour_readers()[:7],
    *_length_readers(),
    *_hour_readers()[7:],
    *_part_readers(),
    _Reader(_pattern(_any(words.FILLERS)), lambda _said, _match, _today: True),
)
"""the longer and surer ones first"""
