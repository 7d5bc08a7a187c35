"""Tables that lie in parts by time: the parts to come are made ahead, what is past its time goes as a whole.

A part is a week (Monday to Monday) or a quarter of a year, in UTC. What nobody made a part for in time lies in the
rest, which is slower and loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.utils import DatabaseError

from regulars.kernel.ids import lowest_id_at, moment_of

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""a part comes and goes under a lock that everybody else waits for"""


class Part(NamedTuple):
    """A part of a table and from when to when it reaches; None: without end, and both: the rest."""

    name: str
    starts_at: datetime | None
    ends_at: datetime | None


class Span(NamedTuple):
    """What one part covers, and the end of its name."""

    starts_at: datetime
    ends_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class PartedTable:
    """A table that is partitioned by ranges of one column.

    ``span_of``: the span that a moment lies in; ``prepared``: how many are made, that of now among them;
    ``write_bound`` and ``read_bound``: a moment as the column's literal, and back.
    """

    name: str
    span_of: Callable[[datetime], Span]
    prepared: int
    write_bound: Callable[[datetime], str]
    read_bound: Callable[[str], datetime]

    def prepare(self) -> None:
        """Make the parts of now and of the time to come; safe to run at any time, by anybody."""
        span = self.span_of(_database_now())
        for _place in range(self.prepared):
            self._prepare_span(span)
            span = self.span_of(span.ends_at)

    def prepare_for(self, moments: Collection[datetime]) -> None:
        """Make the parts of these moments, which may lie long ago; for imports, before they write."""
        for span in sorted({self.span_of(moment) for moment in moments}):
            self._prepare_span(span)

    def parts(self) -> list[Part]:
        """All of them in the order of time, the rest last."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
                " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
                [self.name],
            )
            parts = [self._part(name, bound) for name, bound in cursor.fetchall()]
        return sorted(parts, key=lambda part: (part.ends_at is None, part.ends_at or _NEVER))

    def look_over(self) -> None:
        """Have PostgreSQL see what lies in all parts together: by itself it only looks at each of them.

        Not in a transaction, which would last as long.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {self.name}")

    def drop(self, part: Part) -> bool:
        """Remove a part with all that is in it; False when the table was too busy, so that it has to be tried again."""
        return self._change(f'DROP TABLE "{part.name}"')

    def _part(self, name: str, bound: str) -> Part:
        literals = bound.split("'")[1::2]
        if bound == "DEFAULT":
            return Part(name, None, None)
        ends = [self.read_bound(literal) for literal in literals]
        return Part(name, ends[0] if len(ends) == 2 else None, ends[-1])

    def _prepare_span(self, span: Span) -> None:
        known = self.parts()
        ends = [part for part in known if part.ends_at and part.ends_at > span.starts_at]
        if any(part.starts_at is None or part.starts_at < span.ends_at for part in ends):
            return
        first, end = self.write_bound(span.starts_at), self.write_bound(span.ends_at)
        self._change(
            f'CREATE TABLE IF NOT EXISTS "{self.name}_{span.name}" PARTITION OF {self.name}'
            f" FOR VALUES FROM ('{first}') TO ('{end}')"
        )

    def _change(self, statement: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_PATIENCE)
                cursor.execute(statement)
        except DatabaseError as error:
            logger.warning(
                "a part of a table could not be changed now",
                extra={"table": self.name, "error": type(error.__cause__).__name__},
            )
            return False
        return True


_NEVER = datetime.max.replace(tzinfo=UTC)


def week_of(moment: datetime) -> Span:
    """Monday to Monday, UTC."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + WEEK, f"{monday:%Gw%V}")


def quarter_of(moment: datetime) -> Span:
    """A quarter of a year, UTC."""
    here = moment.astimezone(UTC)
    place = (here.month - 1) // 3
    start = datetime(here.year, 3 * place + 1, 1, tzinfo=UTC)
    end = datetime(here.year + (place == 3), (3 * place + 3) % 12 + 1, 1, tzinfo=UTC)
    return Span(start, end, f"{here.year}q{place + 1}")


def by_week(name: str, prepared: int) -> PartedTable:
    """A table in weeks of a ``timestamptz`` column."""
    return _known(PartedTable(name, week_of, prepared, datetime.isoformat, datetime.fromisoformat))


def by_quarter(name: str, prepared: int) -> PartedTable:
    """A table in quarters of a ``timestamptz`` column."""
    return _known(PartedTable(name, quarter_of, prepared, datetime.isoformat, datetime.fromisoformat))


def by_quarter_of_id(name: str, prepared: int) -> PartedTable:
    """A table in quarters of a column of ids, which begin with their time (UUIDv7)."""
    return _known(
        PartedTable(
            name,
            quarter_of,
            prepared,
            lambda moment: str(lowest_id_at(moment)),
            lambda text: moment_of(UUID(text)),
        )
    )


def parted_tables() -> list[PartedTable]:
    """Those of all rooms that are loaded."""
    return list(_tables.values())


_tables: dict[str, PartedTable] = {}


def _known(table: PartedTable) -> PartedTable:
    return _tables.setdefault(table.name, table)


EVENTS = by_week("kernel_event", prepared=5)


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
