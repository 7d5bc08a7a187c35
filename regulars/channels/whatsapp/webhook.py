"""The door for Meta's webhooks: a raw ASGI application, for it must answer thousands a second.

Handshake (GET) and deliveries (POST) at ``/webhooks/whatsapp/{connection_key}``. A delivery is verified over
its raw bytes, counted, and stored (``storing``, by group commit); only then is it answered with 200. Nothing else
happens here; workers read what is stored. When the database is away the answer is 503 and the platform tries again
(reference §2.3).
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from psycopg import Error

from regulars.channels.whatsapp.door_finding import Door, DoorFinder
from regulars.channels.whatsapp.payloads import NotJSON, TooDeep, count_payload
from regulars.channels.whatsapp.storing import DeliveryStore, Unavailable
from regulars.kernel.allowance import Allowance
from regulars.kernel.metrics import WEBHOOK_ANSWERS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SIGNATURE_HEADER = b"x-hub-signature-256"
MAX_BODY_BYTES = 4 * 1024 * 1024
SMALL_BODY_BYTES = 64 * 1024
MAX_INCOMING_BYTES = 64 * 1024 * 1024
"""of larger bodies on their way; the others wait unread in the kernel"""
TURN_SECONDS = 9.0
"""the platform's patience is some 10 s"""


class Webhooks:
    """The ASGI application; ``database_url`` is libpq's."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self.allowance = Allowance(MAX_INCOMING_BYTES)
        """what bodies beyond ``SMALL_BODY_BYTES`` take before they are read, and give back"""
        self._store = DeliveryStore(database_url)
        self._finder = DoorFinder(database_url)
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
        signature, length = _read_headers(scope)
        if door is None or length > MAX_BODY_BYTES:
            judged = _judge(door, signature, None)  # nobody's body is not read
        else:
            judged = await self._read_and_judge(door, signature, length, receive)
        await self._store.put(door.id if door else None, judged.kept, judged.counts, judged.reason)
        return judged.answer

    async def _read_and_judge(self, door: Door, signature: bytes, length: int, receive: Receive) -> _Judged:
        held = length or MAX_BODY_BYTES
        if held <= SMALL_BODY_BYTES:
            return _judge(door, signature, await _read_body(receive))
        if not await self.allowance.wait_for(held, TURN_SECONDS):
            raise Unavailable("too much is on its way")
        try:
            return _judge(door, signature, await _read_body(receive))
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
                self._store_and_answer(None, b"", b"", answer, began)

    def take(self, path: str, signature: bytes, body: bytes, answer: Answering) -> None:
        """The short way for a delivery that has come in whole: ``answer`` is called once, soon, in this event loop.

        The same as the ASGI call without its tasks and messages, which cost as much as all that is done here.
        """
        began = monotonic()
        door = self._finder.recall(path, began)
        if door:
            self._store_and_answer(door, signature, body, answer, began)
        else:
            self._in_background(self._find_and_take(path, signature, body, answer, began))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find_and_take(
        self, path: str, signature: bytes, body: bytes, answer: Answering, began: float
    ) -> None:
        try:
            door = await self._finder.find(path)
        except (Unavailable, Error, OSError, TimeoutError):
            _note(UNAVAILABLE[0], began)
            answer(*UNAVAILABLE)
        else:
            self._store_and_answer(door, signature, body, answer, began)

    def _store_and_answer(
        self, door: Door | None, signature: bytes, body: bytes, answer: Answering, began: float
    ) -> None:
        judged = _judge(door, signature, body)

        def tell(problem: str) -> None:
            status, text = UNAVAILABLE if problem else judged.answer
            _note(status, began)
            answer(status, text)

        self._store.add(door.id if door else None, judged.kept, judged.counts, judged.reason, tell)


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


def _judge(door: Door | None, signature: bytes, body: bytes | None) -> _Judged:
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


def _shake_hands(door: Door | None, scope: Scope) -> Answer:
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


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None as soon as it is known to be too large."""
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
