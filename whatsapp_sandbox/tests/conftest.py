"""A sandbox and a webhook receiver on the loopback, and a client that talks to both."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from whatsapp_sandbox.account import DEFAULT_APP, Account, default_account
from whatsapp_sandbox.control.api import SANDBOX
from whatsapp_sandbox.server import make_app
from whatsapp_sandbox.settings import Switches, patch
from whatsapp_sandbox.state import Sandbox

NUMBER, OTHER_NUMBER, WABA = "100000000000201", "100000000000202", "100000000000101"
SECRET = "sandbox-app-secret"
QUICK = {
    "statuses": {
        "sent_delay": [0, 0],
        "delivered_delay": [0, 0],
        "read_delay": [0, 0],
        "pricing_on": "delivered",
    },
    "webhooks": {"retry_first": 0.01, "retry_longest": 0.02, "concurrency": 1},
    "templates": {"delay": [0, 0]},
}


@functools.cache
def new_key() -> tuple[rsa.RSAPrivateKey, str]:
    """A business's key for Flows, and its public half in PEM."""
    key = rsa.generate_private_key(65_537, 2_048)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key, key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


class Receiver:
    """A webhook endpoint that checks signatures and keeps what it got."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.answers: list[int] = []
        self.handshakes: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.handshakes.append(dict(request.query))
            return web.Response(text=request.query["hub.challenge"])
        raw = await request.read()
        wanted = "sha256=" + hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == wanted
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.raw.append(raw)
            self.bodies.append(json.loads(raw))
        return web.Response(status=status)

    def changes(self, field: str = "messages") -> list[dict[str, Any]]:
        return [
            change["value"]
            for body in self.bodies
            for entry in body["entry"]
            for change in entry["changes"]
            if change["field"] == field
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.changes() for message in value.get("messages", [])]

    def statuses(self, message_id: str | None = None) -> list[dict[str, Any]]:
        found = [status for value in self.changes() for status in value.get("statuses", [])]
        return [status for status in found if message_id in (None, status["id"])]


class World:
    """The sandbox under test, its receiver, and short words for both APIs."""

    def __init__(self, sandbox: Sandbox, url: str, client: aiohttp.ClientSession, receiver: Receiver) -> None:
        self.sandbox, self.url, self.client, self.receiver = sandbox, url, client, receiver

    async def graph(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        headers = {"Authorization": "Bearer sandbox-token"} | options.pop("headers", {})
        address = f"{self.url}/v26.0/{path}"
        async with self.client.request(method, address, json=body, headers=headers, **options) as answer:
            return answer.status, await answer.json()

    async def send(self, kind: str, content: Any, to: str = "+12025550117", **more: Any) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content} | more
        return await self.graph("POST", f"{NUMBER}/messages", body)

    async def send_text(self, text: str = "Hello", **more: Any) -> str:
        status, answer = await self.send("text", {"body": text}, **more)
        assert status == 200, answer
        return str(answer["messages"][0]["id"])

    async def refusal(self, kind: str, content: Any, **more: Any) -> int:
        """The code with which a send is refused over HTTP."""
        status, answer = await self.send(kind, content, **more)
        assert status >= 400, answer
        return int(answer["error"]["code"])

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.client.request(method, f"{self.url}/control/{path}", json=body) as answer:
            value = await answer.json()
            assert answer.status < 400, value
            return value

    async def switch(self, **groups: Any) -> None:
        await self.control("PATCH", "switches", groups)

    async def idle(self) -> dict[str, Any]:
        return dict(await self.control("POST", "idle", {"seconds": 5}))

    async def say(self, text: str = "Hi", customer: str = "ann", **more: Any) -> dict[str, Any]:
        body = {"type": "text", "text": text, "number": NUMBER} | more
        return dict(await self.control("POST", f"customers/{customer}/messages", body))

    async def until(self, true: Callable[[], bool], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - any condition can be awaited
                await asyncio.sleep(0.005)


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application(client_max_size=8_000_000)
    app.router.add_route("*", "/hook", receiver.take)
    runner, url = await serve(app)
    receiver.url = f"{url}/hook"
    yield receiver
    await runner.cleanup()


def account_of(receiver: Receiver) -> Account:
    account = default_account()
    account.apps[0].webhook_url = receiver.url
    assert account.apps[0].id == DEFAULT_APP
    return account


@contextlib.asynccontextmanager
async def living(account: Account, receiver: Receiver) -> AsyncIterator[World]:
    """A fast sandbox with one customer, Ann, who has not written yet."""
    switches = Switches()
    patch(switches, QUICK)
    app = make_app(account, switches)
    runner, url = await serve(app)
    app[SANDBOX].base_url = url
    async with aiohttp.ClientSession() as client:
        world = World(app[SANDBOX], url, client, receiver)
        await world.control("POST", "customers", {"id": "ann", "name": "Ann", "phone": "+12025550117"})
        yield world
    await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def account(receiver: Receiver) -> Account:
    return account_of(receiver)


@pytest.fixture
async def world(account: Account, receiver: Receiver) -> AsyncIterator[World]:
    async with living(account, receiver) as world:
        yield world


@pytest.fixture
async def open_world(world: World) -> World:
    await world.say()
    await world.idle()
    return world
