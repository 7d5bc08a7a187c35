"""Addresses of pages, and ids as they stand in addresses and forms."""

from __future__ import annotations

from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.kernel.ids import parse_id

NOTHING = UUID(int=0)
"""an id that no row has"""


def id_in(text: str) -> UUID:
    """One that finds nothing when it cannot be an id."""
    return parse_id(text) or NOTHING


def own_address(request: HttpRequest, wanted: str) -> str:
    """Where a form or a link wants to lead, from our root; empty when that is somebody else's.

    Judged as it was written and as it will be followed: taking the dots away turns ``/.//evil.example`` into a host.
    """
    if not _is_ours(request, wanted):
        return ""
    address = urljoin("/", wanted)  # without a slash, Django would take it for the name of a route
    return address if _is_ours(request, address) else ""


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def public_address(request: HttpRequest, path: str) -> str:
    """What REGULARS_PUBLIC_URL says, whatever host this request came to."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
