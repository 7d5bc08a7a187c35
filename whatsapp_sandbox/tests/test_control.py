"""The control API: refusals that say what would be right, taps, counters only, events, reset."""

from __future__ import annotations

import json

import pytest

from whatsapp_sandbox.settings import SettingError, Switches, patch
from whatsapp_sandbox.tests.conftest import NUMBER, World


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates": {"speed": 1}}, "unknown switch rates.speed; known here: "),
        ({"rates": {"tier": "TIER_9"}}, "rates.tier must be one of TIER_50, "),
        ({"statuses": {"on": 1}}, "statuses.on must be bool, got 1"),
        ({"statuses": {"sent_delay": [2, 1]}}, "statuses.sent_delay must be [low, high]"),
        ({"webhooks": {"batch": 1001}}, "webhooks.batch must be between 1 and 1000"),
        ({"rates": 4}, "rates must be an object, got int"),
    ],
)
def test_switches_refuse_and_change_nothing(change: dict[str, object], message: str) -> None:
    switches = Switches()
    with pytest.raises(SettingError) as refusal:
        patch(switches, {"answers": {"us_marketing": True}} | change)
    assert str(refusal.value)[: len(message)] == message
    assert switches == Switches()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "customers/nobody", None, 404),
        ("POST", "customers", {"name": "x"}, 400),
        ("POST", "customers", {"id": "ann", "phone": "+12025550118"}, 409),
        ("PATCH", "customers/ann", {"wa_id": "1"}, 400),
        ("POST", "customers/ann/messages", {"type": "text", "text": "x", "number": "7"}, 400),
        ("POST", "customers/ann/messages", {"type": "image", "image": {"sample": "moon"}}, 400),
        ("POST", "messages/wamid.x/tap", {"choice": "a"}, 404),
        ("POST", "templates/7", {"do": "approve"}, 404),
        ("POST", "webhooks", {}, 400),
        ("POST", "reset", {"customers": "crowd"}, 400),
    ],
)
async def test_refusals(world: World, method: str, path: str, body: object, status: int) -> None:
    async with world.client.request(method, f"{world.url}/control/{path}", json=body) as answer:
        assert (answer.status, set(await answer.json())) == (status, {"detail"})


async def test_other_sites_may_not_steer(world: World) -> None:
    headers = {"Origin": "https://evil.example"}
    async with world.client.post(f"{world.url}/control/reset", headers=headers) as answer:
        assert answer.status == 403


async def test_pages_of_other_sites_may_not_steer_without_an_origin_either(world: World) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with world.client.post(f"{world.url}/control/reset", headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "origin", ["null", "https://127.0.0.1.evil.example", "http://evil.example:8700", "x", "http://["]
)
async def test_origins_of_other_sites(world: World, origin: str) -> None:
    for method, path in (("GET", "customers"), ("POST", "clock"), ("DELETE", "faults")):
        headers = {"Origin": origin, "Host": "localhost"}
        async with world.client.request(method, f"{world.url}/control/{path}", headers=headers) as answer:
            assert answer.status == 403


FOREIGN = [
    "evil.example",
    "evil.example:8700",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.1.2.3",
]
FOREIGN += ["0.0.0.0", "[::2]:8700", "169.254.169.254", "", "[", "xn--localhost-9d0a"]
OURS = [
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost:8700",
    "LOCALHOST",
    "localhost.",
    "[::1]:8700",
    "127.1.2.3",
    "Sandbox.lan:80",
]


@pytest.mark.parametrize("host", FOREIGN)
async def test_the_control_api_refuses_foreign_hosts(world: World, host: str) -> None:
    """DNS rebinding: a name of another site that points to this machine."""
    for method, path in (("GET", "customers"), ("GET", "events"), ("POST", "reset"), ("GET", "media/1")):
        headers = {"Host": host, "Origin": f"http://{host}"}
        async with world.client.request(method, f"{world.url}/control/{path}", headers=headers) as answer:
            assert (answer.status, set(await answer.json())) == (403, {"detail"})
    assert "ann" in world.sandbox.customers


