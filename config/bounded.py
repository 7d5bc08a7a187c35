"""uvicorn's protocol for everything but plain webhooks, with the bounds it lacks: heads, silence, unread answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from config.crowd import (
    HEAD_SECONDS,
    LEAVING_SECONDS,
    LEAVING_SILENCE_SECONDS,
    NEVER,
    STALLED_SECONDS,
    Phase,
    Standing,
    until_of_body,
)

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.config import Config
    from uvicorn.server import ServerState

MAX_HEAD_BYTES = 32 * 1024
MAX_OVERHEAD_BYTES = 64 * 1024
"""what the pieces of a chunked body may have around them, beyond as much again as the body"""
HELD_BACK_BYTES = 16 * 1024
"""a longer body is not read before somebody asks for it"""


class _HeadTooLarge(Exception):
    """Raised out of the parser, which makes the request an invalid one."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection, from the first request that is not a plain webhook."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        self._phase = Phase.UNPROVEN
        self._since = self._heard_at = self.loop.time()
        self._head_bytes = 0
        self._is_head_too_large = False
        self._body_bytes = self._raw_bytes = 0
        self._running: RequestResponseCycle | None = None
        self._choked_at: float | None = None
        self._unread = 0

    # what the event loop says

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        self._raw_bytes += len(data)
        super().data_received(data)
        if self.parser is None or self.transport.is_closing():
            return
        if self._phase is Phase.UNPROVEN and self._raw_bytes > MAX_HEAD_BYTES:
            self._is_head_too_large = True
            self.send_400_response("")
        elif self._phase is Phase.BODY and self._raw_bytes > 2 * self._body_bytes + MAX_OVERHEAD_BYTES:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Also for requests that came before the last one and are not answered yet."""
        for cycle in (self._running, *(waiting for waiting, _app in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._choked_at, self._unread = self.loop.time(), self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._choked_at = None
        super().resume_writing()

    # what the parser says

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase, self._since = Phase.UNPROVEN, self.loop.time()
        self._head_bytes = self._raw_bytes = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._phase, self._since, self._raw_bytes = Phase.BODY, self.loop.time(), 0
        super().on_headers_complete()
        if any(name == b"content-length" and int(value) > HELD_BACK_BYTES for name, value in self.headers):
            self.flow.pause_reading()  # llhttp has seen that the length is a number

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = Phase.ANSWER
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._since = self.loop.time()

    def send_400_response(self, msg: str) -> None:
        if self._is_head_too_large:
            self._refuse(431, f"A head may have {MAX_HEAD_BYTES} bytes.")
        else:
            super().send_400_response(msg)

    # what the crowd asks

    def standing(self) -> Standing:
        is_answered = self.cycle is None or self.cycle.response_complete
        if self._phase is Phase.BODY and is_answered:
            until = min(self._since + LEAVING_SECONDS, self._heard_at + LEAVING_SILENCE_SECONDS)
            return Standing(Phase.UNPROVEN, self._since, until)
        if self._phase is Phase.BODY and not self.flow.read_paused:
            return Standing(
                Phase.BODY, self._since, until_of_body(self._since, self._heard_at, self._body_bytes)
            )
        if not is_answered:
            return Standing(Phase.ANSWER, self._since, self._until_of_answer())
        if self._phase is Phase.UNPROVEN:
            return Standing(Phase.UNPROVEN, self._since, self._since + HEAD_SECONDS)
        return Standing(Phase.IDLE, self._since, self._since + self.timeout_keep_alive)

    def end(self) -> None:
        standing = self.standing()
        if self.transport.is_closing():
            self.transport.abort()
        elif standing.phase is Phase.BODY or (
            standing.phase is Phase.UNPROVEN and self._phase is standing.phase
        ):
            self._refuse(408, "The request did not come in whole.")
        elif standing.phase is Phase.ANSWER:
            self.transport.abort()  # close() would wait until somebody reads
        else:
            self.transport.close()

    def _until_of_answer(self) -> float:
        """Who takes nothing of an answer goes; who takes it slowly does not."""
        if self._choked_at is None:
            return NEVER
        unread = self.transport.get_write_buffer_size()
        if unread < self._unread:
            self._choked_at, self._unread = self.loop.time(), unread
        return self._choked_at + STALLED_SECONDS

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._is_head_too_large = True
            raise _HeadTooLarge

    def _refuse(self, status: int, text: str) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.abort()
                return
            self.cycle.disconnected = True  # whoever reads this request's body learns that it will not come
            self.cycle.message_event.set()
        lines = [STATUS_LINE[status]]
        headers = (
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        )
        for name, value in headers:
            lines += (name, b": ", value, b"\r\n")
        self.transport.write(b"".join((*lines, b"\r\n", text.encode())))
        self.transport.close()


def as_connection_set(state: ServerState) -> set[Any]:
    return cast("set[Any]", state.connections)
