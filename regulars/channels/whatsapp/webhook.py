"""The door for Meta's webhooks: a raw ASGI application, for it must answer thousands a second.

Handshake (GET) and deliveries (POST) at ``/webhooks/whatsapp/{connection_key}``. A delivery is verified over
its raw bytes, counted, and stored by *group commit*: what arrives while a commit runs goes together into
the next INSERT and commit, and only then is each answered with 200. Nothing else happens here; workers read what
is stored. When the database is away the answer is 503 and the platform tries again (reference §2.3).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from psycopg import AsyncConnection, Error

from regulars.channels.whatsapp.payloads import NotJSON, TooDeep, count_updates, load_body
from regulars.kernel.crypto import decrypt
from regulars.kernel.metrics import WEBHOOK_ANSWERS, WEBHOOK_SECONDS

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/webhooks/whatsapp/"
MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_GROUP = 512
MAX_GROUP_BYTES = 16 * 1024 * 1024
MAX_WAITING_BYTES = 128 * 1024 * 1024
"""beyond this the door answers 503: the platform keeps what we cannot"""
COMMIT_DEADLINE_SECONDS = 8.0
ANSWER_DEADLINE_SECONDS = 9.0
"""letting go of a database that hangs takes the driver longer still; the platform's patience is some 10 s"""
LOOKUP_DEADLINE_SECONDS = 5.0
CONNECTION_CACHE_SECONDS = 1.0
"""how soon a new secret, token or connection is known to the door"""
DELIVERIES_CHANNEL = "regulars_deliveries"


@dataclass(frozen=True, slots=True)
class _Door:
    """What the door needs to know of a connection."""

    id: UUID
    verify_token: str
    secrets: tuple[bytes, ...]


@dataclass(slots=True)
class _Waiting:
    """One request waiting for the commit: a delivery, or (``reason``) a refusal to be counted."""

    connection_id: UUID | None
    body: bytes
    counts: dict[str, int]
    reason: str
    done: asyncio.Future[None]


class Unavailable(Exception):
    """The database cannot take the delivery now."""


