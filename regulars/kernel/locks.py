"""Advisory locks on names: who works on the same thing waits; who does not, does not.

Names are folded into a fixed number of lanes so that a batch of any size needs a bounded number of locks
(PostgreSQL's lock table is finite). Lanes are always taken in the same order, so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection

LANES = 1024
_LANE_CLASS = 7_301
"""first half of the two-part advisory lock key: keeps our lanes apart from other users of advisory locks"""
_NAME_CLASS = 7_304


def lane_of(name: str) -> int:
    """Stable across processes and versions."""
    return crc32(name.encode("utf-8", "surrogatepass")) % LANES


def lock_keys(names: Iterable[str]) -> None:
    """Until the current transaction ends. Taking one twice is free."""
    lanes = sorted({lane_of(name) for name in names})
    if not lanes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, lane) FROM unnest(%b::int[]) WITH ORDINALITY AS t(lane, place)"
            " ORDER BY place",
            [_LANE_CLASS, lanes],
        )


def try_to_hold(name: str) -> bool:
    """Hold ``name`` until the current transaction ends, unless somebody else does: then False, without waiting.

    Unlike a row's lock it gives the transaction no id, so whoever holds it for long keeps no reader of the event
    log waiting (see ``kernel.events``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_NAME_CLASS, _number_of(name)])
        (mine,) = cursor.fetchone()
    return bool(mine)


def hold(name: str) -> None:
    """Hold ``name`` until the current transaction ends; waits for whoever does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NAME_CLASS, _number_of(name)])


@contextmanager
def held_by_session(name: str) -> Iterator[bool]:
    """Hold ``name`` across transactions; yields whether we do. A process that dies lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAME_CLASS, _number_of(name)])
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_NAME_CLASS, _number_of(name)])


def holder_of(name: str) -> int | None:
    """The server process of the session that holds ``name``; None when nobody does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2"
            " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [_NAME_CLASS, _number_of(name) & 0xFFFFFFFF],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _number_of(name: str) -> int:
    """A signed 32-bit number, stable across processes. Names that share one exclude each other, no harm done."""
    return crc32(name.encode()) - 2**31
