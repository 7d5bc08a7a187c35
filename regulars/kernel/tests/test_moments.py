"""Times that PostgreSQL has and nobody can name are read as the nearest, and counted; others as they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.pq import Format

from regulars.kernel.clock import EARLIEST
from regulars.kernel.database import binary_cursor
from regulars.kernel.metrics import NOT_SHOWN
from regulars.kernel.moments import LAST, BinaryMoments, TextMoments

CURSORS = [connection.cursor, binary_cursor]
Cursor = Callable[[], AbstractContextManager[Any]]


def _counted() -> float:
    return float(NOT_SHOWN.labels("time")._value.get())


def _read(cursor: Cursor, written: str) -> list[tuple[Any, ...]]:
    with cursor() as opened:
        opened.execute("SELECT 1, %s::text::timestamptz, now() IS NULL", [written])
        return list(opened.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("infinity", LAST),
        ("-infinity", EARLIEST),
        ("200000-01-01", LAST),
        ("4713-01-01 BC", EARLIEST),
        ("0044-03-15 12:00:01.5 BC", EARLIEST),
    ],
)
def test_a_time_that_nobody_can_name_is_the_nearest_and_counted(
    cursor: Cursor, written: str, nearest: datetime
):
    before = _counted()
    assert _read(cursor, written) == [(1, nearest, False)]
    assert _counted() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", CURSORS)
def test_others_are_read_as_they_are(cursor: Cursor):
    before = _counted()
    for moment in (EARLIEST, datetime(2026, 11, 29, 1, 2, 3, 40, tzinfo=UTC), LAST):
        assert _read(cursor, moment.isoformat()) == [(1, moment, False)]
    assert _counted() == before


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/Caracas", "Africa/Monrovia"])
def test_connections_without_django_read_them_too_in_any_zone(zone: str, database_url: str):
    with psycopg.connect(database_url) as raw:
        raw.execute(f"SET timezone = '{zone}'".encode())
        found = raw.execute(
            "SELECT 'infinity'::timestamptz, '2026-11-29 01:02:03.04+00'::timestamptz, '1970-01-01+00'::timestamptz"
        ).fetchone()
    assert found == (LAST, datetime(2026, 11, 29, 1, 2, 3, 40_000, tzinfo=UTC), EARLIEST)


@given(st.datetimes(EARLIEST.replace(tzinfo=None), LAST.replace(tzinfo=None)))
def test_both_forms_are_read_to_the_microsecond(naive: datetime):
    moment = naive.replace(tzinfo=UTC)
    count = (moment - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    oid = psycopg.adapters.types["timestamptz"].oid
    assert BinaryMoments(oid).load(count.to_bytes(8, "big", signed=True)) == moment
    assert TextMoments(oid).load(f"{moment:%Y-%m-%d %H:%M:%S.%f}+00".encode()) == moment
    assert BinaryMoments.format == Format.BINARY
