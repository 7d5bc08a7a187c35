"""Checklist 11: errors before and after really sending, latency, resets, pages instead of JSON."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World


async def received(world: World, callback: str) -> int:
    return int((await world.control("GET", f"received?callback={callback}"))["total"])


@pytest.mark.parametrize(("code", "status"), [(1, 400), (2, 503), (131000, 500)])
@pytest.mark.parametrize("after", [False, True])
async def test_errors(open_world: World, code: int, status: int, after: bool) -> None:
    await open_world.control("POST", "faults", {"code": code, "after": after, "remaining": 1})
    got, answer = await open_world.send("text", {"body": "x"}, biz_opaque_callback_data="k")
    assert (got, answer["error"]["code"]) == (status, code)
    assert await received(open_world, "k") == int(after)
    await open_world.idle()
    assert len(open_world.receiver.statuses()) == 3 * after
    await open_world.send_text()


@pytest.mark.parametrize("after", [False, True])
async def test_connection_reset(open_world: World, after: bool) -> None:
    await open_world.control("POST", "faults", {"kind": "reset", "after": after, "remaining": 1})
    with pytest.raises(aiohttp.ClientError):
        await open_world.send("text", {"body": "x"}, biz_opaque_callback_data="k")
    assert await received(open_world, "k") == int(after)
    await open_world.send_text()


async def test_page_instead_of_json(open_world: World) -> None:
    await open_world.control("POST", "faults", {"kind": "html", "remaining": 1})
    headers = {"Authorization": "Bearer sandbox-token"}
    async with open_world.client.post(f"{open_world.url}/v26.0/{NUMBER}/messages", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (500, "text/html")


async def test_latency_and_percentage(open_world: World) -> None:
    await open_world.control("POST", "faults", {"kind": "latency", "seconds": 0.15})
    before = time.monotonic()
    await open_world.send_text()
    assert time.monotonic() - before > 0.15
    await open_world.control("DELETE", "faults")
    await open_world.switch(rates={"pair_seconds": None})
    await open_world.control("POST", "faults", {"percent": 50})
    results = [(await open_world.send("text", {"body": "x"}))[0] for _ in range(60)]
    assert 10 < results.count(500) < 50


OUTAGES = [
    ({"kind": "reset"}, None),
    ({"kind": "html", "status": 503}, 503),
    ({"code": 2}, 503),
    ({"code": 130429}, 429),
    ({"code": 131056}, 400),
    ({"code": 368}, 403),
    ({"code": 190}, 401),
    ({"code": 131057, "status": 500}, 500),
]


async def reached(world: World, path: str) -> int | None:
    headers = {"Authorization": "Bearer sandbox-token"}
    try:
        async with world.client.get(f"{world.url}/{path}", headers=headers) as answer:
            return answer.status
    except aiohttp.ClientError:
        return None


@pytest.mark.parametrize(("fault", "status"), OUTAGES)
async def test_an_outage_lasts_as_long_as_the_sandboxs_clock_says(
    world: World, fault: Any, status: object
) -> None:
    """Messages, templates, numbers and the bytes of media: all of the platform is away, and comes back by itself."""
    paths = (f"v26.0/{NUMBER}", f"v26.0/{WABA}/message_templates", "whatsapp_business/attachments/?mid=1")
    await world.control("POST", "clock", {"frozen": True})
    made = await world.control("POST", "faults", fault | {"on": "any", "lasts": 25 * 3600})
    assert made["until"] == (await world.control("GET", "clock"))["now"] + 25 * 3600
    for hours in (0, 10, 14.999):
        await world.control("POST", "clock", {"advance": hours * 3600})
        assert [await reached(world, path) for path in paths] == [status] * 3
    await world.control("POST", "clock", {"advance": 60})
    assert [await reached(world, path) for path in paths] == [200, 200, 404]
    assert (await world.control("GET", "faults"))["items"] == []


async def test_an_outage_without_end_is_cleared(open_world: World) -> None:
    await open_world.control("POST", "faults", {"on": "any", "code": 368})
    await open_world.control("POST", "clock", {"advance": 365 * 24 * 3600})
    assert await open_world.refusal("text", {"body": "x"}) == 368
    await open_world.control("DELETE", "faults")
    await open_world.say()
    await open_world.send_text()


async def test_people_go_on_writing_during_an_outage(world: World) -> None:
    await world.control("POST", "faults", {"kind": "reset", "on": "any"})
    await world.say("Are you there?")
    await world.idle()
    assert [message["text"] for message in world.receiver.messages()] == [{"body": "Are you there?"}]


WRONG = [{"kind": "fire"}, {"nonsense": 1}, {"code": "x"}, {"lasts": -1}, {"status": 200}, {"percent": 101}]


async def test_faults_on_other_edges_and_wrong_rules(open_world: World) -> None:
    await open_world.control("POST", "faults", {"on": "message_templates", "code": 131016})
    assert (await open_world.graph("GET", "100000000000101/message_templates"))[0] == 503
    await open_world.send_text()
    for wrong in WRONG:
        async with open_world.client.post(f"{open_world.url}/control/faults", json=wrong) as answer:
            assert answer.status == 400
