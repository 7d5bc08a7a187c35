"""Which connection an address of the webhooks' door belongs to, remembered for a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from regulars.channels.door.storing import Unavailable
from regulars.channels.record import Channel, IsSigned, WebhookRules
from regulars.kernel.crypto import decrypt

logger = logging.getLogger(__name__)

LONGEST_KEY = 200
LOOKUP_DEADLINE_SECONDS = 5.0
CONNECTION_CACHE_SECONDS = 1.0
"""how soon a new secret, token or connection is known to the door"""
MOST_REMEMBERED = 1_000
MOST_STRANGERS = 200
"""who may wait for the news that their address is unknown; more come again"""


def prefix_of(kind: str) -> str:
    return f"/webhooks/{kind}/"


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs to know of a connection."""

    id: UUID
    verify_token: str
    rules: WebhookRules
    is_signed: IsSigned


class DoorFinder:
    """Finds doors by path. Addresses that were good a moment ago do not stand in line behind unknown ones."""

    def __init__(self, database_url: str, channels: Mapping[str, Channel]) -> None:
        self._rules = {kind: channel.webhooks for kind, channel in channels.items()}
        self._known: dict[str, tuple[float, Door]] = {}
        self._unknown: dict[str, float] = {}
        self._for_known = _Lookup(database_url)
        self._for_strangers = _Lookup(database_url)
        self._strangers = 0

    async def close(self) -> None:
        await self._for_known.close()
        await self._for_strangers.close()

    def recall(self, path: str, moment: float) -> Door | None:
        known = self._known.get(path)
        return known[1] if known and known[0] > moment else None

    async def find(self, path: str) -> Door | None:
        """Raises what psycopg raises, or ``Unavailable``, when it cannot be asked."""
        kind, _slash, key = path.removeprefix("/webhooks/").rstrip("/").partition("/")
        rules = self._rules.get(kind)
        if (
            rules is None
            or "\x00" in key
            or len(key) > LONGEST_KEY
            or self._unknown.get(path, 0.0) > monotonic()
        ):
            return None
        if path in self._known:
            return await self._find_in(self._for_known, path, _Address(kind, key, rules))
        if self._strangers >= MOST_STRANGERS:
            raise Unavailable("too many ask for addresses")
        self._strangers += 1
        try:
            return await self._find_in(self._for_strangers, path, _Address(kind, key, rules))
        finally:
            self._strangers -= 1

    async def _find_in(self, lookup: _Lookup, path: str, address: _Address) -> Door | None:
        async with lookup.turn:
            if door := self.recall(path, monotonic()):
                return door
            if self._unknown.get(path, 0.0) > monotonic():
                return None
            door = await lookup.read_in_time(address)
            self._remember(path, door, monotonic() + CONNECTION_CACHE_SECONDS)
            return door

    def _remember(self, path: str, door: Door | None, until: float) -> None:
        self._known.pop(path, None)
        if door:
            self._known[path] = (until, door)
        else:
            if len(self._unknown) >= MOST_REMEMBERED:
                self._unknown.clear()
            self._unknown[path] = until


@dataclass(frozen=True, slots=True)
class _Address:
    """What a path says."""

    kind: str
    key: str
    rules: WebhookRules


class _Lookup:
    """One connection to ask with, for one at a time."""

    def __init__(self, database_url: str) -> None:
        self.turn = asyncio.Lock()
        self._url = database_url
        self._connection: AsyncConnection[Any] | None = None
        self._away_until = 0.0
        self._endings: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()

    async def read_in_time(self, address: _Address) -> Door | None:
        """Ask the database; when it hangs, whoever waited in line is told at once and not one after the other."""
        if monotonic() < self._away_until:
            raise Unavailable("the database does not answer")
        reading = asyncio.create_task(self._read(address))
        await asyncio.wait({reading}, timeout=LOOKUP_DEADLINE_SECONDS)
        if reading.done() and reading.exception() is None:
            return reading.result()
        self._away_until = monotonic() + CONNECTION_CACHE_SECONDS
        ending = asyncio.create_task(self._let_go(reading, self._connection))
        self._connection = None
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        raise Unavailable("the database does not answer")

    async def _let_go(
        self, reading: asyncio.Task[Door | None], connection: AsyncConnection[Any] | None
    ) -> None:
        """End a lookup that failed or hangs. The driver takes its time, so nobody waits for this."""
        reading.cancel()
        await asyncio.wait({reading})
        if not reading.cancelled() and (error := reading.exception()):
            logger.warning("a connection was not found", extra={"error": type(error).__name__})
        if connection is not None:
            await connection.close()

    async def _read(self, address: _Address) -> Door | None:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(self._url, autocommit=True, connect_timeout=3)
        cursor = await self._connection.execute(
            "SELECT id, verify_token, app_secrets FROM inboxes_connection WHERE key = %s AND channel = %s",
            [address.key, address.kind],
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        secrets = [line.encode() for line in decrypt(row[2]).splitlines() if line]
        return Door(row[0], decrypt(row[1]), address.rules, address.rules.verifier(secrets))
