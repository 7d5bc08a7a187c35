"""An independent client, pywa, goes its whole way through the sandbox: every method, sync and async.

pywa fixes its base address in its constructor, so the transport of its session is turned to the sandbox instead;
that also catches the calls that go to another host of the platform.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from whatsapp_sandbox.tests.clients import tables
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World
from whatsapp_sandbox.tests.pywa_walk import APP, PHONE, Walk, errors, pywa, surface, walk

pywa_async: Any = pytest.importorskip("pywa_async")
AGAIN = "measure anew: python -m whatsapp_sandbox.tests.clients.run pywa"


def turn(request: httpx.Request, url: str) -> None:
    """Let a request for any host go to the sandbox."""
    target = httpx.URL(url)
    request.url = request.url.copy_with(scheme="http", host=target.host, port=target.port)
    request.headers["Host"] = f"{target.host}:{target.port}"


class Turned(httpx.HTTPTransport):
    """Plain HTTP on the loopback, so that no certificates are loaded, which takes half a second."""

    def __init__(self, url: str) -> None:
        super().__init__(verify=False)
        self._url = url

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        turn(request, self._url)
        return super().handle_request(request)


class TurnedAsync(httpx.AsyncHTTPTransport):
    def __init__(self, url: str) -> None:
        super().__init__(verify=False)
        self._url = url

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        turn(request, self._url)
        return await super().handle_async_request(request)


async def prepare(world: World) -> dict[str, Any]:
    """Switch off what would slow the walk down; what both clients are made with."""
    await world.switch(
        rates={"messages_per_second": None, "pair_seconds": None}, answers={"us_marketing": True}
    )
    return {"phone_id": NUMBER, "token": "sandbox-token", "waba_id": WABA, "app_id": APP}


def uncalled(done: Walk, client: type[Any]) -> set[str]:
    """What of the client's surface the walk passed by."""
    return surface(client) - {call["call"] for call in done.calls}


async def test_every_method_of_the_sync_client(open_world: World) -> None:
    given = await prepare(open_world)
    with httpx.Client(transport=Turned(open_world.url)) as session:
        done = await walk(open_world, pywa.WhatsApp(session=session, **given))
    assert (done.wrong, uncalled(done, pywa.WhatsApp)) == ([], set())
    measured = tables.read_results()["pywa"]
    assert (measured["version"], measured["calls"]) == (pywa.__version__, done.calls), AGAIN
    await open_world.idle()
    for message_id in done.sent:
        names = [status["status"] for status in open_world.receiver.statuses(message_id)]
        assert names[:3] == ["sent", "delivered", "read"], message_id


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pywa sends a text as data
async def test_every_method_of_the_async_client(open_world: World) -> None:
    given = await prepare(open_world)
    async with httpx.AsyncClient(transport=TurnedAsync(open_world.url)) as session:
        done = await walk(open_world, pywa_async.WhatsApp(session=session, **given))
    assert (done.wrong, uncalled(done, pywa_async.WhatsApp)) == ([], set())


async def test_errors_arrive_as_typed_errors(open_world: World) -> None:
    given = await prepare(open_world)
    await open_world.control("POST", "faults", {"code": 131056, "remaining": 1})
    with httpx.Client(transport=Turned(open_world.url)) as session:
        wa = pywa.WhatsApp(session=session, **given)
        with pytest.raises(errors.WhatsAppError) as refusal:
            await asyncio.to_thread(wa.send_message, PHONE, "x")
    assert refusal.value.code == 131056
