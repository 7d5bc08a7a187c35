"""A small Graph server for the tests of the client: it answers what a test tells it and remembers what came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NUMBER = "100000000000201"


class GraphServer:
    """Routes by method and path; every request is kept with its headers and body."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Handler] = {}
        self.requests: list[tuple[web.Request, bytes]] = []
        app = web.Application(client_max_size=2**28)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def on(self, method: str, path: str, handler: Handler) -> None:
        self.routes[method, path] = handler

    def answers(self, method: str, path: str, payload: Any, status: int = 200) -> None:
        async def handler(_request: web.Request) -> web.Response:
            return web.json_response(payload, status=status)

        self.on(method, path, handler)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request, await request.read()))
        handler = self.routes.get((request.method, request.path))
        if handler is None:
            return web.json_response({"error": {"message": "(#100) Unknown path", "code": 100}}, status=400)
        return await handler(request)
