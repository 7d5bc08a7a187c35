"""Open screens: streams of server-sent events, and messages posted meanwhile at a steady pace; one process.

    python -m benchmarks.screens < plan.json

Each conversation gets one message. Its time runs from the start of the POST to the moment when the last byte of
the `row` event of that conversation has reached a screen; each screen counts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, cast

import uvloop

from benchmarks.bodies import Target, build_requests
from benchmarks.children import run_child
from benchmarks.load import Answers

OPEN_PATIENCE = 30.0
LAST_PATIENCE = 10.0
"""seconds that the last events may take; what comes later counts as never seen"""


@dataclass(frozen=True)
class Plan:
    """``conversations`` are in the order of the people who write: person ``index`` is in the ``index``-th."""

    target: Target
    cookies: list[str]
    conversations: list[str]
    first: int
    per_second: float
    run: str


@dataclass(frozen=True)
class Seen:
    """Milliseconds from POST to screen, one for each message and screen, and how many never came."""

    milliseconds: list[float]
    missing: int


def watch(plan: Plan) -> Seen:
    command = [sys.executable, "-m", "benchmarks.screens"]
    return Seen(**run_child(command, said=json.dumps(asdict(plan))))


class _Screen(asyncio.Protocol):
    """One stream. ``on_row`` hears of each row event, with the time at which it had arrived in full."""

    def __init__(self, request: bytes, on_row: Callable[[str, float], None]) -> None:
        self._request = request
        self._on_row = on_row
        self._buffer = b""
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.WriteTransport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        moment = monotonic()
        *events, self._buffer = (self._buffer + data).split(b"\n\n")
        for event in events:
            if b"event: hello" in event and not self.opened.done():
                self.opened.set_result(None)
            elif b"event: row\n" in event:
                self._on_row(_conversation_of(event), moment)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"a stream was refused: {self._buffer[:200]!r}"))


def _conversation_of(event: bytes) -> str:
    _before, _key, rest = event.partition(b'"conversation_id":"')
    return rest[:36].decode()


class _Poster(asyncio.Protocol):
    """One connection for the messages."""

    def __init__(self) -> None:
        self._answers = Answers()
        self._transport: asyncio.WriteTransport | None = None
        self.statuses: list[int] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def post(self, request: bytes) -> None:
        assert self._transport is not None
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.statuses += self._answers.feed(data)


async def _open(plan: Plan, on_row: Callable[[str, float], None]) -> list[asyncio.BaseTransport]:
    loop = asyncio.get_running_loop()
    transports: list[asyncio.BaseTransport] = []
    for cookie in plan.cookies:
        request = (
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{plan.target.port}\r\nCookie: {cookie}\r\n"
            "Accept: text/event-stream\r\n\r\n"
        ).encode()

        def make(request: bytes = request) -> _Screen:
            return _Screen(request, on_row)

        transport, screen = await loop.create_connection(make, "127.0.0.1", plan.target.port)
        await asyncio.wait_for(screen.opened, OPEN_PATIENCE)
        transports.append(transport)
    return transports


async def run(plan: Plan) -> Seen:
    posted: dict[str, float] = {}
    latencies: dict[str, list[float]] = {each: [] for each in plan.conversations}

    def on_row(conversation: str, moment: float) -> None:
        if conversation in posted:
            latencies[conversation].append(1000 * (moment - posted[conversation]))

    transports = await _open(plan, on_row)
    _transport, poster = await asyncio.get_running_loop().create_connection(
        _Poster, "127.0.0.1", plan.target.port
    )
    await asyncio.sleep(1)
    requests = list(build_requests(plan.target, plan.run, len(plan.conversations), plan.first))
    began = monotonic()
    for index, (conversation, request) in enumerate(zip(plan.conversations, requests, strict=True)):
        await asyncio.sleep(max(0.0, began + index / plan.per_second - monotonic()))
        posted[conversation] = monotonic()
        poster.post(request)
    wanted = len(plan.cookies)
    ended = monotonic()
    while monotonic() < ended + LAST_PATIENCE and _is_incomplete(latencies, wanted):  # noqa: ASYNC110 (simple)
        await asyncio.sleep(0.05)
    for transport in (*transports, _transport):
        transport.close()
    if poster.statuses != [200] * len(requests):
        raise RuntimeError(f"{len(requests)} messages were posted, the answers were {poster.statuses}")
    first = [value for each in latencies.values() for value in each[:wanted]]
    return Seen(first, wanted * len(requests) - len(first))


def _is_incomplete(latencies: dict[str, list[float]], wanted: int) -> bool:
    return any(len(each) < wanted for each in latencies.values())


def _main() -> None:
    fields: dict[str, Any] = json.loads(sys.stdin.read())
    plan = Plan(**{**fields, "target": Target(**fields["target"])})
    print(json.dumps(asdict(uvloop.run(run(plan)))))


if __name__ == "__main__":
    _main()
