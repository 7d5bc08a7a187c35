"""Waking those who read stored deliveries."""

from __future__ import annotations

from django.db import connection

DELIVERIES_CHANNEL = "regulars_deliveries"
"""the NOTIFY channel that says "there are deliveries to read"; it carries no data"""


def wake_readers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [DELIVERIES_CHANNEL])
