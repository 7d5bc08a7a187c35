"""A gate between product and sandbox: counts what is asked to be sent, and can be shut (connections are refused)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from regulars.supervision import net

PASSED_ON = ("Authorization", "Content-Type")


class Gate:
    """An HTTP server in a thread of its own that hands every request on; a reset behind it is a reset before it."""

    def __init__(self) -> None:
        self.port = net.free_port()
        self.target = ""
        self.attempts: Counter[str] = Counter()
        """how often each message (by our id) was asked to be sent"""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        self._do(self._open())

    def shut(self) -> None:
        """Refuse connections, and end those that are open."""
        self._do(self._shut())

    def end(self) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        if self._runner is not None:
            return
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def _shut(self) -> None:
        if self._runner is not None and self._session is not None:
            await self._runner.cleanup()
            await self._session.close()
            self._runner = self._session = None

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self._count(request, raw)
        assert self._session is not None
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            async with self._session.request(
                request.method,
                self.target + request.path_qs,
                data=raw,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                kind = answer.headers.get("Content-Type", "application/json")
                return web.Response(status=answer.status, body=body, headers={"Content-Type": kind})
        except aiohttp.ClientError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)

    def _count(self, request: web.Request, raw: bytes) -> None:
        if request.method == "POST" and request.path.endswith("/messages"):
            message_id = json.loads(raw).get("biz_opaque_callback_data")
            if message_id:
                self.attempts[message_id] += 1
