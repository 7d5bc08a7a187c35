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
from whatsapp_sandbox.settings import SettingError

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

KINDS = ("error", "html", "reset", "latency", "hang")
HTML = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>Facebook | Error</title></head>'
    "<body><h1>Sorry, something went wrong.</h1><p>We're working on it.</p></body></html>"
)


@dataclass(slots=True)
class Fault:
    """One rule. It strikes requests whose edge is ``on`` until ``remaining`` is used up or, without it, by chance.

    kind: ``error`` (a JSON error with ``code``), ``html`` (500 with a page), ``reset`` (connection cut), ``latency``
    (wait ``seconds``, then answer), ``hang`` (never answer). ``after`` lets the message really go out first.
    """

    id: str
    kind: str = "error"
    on: str = "messages"
    code: int = 131000
    after: bool = False
    percent: float = 100.0
    remaining: int | None = None
    seconds: float = 1.0
    struck: int = 0


def make_fault(changes: Any) -> Fault:
    """A rule from JSON. Raises SettingError for unknown keys or kinds."""
    known = {f.name for f in fields(Fault)} - {"id", "struck"}
    if not isinstance(changes, dict) or set(changes) - known:
        raise SettingError(f"a fault is an object with the keys {', '.join(sorted(known))}")
    fault = Fault(new_number_id("7"), **changes)
    if fault.kind not in KINDS:
        raise SettingError(f"kind must be one of {', '.join(KINDS)}, got {fault.kind!r}")
    numeric = (fault.code, fault.percent, fault.seconds, fault.remaining or 0)
    if not all(isinstance(value, (int, float)) for value in numeric):
        raise SettingError("code, percent, seconds and remaining must be numbers")
    return fault


def pick(sandbox: Sandbox, edge: str) -> Fault | None:
    """The first rule that strikes this request; counts it."""
    for fault in sandbox.faults:
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
        return web.Response(status=500, text=HTML, content_type="text/html")
    error = GraphError(fault.code, "Injected by the sandbox's fault panel.")
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