class DeliveryStore:
    """Group commit: gathers requests and writes them with one transaction at a time on one connection."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._connection: AsyncConnection[Any] | None = None

    async def put(
        self, connection_id: UUID | None, body: bytes, counts: dict[str, int], reason: str = ""
    ) -> None:
        """Return once the row is committed; raises :class:`Unavailable` when it certainly or possibly is not."""
        if self._waiting_bytes + len(body) > MAX_WAITING_BYTES:
            raise Unavailable("too much is waiting for the database")
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_forever())
        waiting = _Waiting(connection_id, body, counts, reason, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._waiting_bytes += len(body)
        self._wake.set()
        try:
            async with asyncio.timeout(ANSWER_DEADLINE_SECONDS):
                await waiting.done
        except TimeoutError:
            raise Unavailable("the database does not answer") from None

    async def close(self) -> None:
        """Commit what waits, then let go of the database."""
        while self._waiting:  # noqa: ASYNC110 - only while stopping
            await asyncio.sleep(0.01)
        if self._writer:
            self._writer.cancel()
        if self._connection:
            await self._connection.close()

    async def _write_forever(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(0)  # what arrived in this turn comes along; a running commit gathers more
            group = self._take()
            if group:
                await self._write(group)

    def _take(self) -> list[_Waiting]:
        size = taken = 0
        for waiting in self._waiting[:MAX_GROUP]:
            size += len(waiting.body)
            if taken and size > MAX_GROUP_BYTES:
                break
            taken += 1
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._waiting_bytes -= sum(len(waiting.body) for waiting in group)
        if not self._waiting:
            self._wake.clear()
        return [waiting for waiting in group if not waiting.done.done()]  # who was told 503 comes again

    async def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            async with asyncio.timeout(COMMIT_DEADLINE_SECONDS):
                await self._insert(group)
        except Exception as error:  # noqa: BLE001 - whatever it was, every request of the group gets its answer
            logger.warning(
                "deliveries were not stored", extra={"count": len(group), "error": type(error).__name__}
            )
            await self._drop_connection()
            for waiting in group:
                if not waiting.done.done():
                    waiting.done.set_exception(Unavailable(type(error).__name__))
        else:
            for waiting in group:
                if not waiting.done.done():
                    waiting.done.set_result(None)

    async def _insert(self, group: Sequence[_Waiting]) -> None:
        """One transaction in one round trip: deliveries, ledger, and a wake-up for the workers."""
        connection = await self._connect()
        stored = [waiting for waiting in group if not waiting.reason]
        ledger = _ledger_columns(group)
        await connection.execute(
            _INSERT,
            {
                "connections": [waiting.connection_id for waiting in stored],
                "bodies": [waiting.body for waiting in stored],
                "counts": [orjson.dumps(waiting.counts).decode() for waiting in stored],
                **ledger,
                "channel": DELIVERIES_CHANNEL,
            },
            prepare=True,
            binary=True,
        )

    async def _connect(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(self._url, autocommit=True, connect_timeout=3)
        return self._connection

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


_INSERT = """
WITH stored AS (
  INSERT INTO inboxes_delivery (connection_id, body, update_counts)
  SELECT c, b, n::jsonb FROM unnest(%(connections)b::uuid[], %(bodies)b::bytea[], %(counts)b::text[])
    WITH ORDINALITY AS new(c, b, n, place) ORDER BY place
), counted AS (
  INSERT INTO inboxes_ledgerentry (connection_id, address, flow, outcome, reason, update_count, delivery_count)
  SELECT * FROM unnest(%(owners)b::uuid[], %(addresses)b::text[], %(flows)b::text[], %(outcomes)b::text[],
    %(reasons)b::text[], %(updates)b::bigint[], %(deliveries)b::bigint[])
)
SELECT pg_notify(%(channel)b, '')
"""
"""binary parameters: text ones would write each body out in hexadecimal, three times the work for both sides"""


def _ledger_columns(group: Sequence[_Waiting]) -> dict[str, list[Any]]:
    sums: dict[tuple[UUID | None, str, str, str, str], list[int]] = {}
    for waiting in group:
        flow, outcome = ("door", "rejected") if waiting.reason else ("inbound", "received")
        for place, (address, count) in enumerate(waiting.counts.items()):
            total = sums.setdefault((waiting.connection_id, address, flow, outcome, waiting.reason), [0, 0])
            total[0] += count
            total[1] += place == 0
    keys = list(sums)
    return {
        "owners": [key[0] for key in keys],
        "addresses": [key[1] for key in keys],
        "flows": [key[2] for key in keys],
        "outcomes": [key[3] for key in keys],
        "reasons": [key[4] for key in keys],
        "updates": [total[0] for total in sums.values()],
        "deliveries": [total[1] for total in sums.values()],
    }


class Webhooks:
    """The ASGI application; ``database_url`` is libpq's."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._store = DeliveryStore(database_url)
        self._doors: dict[str, tuple[float, _Door | None]] = {}
        self._lookup = asyncio.Lock()
        self._lookup_connection: AsyncConnection[Any] | None = None
        self._away_until = 0.0
        self._ending: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await self._store.close()
        if self._lookup_connection:
            await self._lookup_connection.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = monotonic()
        status, text = await self._answer(scope, receive)
        WEBHOOK_ANSWERS.labels(str(status)).inc()
        WEBHOOK_SECONDS.observe(monotonic() - began)
        await _respond(send, status, text)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        key = str(scope["path"]).removeprefix(PREFIX).rstrip("/")
        try:
            door = await self._find_door(key)
            if scope["method"] == "GET":
                return _shake_hands(door, scope)
            if scope["method"] != "POST":
                return 405, "use POST for deliveries and GET for the handshake"
            return await self._take_delivery(door, scope, receive)
        except (Unavailable, Error, OSError, TimeoutError):
            return 503, "the delivery was not stored; please try again"

    async def _take_delivery(self, door: _Door | None, scope: Scope, receive: Receive) -> tuple[int, str]:
        body = await _read_body(scope, receive)
        if door is None:
            await self._refuse(None, "unknown-connection")
            return 404, "no such connection"
        if body is None:
            await self._refuse(door.id, "too-large")
            return 413, f"a delivery may have {MAX_BODY_BYTES} bytes"
        if not _is_signed(body, scope, door.secrets):
            await self._refuse(door.id, "bad-signature")
            return 401, "X-Hub-Signature-256 does not match the body"
        try:
            counts = count_updates(load_body(body))
        except TooDeep:
            counts = {"": 1}
        except NotJSON:
            await self._refuse(door.id, "not-json")
            return 400, "the body is not JSON"
        await self._store.put(door.id, body, counts)
        return 200, "stored"

    async def _refuse(self, connection_id: UUID | None, reason: str) -> None:
        await self._store.put(connection_id, b"", {"": 1}, reason)

    async def _find_door(self, key: str) -> _Door | None:
        """The connection behind a key; remembered for a moment, also when there is none."""
        cached = self._doors.get(key)
        if cached and cached[0] > monotonic():
            return cached[1]
        async with self._lookup:
            cached = self._doors.get(key)
            if cached and cached[0] > monotonic():
                return cached[1]
            door = await self._read_door_in_time(key)
            if len(self._doors) > 1000:
                self._doors.clear()
            self._doors[key] = (monotonic() + CONNECTION_CACHE_SECONDS, door)
            return door

    async def _read_door_in_time(self, key: str) -> _Door | None:
        """Ask the database; when it hangs, whoever waited in line is told at once and not one after the other."""
        if monotonic() < self._away_until:
            raise Unavailable("the database does not answer")
        reading = asyncio.create_task(self._read_door(key))
        await asyncio.wait({reading}, timeout=LOOKUP_DEADLINE_SECONDS)
        if reading.done() and reading.exception() is None:
            return reading.result()
        self._away_until = monotonic() + CONNECTION_CACHE_SECONDS
        ending = asyncio.create_task(self._let_go(reading, self._lookup_connection))
        self._lookup_connection = None
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        raise Unavailable("the database does not answer")

    async def _let_go(
        self, reading: asyncio.Task[_Door | None], connection: AsyncConnection[Any] | None
    ) -> None:
        """End a lookup that failed or hangs. The driver takes its time, so nobody waits for this."""
        reading.cancel()
        await asyncio.wait({reading})
        if not reading.cancelled() and (error := reading.exception()):
            logger.warning("a connection was not found", extra={"error": type(error).__name__})
        if connection is not None:
            await connection.close()

    async def _read_door(self, key: str) -> _Door | None:
        if "\x00" in key or len(key) > 200:
            return None
        if self._lookup_connection is None or self._lookup_connection.closed:
            self._lookup_connection = await AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=3
            )
        cursor = await self._lookup_connection.execute(
            "SELECT id, verify_token, app_secrets FROM inboxes_connection WHERE key = %s AND channel = 'whatsapp'",
            [key],
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        secrets = tuple(line.encode() for line in decrypt(row[2]).splitlines() if line)
        return _Door(row[0], decrypt(row[1]), secrets)


def _shake_hands(door: _Door | None, scope: Scope) -> tuple[int, str]:
    """Meta's verification: echo the challenge if the token is ours (reference §2.1)."""
    query = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"))
    token = query.get("hub.verify_token", [""])[0]
    if door is None:
        return 404, "no such connection"
    if query.get("hub.mode") != ["subscribe"] or "hub.challenge" not in query:
        return 400, "hub.mode=subscribe, hub.challenge and hub.verify_token are needed"
    if not hmac.compare_digest(token.encode(), door.verify_token.encode()):
        return 403, "hub.verify_token is not this connection's"
    return 200, query["hub.challenge"][0]


def _is_signed(body: bytes, scope: Scope, secrets: Sequence[bytes]) -> bool:
    """HMAC-SHA256 over the raw bytes with any of the app secrets (reference §2.2)."""
    given = b""
    for name, value in scope["headers"]:
        if name == b"x-hub-signature-256":
            given = value.removeprefix(b"sha256=")
            break
    if len(given) != 64:
        return False
    return any(
        hmac.compare_digest(hmac.digest(secret, body, hashlib.sha256).hex().encode(), given)
        for secret in secrets
    )


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, or None as soon as it is known to be too large."""
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        return None
    parts: list[bytes] = []
    size, is_whole = 0, False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unavailable("the sender went away")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            return None
        is_whole = not message.get("more_body")
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _respond(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
