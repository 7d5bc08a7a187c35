"""Finding in the index: the newest first, a page at a time, each held against the text before it counts.

Three questions find everything, each small, whatever the words are. *What of the last days?* answers for common words.
*Is there little of it at all?* answers for rare and absent ones, who are read whole. What lies between is asked for in
stretches of days that grow. PostgreSQL alone would read and sort all that has a word to show fifty of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from regulars.kernel import clock
from regulars.search.keys import day_of, open_keys, start_of, tokens_of_days
from regulars.search.models import SearchEntry
from regulars.search.searchable import Entries

LITTLE = 1_000
"""so many are read whole"""
EXAMINED = 4_000
"""entries that are held against their texts for one page; then it ends, with the place to go on from"""
FIRST_DAYS, GROWTH, MOST_DAYS = 1, 3, 3_000
"""of the stretches of days; what is older than all of them is one"""
AHEAD = timedelta(days=2)
"""a phone's clock may be so much ahead"""
SETTINGS = {"enable_seqscan": "off", "jit": "off", "plan_cache_mode": "force_custom_plan", "work_mem": "16MB"}
"""a page is wanted, never the table; and each search has a plan for its own words"""
_SET = "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items())


class Place(NamedTuple):
    """Where a page ended: everything after it is older."""

    at: datetime
    id: UUID


class Row(NamedTuple):
    """An entry that may be what is looked for."""

    at: datetime
    id: UUID

    @property
    def place(self) -> Place:
        return Place(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Sought:
    """Entries of one kind in a workspace by what they must have."""

    workspace_id: UUID
    kind: str
    having: Q
    """of the tokens; any of several ways that a text may be kept"""
    narrow: Callable[[Entries], Entries]
    """by what else stands in the entries"""
    visible: Callable[[Entries], Entries]
    """to those in sight"""
    is_worded: bool
    """whether words are looked for at all"""
    is_wide: bool
    """whether it is dearer to know what is in sight than whether there is anything"""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def entries(self) -> Entries:
        """In sight or not."""
        every = SearchEntry.objects.filter(self.having, workspace_id=self.workspace_id, kind=self.kind)
        if self.since:
            every = every.filter(at__gte=self.since)
        if self.until:
            every = every.filter(at__lt=self.until)
        return self.narrow(every)


class Window(NamedTuple):
    """Days of which entries are read, the last included; without a first one everything before, too."""

    first: int | None
    last: int


@contextmanager
def searching() -> Iterator[None]:
    """Settings of the transaction that searches."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SET)
        yield
        if connection.savepoint_ids:
            _reset()  # the caller's transaction goes on


def _reset() -> None:
    with connection.cursor() as cursor:
        for name in SETTINGS:
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")


def find_rows(sought: Sought, after: Place | None, at_once: int) -> Iterator[Sequence[Row]]:
    """Everything that may be found, the newest first, in small batches; nothing is read before it is asked for."""
    every = sought.entries
    entries = None if sought.is_wide else sought.visible(every)
    for window in _windows(sought, every, after):
        if entries is None:
            if not _read(every, sought, window, after, 1):
                continue
            entries = sought.visible(every)
        place = after
        while True:
            rows = _read(entries, sought, window, place, at_once)
            yield rows
            if len(rows) < at_once:
                break
            place = rows[-1].place


def _windows(sought: Sought, every: Entries, after: Place | None) -> Iterator[Window]:
    newest = min(filter(None, (after and after.at, sought.until, clock.now() + AHEAD)))
    oldest = day_of(sought.since) if sought.since else None
    last = day_of(newest)
    days = FIRST_DAYS + (AHEAD.days if after is None else 0)
    is_asked = False
    while days <= MOST_DAYS:
        first = last - days + 1
        if oldest is not None and first <= oldest:
            yield Window(oldest, last)
            return
        yield Window(first, last)
        last, days = first - 1, days * GROWTH
        if not is_asked and sought.is_worded:
            is_asked = True
            older = _count_up_to(LITTLE + 1, every.filter(at__lt=start_of(last + 1)))
            if not older:
                return
            if older <= LITTLE:
                break
    yield Window(None, last)


def _count_up_to(most: int, older: Entries) -> int:
    """In sight or not: to know that, nothing has to be sorted."""
    return older.values("id")[:most].count()


def _read(entries: Entries, sought: Sought, window: Window, after: Place | None, limit: int) -> list[Row]:
    if window.first is not None:
        key_of = open_keys(sought.workspace_id, sought.kind)
        days = [key_of(token) for token in tokens_of_days(window.first, window.last)]
        entries = entries.filter(tokens__overlap=days, at__gte=start_of(window.first))
    entries = entries.filter(at__lt=start_of(window.last + 1))
    if after is not None:
        entries = entries.filter(Q(at__lt=after.at) | Q(at=after.at, id__lt=after.id))
    rows = entries.order_by("-at", "-id").values_list("at", "id")[:limit]
    return [Row(*row) for row in rows]


def having_any(ways: Iterable[Sequence[int]]) -> Q:
    """``ways``: sets of keys, of each of which a thing that is kept so has all."""
    having = Q()
    for keys in ways:
        having |= Q(tokens__contains=list(keys)) if keys else Q()
    return having
