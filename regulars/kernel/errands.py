"""Errands: what somebody asked for just now and a worker does at once. What is to be done lies in a table.

An errand is a function of ``config.wiring.ERRANDS``. Workers call all of them when woken, and every few seconds in any
case, so each looks for its own rows, is safe to run twice, and costs one small query when there are none.
"""

from __future__ import annotations

from django.db import connection

CHANNEL = "regulars_errands"
"""The NOTIFY channel that says "somebody asked for something"; it carries no data."""


def wake_errands() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
