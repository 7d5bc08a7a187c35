"""Shared parts of the control API: reading bodies, answering, refusing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from whatsapp_sandbox.settings import SettingError
from whatsapp_sandbox.state import Sandbox

SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
LOCAL = ("127.0.0.1", "localhost", "::1")


class Refused(Exception):
    """A control request that cannot be done; the text says what would be right."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def sandbox_of(request: web.Request) -> Sandbox:
    return request.app[SANDBOX]


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of the request, empty when there is no body. Raises Refused 400."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def reply(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


def guarded(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Turn refusals into ``{"detail"}`` answers, and refuse pages of other sites."""

    async def answer(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).hostname not in (*LOCAL, request.host.rsplit(":", 1)[0]):
            return reply({"detail": "the control API answers pages of this machine only"}, 403)
        try:
            return await handler(request)
        except Refused as refusal:
            return reply({"detail": refusal.detail}, refusal.status)
        except (SettingError, ValueError) as error:
            return reply({"detail": str(error)}, 400)

    return answer
