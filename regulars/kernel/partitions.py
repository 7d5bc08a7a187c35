"""Tables that lie in parts by time: the parts to come are made ahead, what is past its time goes as a whole.

A part is a week (Monday to Monday, UTC). What nobody made a part for in time lies in the rest, which is slower and
loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.utils import DatabaseError

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
PREPARED = 5
"""weeks, this one among them"""
_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""a part comes and goes under a lock that everybody else waits for"""


class Part(NamedTuple):
    """A part of a table and when it ends; None: the rest."""

    name: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class WeeklyTable:
    """A table that is partitioned by the range of a ``timestamptz`` column."""

    name: str

    def prepare(self) -> None:
        """Make the parts of this week and the next ones; safe to run at any time, by anybody."""
        known = self.parts()
        covered = max((part.ends_at for part in known if part.ends_at), default=None)
        for start in _weeks(_database_now()):
            if covered is None or start >= covered:
                self._make(start)

    def parts(self) -> list[Part]:
        """All of them, the oldest first, the rest last."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname,"
                " substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz"
                " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                " WHERE i.inhparent = %s::regclass ORDER BY 2 NULLS LAST",
                [self.name],
            )
            return [Part(*row) for row in cursor.fetchall()]

    def drop(self, part: Part) -> bool:
        """Remove a part with all that is in it; False when the table was too busy, so that it has to be tried again."""
        return self._change(f'DROP TABLE "{part.name}"')

    def _make(self, start: datetime) -> None:
        name = f"{self.name}_{start:%Gw%V}"
        self._change(
            f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF {self.name}'
            f" FOR VALUES FROM ('{start.isoformat()}') TO ('{(start + WEEK).isoformat()}')"
        )

    def _change(self, statement: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_PATIENCE)
                cursor.execute(statement)
        except DatabaseError as error:
            logger.warning(
                "a part of a table could not be changed now",
                extra={"table": self.name, "error": str(error)[:200]},
            )
            return False
        return True


EVENTS = WeeklyTable("kernel_event")


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    return now.astimezone(UTC)


def _weeks(now: datetime) -> Iterator[datetime]:
    monday = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=now.weekday())
    for place in range(PREPARED):
        yield monday + place * WEEK
