"""Values as the customer would say them: days and times in their language and by their clock, money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_currency

NEAR = timedelta(days=7)
"""up to here one counts days; what is further away has a date"""
_SAME_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str
    """ISO 4217"""


Value = str | date | datetime | Money
"""``datetime`` is aware"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever will read it: in which language, by which clock, and when that is."""

    language: str
    zone: tzinfo
    now: datetime

    @property
    def locale(self) -> Locale:
        """English for a language that nobody knows."""
        for code in (self.language.replace("-", "_"), self.language.replace("-", "_").partition("_")[0]):
            try:
                return Locale.parse(code)
            except (ValueError, UnknownLocaleError, TypeError):
                continue
        return Locale.parse("en")


def humanize(value: Value, reader: Reader) -> str:
    match value:
        case str():
            return value
        case Money():
            return format_currency(value.amount, value.currency, locale=reader.locale)
        case datetime():
            return _moment(value, reader)
        case date():
            return _day(value, reader)


def _moment(moment: datetime, reader: Reader) -> str:
    """On the same day by hours and minutes, near by days, else with date and time."""
    local, now = moment.astimezone(reader.zone), reader.now.astimezone(reader.zone)
    if local.date() == now.date():
        return _distance(local - now, reader, "minute")
    if abs(local.date() - now.date()) < NEAR:
        return _day(local.date(), reader)
    day = format_date(local.date(), "long", locale=reader.locale)
    at = format_time(local.time(), "short", locale=reader.locale)
    return str(get_datetime_format("medium", locale=reader.locale)).replace("{1}", day).replace("{0}", at)


def _day(day: date, reader: Reader) -> str:
    away = day - reader.now.astimezone(reader.zone).date()
    if not away or abs(away) >= NEAR:
        return format_date(day, "long", locale=reader.locale)
    return _distance(away, reader, "day")


def _distance(away: timedelta, reader: Reader, unit: str) -> str:
    return format_timedelta(
        away,
        granularity=unit,  # type: ignore[arg-type]  # one of Babel's words
        threshold=1 if unit == "minute" else 100,
        add_direction=True,
        locale=reader.locale,
    )
