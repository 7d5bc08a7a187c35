"""The door for webhooks: a raw ASGI application, for it must answer thousands a second.

Handshake (GET) and deliveries (POST) at ``/webhooks/{kind}/{connection_key}``. A delivery is verified over its raw
bytes and counted by the rules of its channel (``channels.record.WebhookRules``), and stored (``storing``, by group
commit); only then is it answered with 200. Nothing else happens here; workers read what is stored. When the database
is away the answer is 503 and the platform tries again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from psycopg import Error

from regulars.channels.decoding import NotJSON, TooDeep
from regulars.channels.door.finding import Door, DoorFinder, prefix_of
from regulars.channels.door.storing import DeliveryStore, Unavailable
from regulars.channels.record import Answer, Channel
from regulars.kernel.allowance import Allowance
from regulars.kernel.metrics import WEBHOOK_ANSWERS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Signatures = Mapping[bytes, bytes]
"""what a request's headers say, of those in which some channel is signed"""

MAX_BODY_BYTES = 4 * 1024 * 1024
SMALL_BODY_BYTES = 64 * 1024
MAX_INCOMING_BYTES = 64 * 1024 * 1024
"""of larger bodies on their way; the others wait unread in the kernel"""
TURN_SECONDS = 9.0
"""platforms have a patience of some 10 s"""


class Webhooks:
    """The ASGI application; ``database_url`` is libpq's."""

    def __init__(self, database_url: str, channels: Mapping[str, Channel]) -> None:
        self._url = database_url
        self.prefixes = tuple(prefix_of(kind) for kind in channels)
        """of the paths that are ours"""
        self.starts = tuple(b"POST " + prefix.encode() for prefix in self.prefixes)
        """of plain deliveries, as bytes on the wire"""
        self.signature_headers = frozenset(each.webhooks.signature_header for each in channels.values())
        self.allowance = Allowance(MAX_INCOMING_BYTES)
        """what bodies beyond ``SMALL_BODY_BYTES`` take before they are read, and give back"""
        self._store = DeliveryStore(database_url)
        self._finder = DoorFinder(database_url, channels)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await self._store.close()
        await self._finder.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = monotonic()
        try:
            if scope["method"] == "POST":
                status, text = await self._take_delivery(scope, receive)
            elif scope["method"] == "GET":
                status, text = _shake_hands(await self._finder.find(scope["path"]), scope)
            else:
                status, text = 405, "use POST for deliveries and GET for the handshake"
        except (Unavailable, Error, OSError, TimeoutError):
            status, text = UNAVAILABLE
        _note(status, began)
        await send({"type": "http.response.start", "status": status, "headers": headers_of(status, text)})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _take_delivery(self, scope: Scope, receive: Receive) -> Answer:
        door = await self._finder.find(scope["path"])
        signatures, length = self._read_headers(scope)
        if door is None or length > MAX_BODY_BYTES:
            judged = _judge(door, signatures, None)  # nobody's body is not read
        else:
            judged = await self._read_and_judge(door, signatures, length, receive)
        await self._store.put(door.id if door else None, judged.kept, judged.counts, judged.reason)
        return judged.answer

    def _read_headers(self, scope: Scope) -> tuple[Signatures, int]:
        signatures: dict[bytes, bytes] = {}
        length = 0
        for name, value in scope["headers"]:
            if name in self.signature_headers:
                signatures[name] = value
            elif name == b"content-length" and value.isdigit():
                length = int(value[:20])
        return signatures, length

    async def _read_and_judge(
        self, door: Door, signatures: Signatures, length: int, receive: Receive
    ) -> _Judged:
        held = length or MAX_BODY_BYTES
        if held <= SMALL_BODY_BYTES:
            return _judge(door, signatures, await _read_body(receive))
        if not await self.allowance.wait_for(held, TURN_SECONDS):
            raise Unavailable("too much is on its way")
        try:
            return _judge(door, signatures, await _read_body(receive))
        finally:
            self.allowance.give_back(held)

    def expect(self, path: str, read_on: Callable[[], None], answer: Answering) -> None:
        """A delivery whose head is there and whose body is not: calls ``read_on``, or ``answer`` with a refusal.

        The body of somebody who does not know our address is not worth a byte of memory.
        """
        began = monotonic()
        if self._finder.recall(path, began):
            read_on()
        else:
            self._in_background(self._find_and_expect(path, read_on, answer, began))

    async def _find_and_expect(
        self, path: str, read_on: Callable[[], None], answer: Answering, began: float
    ) -> None:
        try:
            door = await self._finder.find(path)
        except (Unavailable, Error, OSError, TimeoutError):
            _note(UNAVAILABLE[0], began)
            answer(*UNAVAILABLE)
        else:
            if door:
                read_on()
            else:
                self._store_and_answer(None, NO_SIGNATURES, b"", answer, began)

    def take(self, path: str, signatures: Signatures, body: bytes, answer: Answering) -> None:
        """The short way for a delivery that has come in whole: ``answer`` is called once, soon, in this event loop.

        The same as the ASGI call without its tasks and messages, which cost as much as all that is done here.
        """
        began = monotonic()
        door = self._finder.recall(path, began)
        if door:
            self._store_and_answer(door, signatures, body, answer, began)
        else:
            self._in_background(self._find_and_take(path, signatures, body, answer, began))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find_and_take(
        self, path: str, signatures: Signatures, body: bytes, answer: Answering, began: float
    ) -> None:
        try:
            door = await self._finder.find(path)
        except (Unavailable, Error, OSError, TimeoutError):
            _note(UNAVAILABLE[0], began)
            answer(*UNAVAILABLE)
        else:
            self._store_and_answer(door, signatures, body, answer, began)

    def _store_and_answer(
        self, door: Door | None, signatures: Signatures, body: bytes, answer: Answering, began: float
    ) -> None:
        judged = _judge(door, signatures, body)

        def tell(problem: str) -> None:
            status, text = UNAVAILABLE if problem else judged.answer
            _note(status, began)
            answer(status, text)

        self._store.add(door.id if door else None, judged.kept, judged.counts, judged.reason, tell)


Answering = Callable[[int, str], None]
NO_SIGNATURES: Signatures = {}
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
_UNSIGNED = _Judged(b"", _ONE, "bad-signature", (401, "the signature does not match the body"))
_NOT_JSON = _Judged(b"", _ONE, "not-json", (400, "the body is not JSON"))


def _judge(door: Door | None, signatures: Signatures, body: bytes | None) -> _Judged:
    if door is None:
        return _UNKNOWN
    if body is None:
        return _TOO_LARGE
    rules = door.rules
    if not door.is_signed(body, signatures.get(rules.signature_header, b"")):
        return _UNSIGNED
    try:
        counts = rules.count(body)
    except TooDeep:
        counts = _ONE
    except NotJSON:
        return _NOT_JSON
    return _Judged(body, counts, "", STORED)


def _shake_hands(door: Door | None, scope: Scope) -> Answer:
    if door is None:
        return 404, "no such connection"
    if door.rules.shake_hands is None:
        return 405, "use POST for deliveries"
    query = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"))
    return door.rules.shake_hands(door.verify_token, query)


async def _read_body(receive: Receive) -> bytes | None:
    """None as soon as it is known to be too large."""
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
