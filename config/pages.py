"""Django's WSGI application behind ASGI: threads for what computes, the event loop for what waits.

A thread is taken when the body is there, and let go while somebody reads the answer slowly: neither a slow sender nor
a slow reader stops the pages of others. (a2wsgi does both in the thread, and takes a broken connection for the end of
a body.)
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from config.bodies import Bodies, Body, SenderLeft
from regulars.kernel.errors import REFUSAL

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MOST_WAITING = 512
"""requests in threads or waiting for one; more are told to come again"""
BLOCK_BYTES = 256 * 1024


class Pages:
    """``application`` in ``threads`` threads; each keeps one database connection."""

    def __init__(
        self,
        application: Application,
        bodies: Bodies,
        *,
        threads: int,
        name: str,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._application = application
        self._most_waiting = most_waiting
        self._bodies = bodies
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._bodies.read(scope, receive)
        except SenderLeft:
            return
        try:
            if self._waiting >= self._most_waiting:
                await _say_busy(send)
            else:
                await self._answer(_environ(scope, body), receive, send)
        finally:
            self._bodies.close(body)

    async def _answer(self, environ: Environ, receive: Receive, send: Send) -> None:
        self._waiting += 1
        try:
            answer = await self._in_thread(_begin, self._application, environ)
        finally:
            self._waiting -= 1
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.is_whole:
            await send({"type": "http.response.body", "body": answer.block})
            return
        gone = asyncio.ensure_future(receive())
        try:
            while not (answer.is_whole or gone.done()):
                await send({"type": "http.response.body", "body": answer.block, "more_body": True})
                await self._in_thread(answer.go_on)
            await send({"type": "http.response.body", "body": answer.block})
        finally:
            gone.cancel()
            await self._in_thread(answer.close)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        context = contextvars.copy_context()  # a language that is set stays with its request
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work, *arguments)


@dataclass(slots=True)
class _Answer:
    """What the application says, a block at a time."""

    status: int
    headers: list[tuple[bytes, bytes]]
    said: Iterable[bytes]
    pieces: Iterator[bytes]
    block: bytes = b""
    is_whole: bool = False

    def go_on(self) -> None:
        pieces, size = [], 0
        for piece in self.pieces:
            pieces.append(piece)
            size += len(piece)
            if size >= BLOCK_BYTES:
                break
        else:
            self.is_whole = True
        self.block = b"".join(pieces)

    def close(self) -> None:
        getattr(self.said, "close", lambda: None)()


def _begin(application: Application, environ: Environ) -> _Answer:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        begun[:] = [(status, headers)]

    said = application(environ, start_response)
    answer = _Answer(0, [], said, iter(said))
    try:
        answer.go_on()
        ((status, headers),) = begun
        answer.status = int(status.split(" ", 1)[0])
        answer.headers = [
            (name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers
        ]
    except BaseException:
        answer.close()
        raise
    if answer.is_whole:
        answer.close()
    return answer


def _environ(scope: Scope, body: Body) -> Environ:
    """As PEP 3333 wants it: bytes as if they were latin-1."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body.file,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        REFUSAL: body.refusal,
    }
    if client is not None:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client
    for name, value in scope["headers"]:
        if b"_" in name:
            continue  # X_Forwarded_For would be taken for X-Forwarded-For
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = (
            f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{text}" if key in environ else text
        )
    environ["CONTENT_LENGTH"] = str(body.length)
    if body.refusal:
        environ.pop("CONTENT_TYPE", None)  # of nothing; and it may be what is refused
    return environ


async def _say_busy(send: Send) -> None:
    text = b"Too many requests at once; please try again."
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"retry-after", b"5"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": text})
