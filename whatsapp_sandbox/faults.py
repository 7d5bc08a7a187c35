"""The fault panel: answers that go wrong, before or after the message really went out."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from aiohttp import web

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.settings import SettingError, check_values

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

BOUNDS: dict[str, tuple[float, float]] = {
    "code": (0, 10_000_000),
    "percent": (0, 100),
    "remaining": (0, 1_000_000_000),
    "seconds": (0, 86_400),
    "status": (400, 599),
    "lasts": (0, 10 * 365 * 86_400),
}
KINDS = ("error", "html", "reset", "latency", "hang")
HTML = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>Facebook | Error</title></head>'
    "<body><h1>Sorry, something went wrong.</h1><p>We're working on it.</p></body></html>"
)


@dataclass(slots=True)
class Fault:
    """One rule. It strikes requests whose edge is ``on`` until ``remaining`` is used up or, without it, by chance.

    kind: ``error`` (a JSON error with ``code``), ``html`` (a page instead, 500), ``reset`` (connection cut),
    ``latency`` (wait ``seconds``, then answer), ``hang`` (never answer). ``status`` is another HTTP status for the
    first two.
    ``after`` lets the message really go out first. ``lasts`` ends the rule after so many seconds of the sandbox's
    clock, so that an outage of a day passes when the clock is moved by a day; None is until it is cleared.
    """

    id: str
    kind: str = "error"
    on: str = "messages"
    code: int = 131000
    after: bool = False
    percent: float = 100.0
    remaining: int | None = None
    seconds: float = 1.0
    status: int | None = None
    lasts: float | None = None
    until: float | None = None
    """Sandbox time at which it is over."""
    struck: int = 0


def make_fault(changes: Any, now: float) -> Fault:
    known = {f.name for f in fields(Fault)} - {"id", "struck", "until"}
    if not isinstance(changes, dict) or set(changes) - known:
        raise SettingError(f"a fault is an object with the keys {', '.join(sorted(known))}")
    check_values(Fault, changes)
    fault = Fault(new_number_id("7"), **changes)
    if fault.kind not in KINDS:
        raise SettingError(f"kind must be one of {', '.join(KINDS)}, got {fault.kind!r}")
    for name, (low, high) in BOUNDS.items():
        value = getattr(fault, name)
        if value is not None and not low <= value <= high:
            raise SettingError(f"{name} must be between {low:.15g} and {high:.15g}, got {value:.15g}")
    fault.until = None if fault.lasts is None else now + fault.lasts
    return fault


def current(sandbox: Sandbox) -> list[Fault]:
    now = sandbox.now()
    sandbox.faults[:] = [fault for fault in sandbox.faults if fault.until is None or now < fault.until]
    return sandbox.faults


def pick(sandbox: Sandbox, edge: str) -> Fault | None:
    for fault in current(sandbox):
        if fault.on not in (edge, "any") or fault.remaining == 0 or not sandbox.chance(fault.percent):
            continue
        if fault.remaining is not None:
            fault.remaining -= 1
        fault.struck += 1
        sandbox.counters[f"fault_{fault.kind}"] += 1
        return fault
    return None


async def strike(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """What the caller gets instead of the true answer; None means: go on (latency is over)."""
    if fault.kind == "latency":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "hang":
        await asyncio.sleep(3600)
    if fault.kind == "reset":
        cut(request)
        return web.Response()
    if fault.kind == "html":
        return web.Response(status=fault.status or 500, text=HTML, content_type="text/html")
    error = GraphError(fault.code, "Injected by the sandbox's fault panel.", status=fault.status)
    return web.json_response(error.body(), status=error.status)


def cut(request: web.Request) -> None:
    """Cut the connection with a TCP reset."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
