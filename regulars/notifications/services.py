"""How browsers' push services are asked: RFC 8030 (delivery), 8291 (sealing), 8292 (who we are)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from django.conf import settings
from py_vapid import Vapid02
from yarl import URL

from regulars.kernel.addresses import ForbiddenAddress, PublicResolver, check_address
from regulars.notifications.keys import KeyPair

Outcome = Literal["sent", "later", "gone", "refused"]
SENT: Outcome = "sent"
LATER: Outcome = "later"
GONE: Outcome = "gone"
REFUSED: Outcome = "refused"
USEFUL_FOR = timedelta(hours=24)
"""how long a service keeps a push for a browser that is off"""
CLAIMED_FOR = timedelta(hours=12)
"""of a signature; services refuse more than a day"""
TIMEOUT = aiohttp.ClientTimeout(total=15)
AT_ONCE = 16
NOWHERE = "https://unset.invalid"
"""whose origin is nobody's: nothing but the public internet is allowed"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A push to one browser; ``topic`` takes the place of what waits at the service under the same."""

    id: UUID
    endpoint: str
    public_key: str
    secret: str
    body: bytes
    topic: str
    keys: KeyPair


@dataclass(frozen=True, slots=True)
class Answer:
    id: UUID
    outcome: Outcome
    wait: timedelta = timedelta(0)
    """that the service asked for"""


def check_endpoint(endpoint: str, allowed: str) -> None:
    """Raises ``ForbiddenAddress`` unless it is https on the public internet, or at the service ``allowed`` (tests)."""
    try:
        check_address(URL(endpoint), URL(allowed or NOWHERE))
    except ValueError as error:
        raise ForbiddenAddress(str(error)) from error


async def send_parcels(parcels: Sequence[Parcel], *, allowed: str = "") -> list[Answer]:
    """An answer for each; none raises. ``allowed``: a service's origin that may lie on this machine."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver(URL(allowed or NOWHERE)), limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as client:
        return list(await asyncio.gather(*(_send(client, each, allowed) for each in parcels)))


async def _send(client: aiohttp.ClientSession, parcel: Parcel, allowed: str) -> Answer:
    try:
        check_endpoint(parcel.endpoint, allowed)
        headers, sealed = _sealed(parcel)
    except ValueError:  # an address or a key that no browser makes
        return Answer(parcel.id, GONE)
    try:
        async with client.post(
            parcel.endpoint, data=sealed, headers=headers, allow_redirects=False
        ) as response:
            return Answer(parcel.id, _outcome(response.status), _asked_wait(response.headers))
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Answer(parcel.id, LATER)


def _sealed(parcel: Parcel) -> tuple[dict[str, str], bytes]:
    from pywebpush import WebPusher  # some megabytes, where nobody has push

    keys = {"p256dh": parcel.public_key, "auth": parcel.secret}
    pusher = WebPusher({"endpoint": parcel.endpoint, "keys": keys})
    sealed = pusher.encode(parcel.body, content_encoding="aes128gcm")["body"]
    where = urlsplit(parcel.endpoint)
    claims = {
        "aud": f"{where.scheme}://{where.netloc}",
        "exp": int(time.time() + CLAIMED_FOR.total_seconds()),
        "sub": settings.PUBLIC_URL if settings.PUBLIC_URL.startswith("https:") else "mailto:push@example.org",
    }
    headers = {
        **Vapid02.from_pem(parcel.keys.private).sign(claims),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(USEFUL_FOR.total_seconds())),
        "Topic": parcel.topic,
        "Urgency": "high",
    }
    return headers, sealed


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return SENT
    if status in {404, 410}:
        return GONE
    return LATER if status in {408, 425, 429} or status >= 500 else REFUSED


def _asked_wait(headers: object) -> timedelta:
    """``Retry-After`` in seconds; a date is passed over, the usual wait holds then."""
    with contextlib.suppress(ValueError, AttributeError, OverflowError):
        return timedelta(seconds=max(0, int(headers.get("Retry-After", "0"))))  # type: ignore[attr-defined]
    return timedelta(0)
