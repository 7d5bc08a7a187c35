"""For each channel under test: its record, bodies as its provider writes them, and the provider to look at."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from aiohttp import web
from django.test import override_settings

from regulars.channels.record import Channel
from regulars.channels.whatsapp.channel import WHATSAPP
from regulars.channels.whatsapp.graph import GRAPH_VERSION
from regulars.channels.whatsapp.tests.bodies import body, from_anna, message, status, value
from regulars.channels.whatsapp.tests.graph_server import NUMBER, GraphServer
from regulars.media.tests.making import picture
from tests.contract.postcards import postcards
from tests.contract.postcards.post_office import PostOffice

SECRET = "secret-of-tests"
PICTURE = picture()
OFFICE = PostOffice()
POSTCARDS = postcards(OFFICE)


@dataclass(slots=True)
class Provider:
    """What the other side has seen."""

    sent: list[str] = field(default_factory=list)
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One channel under test."""

    channel: Channel
    address: str
    text: Callable[[str, str], bytes]
    """a message of a contact, by id and text"""
    file: Callable[[str], bytes]
    """a picture of a contact, by id"""
    came_back: Callable[[str], bytes]
    """the news that a message of ours, by its id there, cannot reach anybody"""
    sign: Callable[[bytes], bytes]
    provider: Callable[[], AbstractAsyncContextManager[Provider]]
    unreachable_code: int


def _now() -> str:
    return str(int(time.time()))


def _whatsapp_text(provider_id: str, text: str) -> bytes:
    return json.dumps(from_anna(message("text", {"body": text}, id=provider_id, timestamp=_now()))).encode()


def _whatsapp_file(provider_id: str) -> bytes:
    image = {"id": "900000000000001", "mime_type": "image/png"}
    return json.dumps(from_anna(message("image", image, id=provider_id, timestamp=_now()))).encode()


def _whatsapp_came_back(provider_id: str) -> bytes:
    errors = [{"code": 131026, "title": "Undeliverable"}]
    return json.dumps(
        body(value(statuses=[status("failed", id=provider_id, errors=errors, timestamp=_now())]))
    ).encode()


@asynccontextmanager
async def _graph() -> AsyncIterator[Provider]:
    graph, provider = GraphServer(), Provider()
    await graph.server.start_server()

    async def send(request: web.Request) -> web.Response:
        if provider.refuses:
            error = {"message": "(#131026) Undeliverable", "code": 131026}
            return web.json_response({"error": error}, status=400)
        provider.sent.append((await request.json())["text"]["body"])
        return web.json_response({"messages": [{"id": f"wamid.OUT{len(provider.sent)}"}]})

    async def download(_request: web.Request) -> web.Response:
        return web.Response(body=PICTURE, content_type="image/png")

    graph.on("POST", f"/{GRAPH_VERSION}/{NUMBER}/messages", send)
    described = {"url": f"{graph.url}/file", "mime_type": "image/png", "sha256": sha256(PICTURE).hexdigest()}
    graph.answers("GET", f"/{GRAPH_VERSION}/900000000000001", described)
    graph.on("GET", "/file", download)
    with override_settings(WHATSAPP_GRAPH_URL=graph.url):
        yield provider
    await graph.server.close()


def _card(**facts: str) -> bytes:
    return json.dumps([{"box": "box-1", **facts}]).encode()


@asynccontextmanager
async def _post_office() -> AsyncIterator[Provider]:
    provider = Provider()
    OFFICE.pictures, OFFICE.refuses, OFFICE.sent = {"p1": PICTURE}, lambda: provider.refuses, provider.sent
    yield provider


WHATSAPP_EXAMPLE = Example(
    channel=WHATSAPP,
    address=NUMBER,
    text=_whatsapp_text,
    file=_whatsapp_file,
    came_back=_whatsapp_came_back,
    sign=lambda raw: b"sha256=" + hmac.new(SECRET.encode(), raw, "sha256").hexdigest().encode(),
    provider=_graph,
    unreachable_code=131026,
)
POSTCARDS_EXAMPLE = Example(
    channel=POSTCARDS,
    address="box-1",
    text=lambda provider_id, text: _card(**{"id": provider_id, "from": "anna", "text": text}),
    file=lambda provider_id: _card(**{"id": provider_id, "from": "anna", "picture": "p1"}),
    came_back=lambda provider_id: _card(returned=provider_id),
    sign=lambda _raw: SECRET.encode(),
    provider=_post_office,
    unreachable_code=7,
)
EXAMPLES = (WHATSAPP_EXAMPLE, POSTCARDS_EXAMPLE)
CHANNELS: Mapping[str, Channel] = {each.channel.kind: each.channel for each in EXAMPLES}
