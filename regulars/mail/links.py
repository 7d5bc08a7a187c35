"""Addresses of ours in mails: from ``REGULARS_PUBLIC_URL``, never from what a request says its host is."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def own_link(route: str, *values: str) -> str:
    """``route``: the name of a page."""
    return f"{settings.PUBLIC_URL}{reverse(route, args=values)}"
