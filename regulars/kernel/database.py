"""What all rooms need of the database driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from psycopg.pq import Format

_OUR_FAULT = ("54",)
"""SQLSTATE classes that are operational errors by name, but come again for the same values: limits exceeded"""


def is_away(error: BaseException) -> bool:
    """Whether the same statement may succeed later: connection lost, disk full, deadlock, shutting down.

    What repeating cannot cure is not one of them, such as a value too long for an index.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return not (state or "").startswith(_OUR_FAULT)


@contextmanager
def binary_cursor() -> Iterator[Any]:
    """A cursor whose rows come in binary form: half the work for uuids, times and bytes, of which batches are full.

    ``jsonb`` comes decoded, as from any psycopg cursor.
    """
    with connection.cursor() as cursor:
        cursor.cursor.format = Format.BINARY
        yield cursor
