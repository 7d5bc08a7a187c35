"""What the house clears away by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from regulars.kernel import clock

KEPT_FOR = timedelta(days=400)
"""after a clock is over: figures compare a month with the same one a year before"""
AT_ONCE = 5_000


def purge_clocks() -> int:
    """Those that are over for so long; returns how many went."""
    limit = clock.now() - KEPT_FOR
    gone: int = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM service_levels_answerclock WHERE id = ANY(ARRAY("
                "SELECT id FROM service_levels_answerclock WHERE COALESCE(met_at, stopped_at) < %s LIMIT %s))",
                [limit, AT_ONCE],
            )
            gone += int(cursor.rowcount)
            if cursor.rowcount < AT_ONCE:
                return gone
