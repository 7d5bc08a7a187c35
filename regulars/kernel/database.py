"""What all rooms need of the database driver."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import (
    DataError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    close_old_connections,
    connection,
)
from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format

from regulars.kernel.crypto import Undecryptable
from regulars.kernel.moments import load_again

_OUR_FAULT = ("54",)
"""SQLSTATE classes that are operational errors by name, but come again for the same values: limits exceeded"""

_OTHER_TABLES = frozenset({"42P01", "42703", "42883"})
"""SQLSTATE: no such table, column, function"""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE})

CHECKED_FOR_SECONDS = 1.0
_checked = threading.local()


def check_connection() -> None:
    """Let go of this thread's connection if it is broken; for loops, before each step.

    A step takes a few milliseconds and the check one of its own, so it is made once a second, and after an error.
    """
    now = time.monotonic()
    if (
        connection.errors_occurred
        or now - getattr(_checked, "at", -CHECKED_FOR_SECONDS) >= CHECKED_FOR_SECONDS
    ):
        _checked.at = now
        close_old_connections()


def do_not_wait_for_disk() -> None:
    """The current transaction is over for whoever looks before it is on disk; a later one that waits brings it there.

    For what may be lost with the machine, as long as nothing that came after it stays: how far a job is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def is_away(error: BaseException) -> bool:
    """Whether the same statement may succeed later: connection lost, disk full, deadlock, shutting down.

    What repeating cannot cure is not one of them, such as a value too long for an index.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return not (state or "").startswith(_OUR_FAULT)


def is_of_this_machine(error: BaseException) -> bool:
    """Whether the reason lies here and not in what was to be done: the same will succeed once it is mended.

    Besides a database that is away: secrets stored under another key, no room, and tables that are not those of this
    code (an update that is half done). Not a lack of memory: what was to be done may be what lacks it.
    """
    if isinstance(error, ProgrammingError):
        return getattr(error.__cause__, "sqlstate", None) in _OTHER_TABLES
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return is_away(error) or isinstance(error, Undecryptable)


class BinaryCursor:
    """A cursor whose rows come in binary form: half the work for uuids, times and bytes, of which batches are full."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._cursor.execute(statement, values)

    @property
    def rowcount(self) -> int:
        count: int = self._cursor.rowcount
        return count

    def fetchall(self) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        except DataError:  # of the driver, not the server: it has no such time
            return load_again(self._cursor.cursor)
        return rows


@contextmanager
def binary_cursor() -> Iterator[BinaryCursor]:
    with connection.cursor() as cursor:
        cursor.cursor.format = Format.BINARY
        yield BinaryCursor(cursor)
