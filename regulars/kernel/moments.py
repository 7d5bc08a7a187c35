"""Times as they come from the database: what nobody can name is read as the nearest that somebody can.

PostgreSQL knows times that Python does not (``infinity``, years before 1 and after 9999), and near those bounds every
other time zone overflows. One such row, however it came there, would stop each list and page that it belongs to.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.abc import Buffer
from psycopg.adapt import Loader, Transformer
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader

from regulars.kernel.clock import EARLIEST, LATEST
from regulars.kernel.metrics import NOT_SHOWN

LAST = LATEST - timedelta(microseconds=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""of PostgreSQL's binary form: microseconds since then, in eight bytes (``timestamptz_send``)"""
_MICROSECOND = timedelta(microseconds=1)
_FIRST_COUNT, _LAST_COUNT = (EARLIEST - _EPOCH) // _MICROSECOND, (LAST - _EPOCH) // _MICROSECOND
_read = Struct("!q").unpack
_TOO_EARLY = re.compile(rb"-infinity|.* BC", re.DOTALL)
_TOO_LATE = re.compile(rb"infinity|\d{5,}-.*", re.DOTALL)


class TextMoments(TimestamptzLoader):
    """Of the text form; a tenth of the time that Django's takes."""

    timezone = UTC  # Django puts its own loader in place of one that has another

    def load(self, data: Buffer) -> datetime:
        written = bytes(data)
        try:
            moment = datetime.fromisoformat(written.decode())
        except ValueError:
            if _TOO_EARLY.fullmatch(written):
                return _nearest(EARLIEST)
            if _TOO_LATE.fullmatch(written):
                return _nearest(LAST)
            return super().load(data)
        if EARLIEST <= moment <= LAST:
            return moment
        return _nearest(EARLIEST if moment < EARLIEST else LAST)


class BinaryMoments(Loader):
    """Of the binary form. The driver's own is quicker, so that this one is for rows at which that has failed."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime:
        (count,) = _read(data)
        if _FIRST_COUNT <= count <= _LAST_COUNT:
            return _EPOCH + timedelta(0, 0, count)
        return _nearest(EARLIEST if count < _FIRST_COUNT else LAST)


def register() -> None:
    """For every connection that is opened from now on, by Django or without it."""
    psycopg.adapters.register_loader("timestamptz", TextMoments)
    connection_created.connect(_replace_djangos, dispatch_uid="regulars.kernel.moments")


def load_again(cursor: psycopg.Cursor[Any]) -> list[tuple[Any, ...]]:
    assert cursor.pgresult is not None  # noqa: S101 (it was read from)
    cursor.adapters.register_loader("timestamptz", BinaryMoments)
    transformer = Transformer(cursor)
    transformer.set_pgresult(cursor.pgresult)
    return transformer.load_rows(0, cursor.pgresult.ntuples, tuple)


def _replace_djangos(connection: BaseDatabaseWrapper, **_rest: Any) -> None:
    connection.connection.adapters.register_loader("timestamptz", TextMoments)


def _nearest(moment: datetime) -> datetime:
    NOT_SHOWN.labels("time").inc()
    return moment
