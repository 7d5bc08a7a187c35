"""A search as it is written, read: terms and operators. Pure; it is told the day.

Words are all to be found; ``"words in quotes"`` stand together. ``operator:value`` narrows, with quotes around a value
of several words. What is no operator's name (``https://…``) is looked for as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from regulars.search.operators import HAS, IS, STATUS, WHEN, Name, meaning, operator_named
from regulars.search.terms import Term, terms_in

LONGEST, LONGEST_TERM = 500, 100
MOST_TERMS = 20
_QUOTES = '"“”„«»＂'
_PART = re.compile(
    rf"""(?P<alone>[^\s:：{_QUOTES}]+)[:：](?=\s|$)|(?:(?P<name>[^\s:：{_QUOTES}]+)[:：])?"""
    rf"""(?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)(?:[{_QUOTES}]|$)|(?P<bare>[^\s{_QUOTES}]+))"""
)
BUDDHIST_YEARS = 543
_DATES = (
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})"),
)
_AGO = re.compile(r"(?P<count>\d{1,4})(?P<unit>[dwmy])")
_UNIT_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class WrongValue(Exception):
    """An operator that cannot be: its name, what was written behind it."""

    def __init__(self, operator: Name, value: str) -> None:
        super().__init__(f"{operator}:{value}")
        self.operator = operator
        self.value = value


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that was read. Values of ``who``, ``where`` and ``tags`` are as they were written."""

    terms: tuple[Term, ...] = ()
    who: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    """keys of ``operators.HAS``, and so on"""
    statuses: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    """the first day that is too late"""

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    @property
    def is_narrowed(self) -> bool:
        return replace(self, terms=()) != Asked()

    @property
    def is_about_conversations(self) -> bool:
        """Only what lies in a conversation can be so."""
        return bool(self.who or self.where or self.has or self.statuses or self.states)


def read_search(written: str, today: date) -> Asked:
    """Raises :class:`WrongValue`. ``today``: where the asker lives."""
    asked = Asked()
    terms: list[Term] = []
    for name, value, is_quoted in _parts(written.replace("\0", "")[:LONGEST]):
        operator = operator_named(name) if name else None
        if operator is None:
            said = f"{name}:{value}" if name else value
            terms.append(Term(said[:LONGEST_TERM], is_quoted and not name))
        else:
            asked = _narrowed(asked, operator, value.strip(), today)
    return replace(asked, terms=tuple(terms_in(terms)[:MOST_TERMS]))


def _parts(written: str) -> Iterator[tuple[str, str, bool]]:
    """(what stands before a colon, the rest, whether that was in quotes)"""
    for found in _PART.finditer(written):
        if (alone := found["alone"]) is not None:
            yield alone, "", False
        elif found["quoted"] is not None:
            yield found["name"] or "", found["quoted"], True
        else:
            yield found["name"] or "", found["bare"], False


def _narrowed(asked: Asked, operator: Name, value: str, today: date) -> Asked:
    if not value:
        raise WrongValue(operator, value)
    match operator:
        case "from":
            return replace(asked, who=(*asked.who, value))
        case "in":
            return replace(asked, where=(*asked.where, value))
        case "tag":
            return replace(asked, tags=(*asked.tags, value))
        case "has":
            return replace(asked, has=(*asked.has, _known(operator, meaning(HAS, value), value)))
        case "status":
            return replace(asked, statuses=(*asked.statuses, _known(operator, meaning(STATUS, value), value)))
        case "is":
            return replace(asked, states=(*asked.states, _known(operator, meaning(IS, value), value)))
        case "before":
            until = _read_day(operator, value, today)
            return replace(asked, until=min(until, asked.until or until))
        case "after":
            since = _read_day(operator, value, today)
            return replace(asked, since=max(since, asked.since or since))


def _known(operator: Name, key: str, value: str) -> str:
    if not key:
        raise WrongValue(operator, value)
    return key


def _read_day(operator: Name, value: str, today: date) -> date:
    try:
        return _day(value, today)
    except (ValueError, OverflowError) as error:
        raise WrongValue(operator, value) from error


def _day(value: str, today: date) -> date:
    """Raises ``ValueError``. A month or a year is its first day."""
    match meaning(WHEN, value):
        case "today":
            return today
        case "yesterday":
            return today - timedelta(days=1)
    if ago := _AGO.fullmatch(value):
        return today - timedelta(days=int(ago["count"]) * _UNIT_DAYS[ago["unit"]])
    for pattern in _DATES:
        if found := pattern.fullmatch(value):
            parts = found.groupdict()
            year = int(parts["year"])
            christian = year - BUDDHIST_YEARS if year > today.year + BUDDHIST_YEARS // 2 else year
            return date(christian, int(parts.get("month") or 1), int(parts.get("day") or 1))
    raise ValueError(value)
