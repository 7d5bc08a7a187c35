"""The web process's side of a connection: webhooks take a short way, everything else is uvicorn's.

uvicorn makes a task, a scope and four messages of each request; for a webhook that is as much work as verifying,
counting and storing it. This protocol reads requests for the webhooks' door itself (with httptools, as uvicorn
does) as long as they are plain: HTTP/1.1, kept alive, a length, no query. Whatever is different goes to uvicorn's
protocol (with bounds: ``config.bounded``), with every byte that came, and stays there for the rest of the
connection; the ASGI application gives the same answers.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from config.bounded import BoundedProtocol, as_connection_set
from config.crowd import (
    HEAD_SECONDS,
    LEAVING_SECONDS,
    LEAVING_SILENCE_SECONDS,
    NEVER,
    Phase,
    Standing,
    until_of_body,
)
from regulars.channels.door.webhook import (
    MAX_BODY_BYTES,
    SMALL_BODY_BYTES,
    STORED,
    TURN_SECONDS,
    UNAVAILABLE,
    headers_of,
)

if TYPE_CHECKING:
    from config.crowd import Crowd
    from regulars.channels.door.webhook import Webhooks

MAX_HEAD_BYTES = 16 * 1024
_ASKING_HEADERS = frozenset({b"connection", b"expect", b"transfer-encoding", b"upgrade", b"te", b"trailer"})
_REASONS = {
    200: b"OK",
    400: b"Bad Request",
    401: b"Unauthorized",
    404: b"Not Found",
    408: b"Request Timeout",
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
        self._since = self._heard_at = 0.0
        """when what it is at began, and when something of a body came last"""
        self._is_proven = self._is_ending = self._is_answering = False
        self._early: list[bytes] = []
        """what came while a request waits for its answer"""
        self._held = 0
        """of the webhooks' allowance"""
        self._signature_headers: frozenset[bytes] = frozenset()
        self._forget_request()

    @property
    def _webhooks(self) -> Webhooks | None:
        return cast("Webhooks | None", self._config.loaded_app.webhooks)

    @property
    def _crowd(self) -> Crowd:
        return cast("Crowd", self._config.loaded_app.crowd)

    def _forget_request(self) -> None:
        self._raw: list[bytes] = []
        """the request up to the end of its head, for uvicorn"""
        self._url = b""
        self._signatures: dict[bytes, bytes] = {}
        self._length = -1
        self._body: list[bytes] = []
        self._missing = 0
        """bytes of the body that are still to come, once the head is known to be plain"""
        self._begun = 0
        self._is_asking = False
        """whether the body is worth reading: asked, not answered"""
        self._has_head = self._is_complete = self._is_odd = False

    # what the event loop and uvicorn's server say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._state.connections.add(cast("Any", self))
        self._since = asyncio.get_running_loop().time()
        self._crowd.welcome(as_connection_set(self._state))

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()

    def shutdown(self) -> None:
        """Nothing new; what waits for its answer gets it."""
        self._is_ending = True
        if not self._is_answering and self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._is_answering:
            self._early.append(data)
            if self._transport:
                self._transport.pause_reading()
            return
        if self._missing:
            self._take_rest(data)
            return
        if not self._raw:
            webhooks = self._webhooks  # there is one from the server's start to its end
            if webhooks is None or not data.startswith(webhooks.starts):
                self._hand_over(data)
                return
            self._signature_headers = webhooks.signature_headers
            self._since = asyncio.get_running_loop().time()
        self._raw.append(data)
        if self._parser is None:
            self._parser = httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._is_odd = True
        if self._is_odd or (not self._has_head and sum(map(len, self._raw)) > MAX_HEAD_BYTES):
            self._hand_over(b"".join(self._raw))
        elif self._has_head and (webhooks := self._webhooks):
            if self._is_complete:
                self._take(webhooks)
            else:
                self._expect_rest(webhooks)

    def pause_writing(self) -> None:
        """Hundreds of answers that nobody reads."""
        if self._transport:
            self._transport.abort()

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
        elif name in self._signature_headers:
            self._signatures[name] = value
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
        )
        self._is_odd = self._is_odd or not is_plain

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._is_complete = True

    # what becomes of a request

    def _take(self, webhooks: Webhooks) -> None:
        path, signatures = self._url.decode("ascii"), self._signatures
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._forget_request()
        self._is_answering = True
        webhooks.take(path, signatures, body, self._answer)

    def _expect_rest(self, webhooks: Webhooks) -> None:
        """The head is plain, and the body is not here: ask whether to read it, and go on without the parser."""
        self._missing = self._length - sum(map(len, self._body))
        self._raw, self._parser = [], None
        self._heard_at = self._since = asyncio.get_running_loop().time()
        self._is_asking = True
        webhooks.expect(self._url.decode("ascii"), self._enter, self._refuse)
        if self._is_asking and self._transport:
            self._transport.pause_reading()

    def _enter(self) -> None:
        """A large body waits its turn, unread."""
        webhooks = self._webhooks
        if self._transport is None or webhooks is None:
            return
        if self._length > SMALL_BODY_BYTES:
            webhooks.allowance.take(self._length, self._read_on)
        else:
            self._read_on()

    def _read_on(self) -> None:
        if self._length > SMALL_BODY_BYTES:
            self._held = self._length
        if self._transport is None:
            self._give_back()
            return
        self._is_asking = False
        self._heard_at = asyncio.get_running_loop().time()
        self._transport.resume_reading()

    def _take_rest(self, data: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if len(data) > self._missing:
            self._early.append(data[self._missing :])
            data = data[: self._missing]
        self._body.append(data)
        self._missing -= len(data)
        if not self._missing and (webhooks := self._webhooks):
            self._give_back()
            self._take(webhooks)

    def _give_back(self) -> None:
        if self._held and (webhooks := self._webhooks):
            held, self._held = self._held, 0
            webhooks.allowance.give_back(held)

    def _refuse(self, status: int, text: str) -> None:
        """Answers before the body has come, and lets the sender finish: many read only then."""
        transport, missing = self._transport, self._missing
        self._let_go()
        if transport is None or transport.is_closing():
            return
        transport.write(self._response(status, text, is_last=True))
        Leaving(self._state, transport, missing)

    def _answer(self, status: int, text: str) -> None:
        self._is_answering = False
        self._state.total_requests += 1
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._since = asyncio.get_running_loop().time()
        self._is_proven = True
        transport.write(self._stored() if status == 200 else self._response(status, text))
        if self._is_ending:
            transport.close()
        elif self._early:
            data = b"".join(self._early)
            self._early.clear()
            transport.resume_reading()
            self.data_received(data)

    def _stored(self) -> bytes:
        made_with, response = WebProtocol._made
        if made_with is not self._state.default_headers:
            response = self._response(*STORED)
            WebProtocol._made = (self._state.default_headers, response)
        return response

    def _response(self, status: int, text: str, *, is_last: bool = False) -> bytes:
        lines = [b"HTTP/1.1 %d %s\r\n" % (status, _REASONS[status])]
        for name, value in (*self._state.default_headers, *headers_of(status, text)):
            lines += (name, b": ", value, b"\r\n")
        lines += (b"connection: close\r\n\r\n" if is_last else b"\r\n", text.encode())
        return b"".join(lines)

    def _hand_over(self, data: bytes) -> None:
        """From here on the connection is uvicorn's; ``data`` is what it has not seen."""
        transport = self._transport
        self._let_go()
        if transport is None:
            return
        uvicorns = BoundedProtocol(self._config, self._state, self._app_state)
        transport.set_protocol(uvicorns)
        uvicorns.connection_made(transport)
        uvicorns.data_received(data)

    def _let_go(self) -> None:
        self._state.connections.discard(cast("Any", self))
        if self._is_asking and (webhooks := self._webhooks):
            webhooks.allowance.leave_line(self._read_on)
        self._give_back()
        self._transport = None
        self._parser = None
        self._forget_request()

    # what the crowd asks

    def standing(self) -> Standing:
        if self._is_answering:
            return Standing(Phase.ANSWER, self._since, NEVER)
        if self._is_asking:
            return Standing(Phase.BODY, self._since, self._since + TURN_SECONDS)
        if self._missing:
            received = self._length - self._missing
            return Standing(Phase.BODY, self._since, until_of_body(self._since, self._heard_at, received))
        if self._is_proven and not self._raw:
            return Standing(Phase.IDLE, self._since, self._since + self._config.timeout_keep_alive)
        return Standing(Phase.UNPROVEN, self._since, self._since + HEAD_SECONDS)

    def end(self) -> None:
        transport = self._transport
        if transport is None:
            return
        if transport.is_closing():
            transport.abort()
            return
        if self._is_asking:
            transport.write(self._response(*UNAVAILABLE, is_last=True))
        elif self._raw or self._missing:
            transport.write(self._response(408, "the request did not come in whole", is_last=True))
        transport.close()


class Leaving(asyncio.Protocol):
    """A connection whose sender was answered in the middle of a body: the rest is read and forgotten."""

    def __init__(self, state: ServerState, transport: asyncio.Transport, missing: int) -> None:
        self._state, self._transport, self._missing = state, transport, missing
        self._since = self._heard_at = asyncio.get_running_loop().time()
        state.connections.add(cast("Any", self))
        transport.set_protocol(self)
        transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        self._missing -= len(data)
        if self._missing <= 0:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.connections.discard(cast("Any", self))

    def shutdown(self) -> None:
        self._transport.close()

    def standing(self) -> Standing:
        until = min(self._since + LEAVING_SECONDS, self._heard_at + LEAVING_SILENCE_SECONDS)
        return Standing(Phase.UNPROVEN, self._since, until)

    def end(self) -> None:
        self._transport.abort()
