"""Waking the fetchers."""

from __future__ import annotations

from django.db import connection

CHANNEL = "regulars_media"


def wake_fetchers() -> None:
    """Tell waiting workers, on commit, that there are files to fetch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
