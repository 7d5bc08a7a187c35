"""Addresses of pages, and ids as they stand in addresses and forms."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from regulars.kernel.ids import parse_id

NOTHING = UUID(int=0)
"""an id that no row has"""


def id_in(text: str) -> UUID:
    """The id that a form wrote; one that finds nothing when it cannot be an id."""
    return parse_id(text) or NOTHING


def public_address(request: HttpRequest, path: str) -> str:
    """The address of a page for others: what REGULARS_PUBLIC_URL says, whatever host this request came to."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
