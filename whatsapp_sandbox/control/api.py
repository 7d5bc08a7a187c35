"""Shared parts of the control API: reading bodies, answering, refusing."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from whatsapp_sandbox.json_text import Unreadable, read_object
from whatsapp_sandbox.settings import SettingError
from whatsapp_sandbox.state import Sandbox

logger = logging.getLogger(__name__)

SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
_READING = ("GET", "HEAD", "OPTIONS")
_UNFORESEEN = (TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class Refused(Exception):
    """A control request that cannot be done; the text says what would be right."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def sandbox_of(request: web.Request) -> Sandbox:
    return request.app[SANDBOX]


async def body_of(request: web.Request) -> dict[str, Any]:
    """Empty when there is no body. Raises Refused 400."""
    raw = await request.read()
    try:
        return read_object(raw) if raw else {}
    except Unreadable as error:
        raise Refused(400, f"the body {error}") from error


def text_of(body: dict[str, Any], key: str, default: str = "") -> str:
    """Raises Refused 400 for another kind of value."""
    value = body.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise Refused(400, f"{key} must be a text")
    return value


def reply(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


def guarded(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Refusals become ``{"detail"}`` answers, and pages of other sites are refused."""

    async def answer(request: web.Request) -> web.StreamResponse:
        stranger = _stranger(request)
        if stranger is not None:
            return reply({"detail": stranger}, 403)
        try:
            return await handler(request)
        except Refused as refusal:
            return reply({"detail": refusal.detail}, refusal.status)
        except (SettingError, ValueError) as error:
            return reply({"detail": str(error)}, 400)
        except _UNFORESEEN:
            logger.exception("a control request was not understood")
            sandbox_of(request).counters["unforeseen"] += 1
            return reply({"detail": "the request has a value of a kind that does not belong there"}, 400)

    return answer


def _stranger(request: web.Request) -> str | None:
    """Why a request may come from a page of another site, or None.

    There is no sign-in, so a browser on this machine must not be made to steer the sandbox by a site that it visits:
    neither by that site's scripts and forms (their ``Origin``), nor under a name of that site which points to this
    machine (DNS rebinding: the ``Host`` is then a name that is not ours).
    """
    for host in request.headers.getall("Host", []):
        if not _is_ours(request, _name_in(f"//{host}")):
            return (
                f"the control API is not asked for as {host[:100]!r}: use 127.0.0.1, localhost or the address that "
                "the sandbox listens on (--allow-host NAME allows another)"
            )
    origins = request.headers.getall("Origin", [])
    for origin in origins:
        if not _is_ours(request, _name_in(origin)):
            return "the control API answers pages of this machine only"
    changes = request.method not in _READING
    if changes and not origins and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return "the control API answers pages of this machine only"
    return None


def _name_in(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_ours(request: web.Request, name: str) -> bool:
    """Loopback, a name that the sandbox was given, or the very address that this connection came in on."""
    if name in ("localhost", *sandbox_of(request).hosts):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    local = request.transport.get_extra_info("sockname") if request.transport is not None else None
    return address.is_loopback or bool(local and str(local[0]).split("%")[0] == str(address))
