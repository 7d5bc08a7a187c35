"""The web process's side of a connection: webhooks take a short way, everything else is uvicorn's.

uvicorn makes a task, a scope and four messages of each request; for a webhook that is as much work as verifying,
counting and storing it. This protocol reads requests for the webhooks' door itself (with httptools, as uvicorn
does) as long as they are plain: HTTP/1.1, kept alive, a length, no query. Whatever is different goes to uvicorn's
protocol, with every byte that came, and stays there for the rest of the connection; the ASGI application gives the
same answers.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from regulars.channels.whatsapp.webhook import MAX_BODY_BYTES, PREFIX, SIGNATURE_HEADER, STORED, headers_of

if TYPE_CHECKING:
    from regulars.channels.whatsapp.webhook import Webhooks

START = b"POST " + PREFIX.encode()
MAX_HEAD_BYTES = 16 * 1024
_ASKING_HEADERS = frozenset({b"connection", b"expect", b"transfer-encoding", b"upgrade", b"te", b"trailer"})
_REASONS = {
    200: b"OK",
    400: b"Bad Request",
    401: b"Unauthorized",
    404: b"Not Found",
    413: b"Content Too Large",
    503: b"Service Unavailable",
}


class WebProtocol(asyncio.Protocol):
    """One connection. uvicorn makes it (``http=WebProtocol``) with the arguments of its own protocols."""

    _made: ClassVar[tuple[object, bytes]] = (None, b"")
    """the answer of a stored delivery, and the headers it was made with"""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._state = server_state
        self._app_state = app_state
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._idle: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._is_ending = False
        self._is_answering = False
        self._early: list[bytes] = []
        """what came while a request waits for its answer"""
        self._forget_request()

    @property
    def _webhooks(self) -> Webhooks | None:
        return cast("Webhooks | None", self._config.loaded_app.webhooks)

    def _forget_request(self) -> None:
        self._raw: list[bytes] = []
        """the request so far, for uvicorn"""
        self._url = b""
        self._signature = b""
        self._length = -1
        self._body: list[bytes] = []
        self._begun = 0
        self._has_head = self._is_complete = self._is_odd = False

    # what the event loop and uvicorn's server say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._state.connections.add(cast("Any", self))
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self._idle = loop.call_later(self._config.timeout_keep_alive, self._end_if_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()

    def shutdown(self) -> None:
        """The server ends: nothing new; what waits for its answer gets it."""
        self._is_ending = True
        if not self._is_answering and self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._is_answering:
            self._early.append(data)
            if self._transport:
                self._transport.pause_reading()
            return
        if not self._raw and not data.startswith(START):
            self._hand_over(data)
            return
        self._raw.append(data)
        if self._parser is None:
            self._parser = httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._is_odd = True
        if self._is_odd or (not self._has_head and sum(map(len, self._raw)) > MAX_HEAD_BYTES):
            self._hand_over(b"".join(self._raw))
        elif self._is_complete and (webhooks := self._webhooks):
            self._take(webhooks)

    # what the parser says

    def on_message_begin(self) -> None:
        self._begun += 1
        if self._begun > 1:
            self._is_odd = True  # two requests at once: uvicorn answers them in turn

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"content-length":
            self._length = int(value) if value.isdigit() and self._length < 0 else MAX_BODY_BYTES + 1
        elif name == SIGNATURE_HEADER:
            self._signature = value.removeprefix(b"sha256=")
        elif name in _ASKING_HEADERS and value.lower() != b"keep-alive":
            self._is_odd = True

    def on_headers_complete(self) -> None:
        self._has_head = True
        parser = self._parser
        is_plain = (
            0 <= self._length <= MAX_BODY_BYTES
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and self._url.isascii()
            and b"%" not in self._url
            and b"?" not in self._url
            and self._webhooks is not None  # there is one from the server's start to its end
        )
        self._is_odd = self._is_odd or not is_plain

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._is_complete = True

    # what becomes of a request

    def _take(self, webhooks: Webhooks) -> None:
        path, signature = self._url.decode("ascii"), self._signature
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._forget_request()
        self._is_answering = True
        webhooks.take(path, signature, body, self._answer)

    def _answer(self, status: int, text: str) -> None:
        self._is_answering = False
        self._state.total_requests += 1
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._heard_at = asyncio.get_running_loop().time()
        transport.write(self._stored() if status == 200 else self._response(status, text))
        if self._is_ending:
            transport.close()
        elif self._early:
            data = b"".join(self._early)
            self._early.clear()
            transport.resume_reading()
            self.data_received(data)

    def _stored(self) -> bytes:
        """The usual answer, made anew when the server's date is."""
        made_with, response = WebProtocol._made
        if made_with is not self._state.default_headers:
            response = self._response(*STORED)
            WebProtocol._made = (self._state.default_headers, response)
        return response

    def _response(self, status: int, text: str) -> bytes:
        lines = [b"HTTP/1.1 %d %s\r\n" % (status, _REASONS[status])]
        for name, value in (*self._state.default_headers, *headers_of(status, text)):
            lines += (name, b": ", value, b"\r\n")
        lines += (b"\r\n", text.encode())
        return b"".join(lines)

    def _hand_over(self, data: bytes) -> None:
        """From here on the connection is uvicorn's; ``data`` is what it has not seen."""
        transport = self._transport
        self._let_go()
        if transport is None:
            return
        uvicorns = HttpToolsProtocol(self._config, self._state, self._app_state)
        transport.set_protocol(uvicorns)
        uvicorns.connection_made(transport)
        uvicorns.data_received(data)

    def _let_go(self) -> None:
        self._state.connections.discard(cast("Any", self))
        self._transport = None
        self._parser = None
        if self._idle:
            self._idle.cancel()

    def _end_if_idle(self) -> None:
        """One timer for the life of the connection, looked at when it rings, instead of one for each request."""
        transport, loop = self._transport, asyncio.get_running_loop()
        if transport is None:
            return
        rest = self._heard_at + self._config.timeout_keep_alive - loop.time()
        if rest <= 0 and not self._is_answering:
            transport.close()
        else:
            self._idle = loop.call_later(max(rest, 1.0), self._end_if_idle)
