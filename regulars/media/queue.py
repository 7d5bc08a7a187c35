"""Waking those who wait for files: the fetchers of the channels, and whoever draws previews."""

from __future__ import annotations

from django.db import connection

CHANNEL = "regulars_media"
PREVIEWS_CHANNEL = "regulars_previews"


def wake_fetchers() -> None:
    _notify(CHANNEL)


def wake_previewers() -> None:
    _notify(PREVIEWS_CHANNEL)


def _notify(channel: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])
