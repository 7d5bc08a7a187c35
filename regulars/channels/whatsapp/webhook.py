"""The door for Meta's webhooks: a raw ASGI application, for it must answer thousands a second.

Handshake (GET) and deliveries (POST) at ``/webhooks/whatsapp/{connection_key}``. A delivery is verified over
its raw bytes, counted, and stored (``storing``, by group commit); only then is it answered with 200. Nothing else
happens here; workers read what is stored. When the database is away the answer is 503 and the platform tries again
(reference §2.3).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qs
from uuid import UUID

from psycopg import AsyncConnection, Error

from regulars.channels.whatsapp.payloads import NotJSON, TooDeep, count_payload
from regulars.channels.whatsapp.storing import DeliveryStore, Unavailable
from regulars.kernel.crypto import decrypt
from regulars.kernel.metrics import WEBHOOK_ANSWERS

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/webhooks/whatsapp/"
SIGNATURE_HEADER = b"x-hub-signature-256"
MAX_BODY_BYTES = 4 * 1024 * 1024
LOOKUP_DEADLINE_SECONDS = 5.0
CONNECTION_CACHE_SECONDS = 1.0
"""how soon a new secret, token or connection is known to the door"""


@dataclass(frozen=True, slots=True)
class _Door:
    """What the door needs to know of a connection."""

    id: UUID
    verify_token: str
    signers: tuple[hmac.HMAC, ...]
    """one for each app secret"""


class Webhooks:
    """The ASGI application; ``database_url`` is libpq's."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._store = DeliveryStore(database_url)
        self._doors: dict[str, tuple[float, _Door | None]] = {}
        self._lookup = asyncio.Lock()
        self._lookup_connection: AsyncConnection[Any] | None = None
        self._away_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await self._store.close()
        if self._lookup_connection:
            await self._lookup_connection.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = monotonic()
        try:
            if scope["method"] == "POST":
                status, text = await self._take_delivery(scope, receive)
            elif scope["method"] == "GET":
                status, text = _shake_hands(await self._find_door(scope["path"]), scope)
            else:
                status, text = 405, "use POST for deliveries and GET for the handshake"
        except (Unavailable, Error, OSError, TimeoutError):
            status, text = UNAVAILABLE
        _note(status, began)
        await send({"type": "http.response.start", "status": status, "headers": headers_of(status, text)})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _take_delivery(self, scope: Scope, receive: Receive) -> Answer:
        door = await self._find_door(scope["path"])
        signature, length = _read_headers(scope)
        body = await _read_body(length, receive)
        judged = _judge(door, signature, body)
        await self._store.put(door.id if door else None, judged.kept, judged.counts, judged.reason)
        return judged.answer

    def take(self, path: str, signature: bytes, body: bytes, answer: Answering) -> None:
        """The short way for a delivery that has come in whole: ``answer`` is called once, soon, in this event loop.

        The same as the ASGI call without its tasks and messages, which cost as much as all that is done here.
        """
        began = monotonic()
        cached = self._doors.get(path)
        if cached and cached[0] > began:
            self._store_and_answer(cached[1], signature, body, answer, began)
            return
        task = asyncio.get_running_loop().create_task(
            self._find_and_take(path, signature, body, answer, began)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find_and_take(
        self, path: str, signature: bytes, body: bytes, answer: Answering, began: float
    ) -> None:
        try:
            door = await self._find_door(path)
        except (Unavailable, Error, OSError, TimeoutError):
            _note(UNAVAILABLE[0], began)
            answer(*UNAVAILABLE)
        else:
            self._store_and_answer(door, signature, body, answer, began)

    def _store_and_answer(
        self, door: _Door | None, signature: bytes, body: bytes, answer: Answering, began: float
    ) -> None:
        judged = _judge(door, signature, body)

        def tell(problem: str) -> None:
            status, text = UNAVAILABLE if problem else judged.answer
            _note(status, began)
            answer(status, text)

        self._store.add(door.id if door else None, judged.kept, judged.counts, judged.reason, tell)

    async def _find_door(self, path: str) -> _Door | None:
        """The connection behind a path; remembered for a moment, also when there is none."""
        cached = self._doors.get(path)
        if cached and cached[0] > monotonic():
            return cached[1]
        async with self._lookup:
            cached = self._doors.get(path)
            if cached and cached[0] > monotonic():
                return cached[1]
            door = await self._read_door_in_time(path.removeprefix(PREFIX).rstrip("/"))
            if len(self._doors) > 1000:
                self._doors.clear()
            self._doors[path] = (monotonic() + CONNECTION_CACHE_SECONDS, door)
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
        self._tasks.add(ending)
        ending.add_done_callback(self._tasks.discard)
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
        secrets = [line.encode() for line in decrypt(row[2]).splitlines() if line]
        signers = tuple(hmac.new(secret, digestmod="sha256") for secret in secrets)
        return _Door(row[0], decrypt(row[1]), signers)


Answer = tuple[int, str]
Answering = Callable[[int, str], None]
STORED: Answer = (200, "stored")
UNAVAILABLE: Answer = (503, "the delivery was not stored; please try again")


class _Judged(NamedTuple):
    """What is to be stored of a delivery, and the answer once it is. ``reason``: why it is refused."""

    kept: bytes
    counts: dict[str, int]
    reason: str
    answer: Answer


_ONE = {"": 1}
_UNKNOWN = _Judged(b"", _ONE, "unknown-connection", (404, "no such connection"))
_TOO_LARGE = _Judged(b"", _ONE, "too-large", (413, f"a delivery may have {MAX_BODY_BYTES} bytes"))
_UNSIGNED = _Judged(b"", _ONE, "bad-signature", (401, "X-Hub-Signature-256 does not match the body"))
_NOT_JSON = _Judged(b"", _ONE, "not-json", (400, "the body is not JSON"))


def _judge(door: _Door | None, signature: bytes, body: bytes | None) -> _Judged:
    """Whether a delivery is taken, and how many updates of which number are in it."""
    if door is None:
        return _UNKNOWN
    if body is None:
        return _TOO_LARGE
    if not _is_signed(body, signature, door.signers):
        return _UNSIGNED
    try:
        counts = count_payload(body)
    except TooDeep:
        counts = _ONE
    except NotJSON:
        return _NOT_JSON
    return _Judged(body, counts, "", STORED)


def _shake_hands(door: _Door | None, scope: Scope) -> Answer:
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


def _read_headers(scope: Scope) -> tuple[bytes, int]:
    """The signature's 64 hexadecimal digits (or whatever was given), and the announced length (0: not announced)."""
    signature, length = b"", 0
    for name, value in scope["headers"]:
        if name == SIGNATURE_HEADER:
            signature = value.removeprefix(b"sha256=")
        elif name == b"content-length" and value.isdigit():
            length = int(value[:20])
    return signature, length


def _is_signed(body: bytes, signature: bytes, signers: Sequence[hmac.HMAC]) -> bool:
    """HMAC-SHA256 over the raw bytes with any of the app secrets (reference §2.2)."""
    for signer in signers:
        signed = signer.copy()  # has hashed its secret already
        signed.update(body)
        if hmac.compare_digest(signed.hexdigest().encode(), signature):
            return True
    return False


async def _read_body(length: int, receive: Receive) -> bytes | None:
    """The whole body, or None as soon as it is known to be too large."""
    if length > MAX_BODY_BYTES:
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


_LENGTH_OF_STORED = [(b"content-length", str(len(STORED[1])).encode())]


def _note(status: int, began: float) -> None:
    WEBHOOK_ANSWERS.note(status, monotonic() - began)


def headers_of(status: int, text: str) -> list[tuple[bytes, bytes]]:
    """The platform reads nothing but the status of a delivery's 200, so that one goes without frills."""
    if text is STORED[1]:
        return _LENGTH_OF_STORED
    headers = [
        (b"content-length", str(len(text.encode())).encode()),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    return headers