@pytest.mark.parametrize("host", OURS)
async def test_the_control_api_answers_under_its_own_names(world: World, host: str) -> None:
    world.sandbox.hosts = {"sandbox.lan"}
    for headers in ({"Host": host}, {"Host": host, "Origin": f"http://{host}"}):
        async with world.client.post(f"{world.url}/control/clock", headers=headers) as answer:
            assert answer.status == 200


async def test_pages_and_the_graph_api_answer_under_any_host(world: World) -> None:
    """Pages hold nothing by themselves, and clients with a fixed address are brought here by name."""
    headers = {"Host": "graph.facebook.com", "Authorization": "Bearer sandbox-token"}
    for path in ("", "phones", "phone/ann", f"v26.0/{NUMBER}"):
        async with world.client.get(f"{world.url}/{path}", headers=headers) as answer:
            assert answer.status == 200


async def test_taps(open_world: World) -> None:
    rows = [{"id": "r1", "title": "One", "description": "first"}, {"id": "r2", "title": "Two"}]
    action = {"button": "Open", "sections": [{"rows": rows}]}
    _, answer = await open_world.send(
        "interactive", {"type": "list", "body": {"text": "x"}, "action": action}
    )
    path = f"messages/{answer['messages'][0]['id']}"
    assert [option["id"] for option in (await open_world.control("GET", path))["options"]] == ["r1", "r2"]
    await open_world.control("POST", f"{path}/tap", {"choice": "One"})
    await open_world.idle()
    assert open_world.receiver.messages()[-1]["interactive"] == {"type": "list_reply", "list_reply": rows[0]}
    async with open_world.client.post(
        f"{open_world.url}/control/{path}/tap", json={"choice": "Three"}
    ) as refused:
        assert refused.status == 400


async def test_counters_only_keeps_memory_bounded(open_world: World) -> None:
    await open_world.switch(
        recording={"full": False, "limit": 10}, rates={"messages_per_second": None, "pair_seconds": None}
    )
    kept = len(open_world.sandbox.messages)
    ids = [await open_world.send_text(biz_opaque_callback_data=f"k{index}") for index in range(30)]
    stats = await open_world.idle()
    assert (stats["messages"], stats["counters"]["accepted"], stats["in_flight"]) == (kept, 30, 0)
    assert len(open_world.receiver.statuses()) == 90
    received = await open_world.control("GET", "received")
    assert [item["id"] for item in received["items"]] == ids[-10:]


async def test_the_recording_is_bounded(open_world: World) -> None:
    await open_world.switch(recording={"limit": 5})
    for _ in range(12):
        await open_world.say()
    assert (await open_world.control("GET", "customers/ann/messages"))["total"] == 5


async def test_events_catch_up(world: World) -> None:
    start = world.sandbox.feed.last
    made = await world.say()
    async with world.client.get(f"{world.url}/control/events?since={start}") as stream:
        lines: list[dict[str, object]] = []
        async for line in stream.content:
            if line.startswith(b"data: "):
                lines.append(json.loads(line[6:]))
            if len(lines) == 2:
                break
    assert lines[1] == {"kind": "message", "customer": "ann", "number": NUMBER, "message": made["id"]}


async def test_reset(open_world: World) -> None:
    await open_world.switch(answers={"us_marketing": True})
    await open_world.control("POST", "clock", {"advance": 500})
    stats = await open_world.control("POST", "reset", {"customers": "quiet"})
    assert (stats["customers"], stats["messages"], abs(stats["clock"]["offset"]) < 1) == (8, 0, True)
    assert (await open_world.control("GET", "switches"))["answers"]["us_marketing"] is False


async def test_window_can_be_set(world: World) -> None:
    await world.switch(answers={"synchronous_codes": [131047]})
    await world.control("POST", "customers/ann/window", {"number": NUMBER})
    await world.send_text()
    await world.control("POST", "customers/ann/window", {"number": NUMBER, "open": False})
    assert await world.refusal("text", {"body": "x"}) == 131047
