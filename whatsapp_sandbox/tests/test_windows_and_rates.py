"""Checklist 3 and 4: windows per (number, person), throughput, pair rate, tier, per-person refusals."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.tests.conftest import NUMBER, OTHER_NUMBER, World

TEMPLATE = {
    "name": "tasting_appointment",
    "language": {"code": "en"},
    "components": [
        {"type": "body", "parameters": [{"type": "text", "text": word} for word in ("Ann", "Friday", "9:00")]}
    ],
}
STOCK = {
    "name": "back_in_stock",
    "language": {"code": "en"},
    "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.com/a.jpg"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": word} for word in ("Ann", "kettle")]},
    ],
}


async def failure(world: World, message_id: str) -> int:
    await world.idle()
    (status,) = world.receiver.statuses(message_id)
    assert status["status"] == "failed"
    return int(status["errors"][0]["code"])


async def test_free_text_fails_outside_the_window(world: World) -> None:
    assert await failure(world, await world.send_text()) == 131047


async def test_the_refusal_can_be_synchronous(world: World) -> None:
    await world.switch(answers={"synchronous_codes": [131047]})
    assert await world.refusal("text", {"body": "x"}) == 131047


async def test_a_message_opens_the_window_of_that_number_for_a_day(world: World) -> None:
    await world.switch(answers={"synchronous_codes": [131047]})
    await world.say()
    await world.send_text()
    body = {"messaging_product": "whatsapp", "to": "+12025550117", "type": "text", "text": {"body": "x"}}
    assert (await world.graph("POST", f"{OTHER_NUMBER}/messages", body))[1]["error"]["code"] == 131047
    await world.control("POST", "clock", {"advance": 24 * 3600 - 60})
    await world.send_text()
    await world.control("POST", "clock", {"advance": 61})
    assert await world.refusal("text", {"body": "x"}) == 131047
    assert (await world.send("template", TEMPLATE))[0] == 200


async def test_a_call_opens_the_window(world: World) -> None:
    call = await world.control("POST", "customers/ann/calls", {"seconds": 3})
    await world.send_text()
    await world.idle()
    events = [entry["event"] for value in world.receiver.changes("calls") for entry in value["calls"]]
    assert (sorted(events), call["id"][:6]) == (["connect", "terminate"], "wacid.")
    assert world.receiver.statuses()[-1]["status"] == "read"


async def test_direct_send_needs_no_window(world: World) -> None:
    message_id = await world.send_text(category="utility")
    await world.idle()
    assert world.receiver.statuses(message_id)[1]["pricing"]["category"] == "utility"


async def test_throughput(open_world: World) -> None:
    world = open_world
    await world.control("POST", "clock", {"frozen": True, "advance": 1})
    await world.switch(rates={"messages_per_second": 3, "pair_seconds": None})
    for _ in range(3):
        await world.send_text()
    status, answer = await world.send("text", {"body": "x"})
    assert (status, answer["error"]["code"]) == (429, 130429)
    await world.control("POST", "clock", {"advance": 0.4})
    await world.send_text()


async def test_coexistence_numbers_send_twenty_a_second(open_world: World) -> None:
    world = open_world
    await world.control("POST", "clock", {"frozen": True, "advance": 1})
    await world.control("PATCH", f"numbers/{NUMBER}", {"coexistence": True})
    codes = [(await world.send("text", {"body": "x"}))[0] for _ in range(22)]
    assert codes == [200] * 20 + [429] * 2


async def test_pair_rate_hits_one_person_only(open_world: World) -> None:
    world = open_world
    await world.control("POST", "clock", {"frozen": True})
    for _ in range(45):
        await world.send_text()
    assert await world.refusal("text", {"body": "x"}) == 131056
    assert (await world.send("template", TEMPLATE, to="+12025550118"))[0] == 200
    await world.control("POST", "clock", {"advance": 6.1})
    await world.send_text()
    assert await world.refusal("text", {"body": "x"}) == 131056


async def test_portfolio_tier_counts_people_outside_windows(open_world: World) -> None:
    world = open_world
    await world.switch(rates={"tier": "TIER_50"}, answers={"reachable": ["+1 202 555 02"]})
    for person in range(51):
        assert (await world.send("template", TEMPLATE, to=f"+120255502{person:02d}"))[0] == 200
    assert (await world.send("template", TEMPLATE))[0] == 200  # Ann's window is open
    await world.idle()
    failed = [
        status["errors"][0]["code"] for status in world.receiver.statuses() if status["status"] == "failed"
    ]
    assert failed == [131048]
    (value,) = world.receiver.changes("business_capability_update")
    assert value["max_daily_conversations_per_business"] == "TIER_50"


@pytest.mark.parametrize("code", [131049, 131050, 130472])
async def test_marketing_switches_per_person(world: World, code: int) -> None:
    await world.control("PATCH", "customers/ann", {"refuse_code": code})
    await world.switch(answers={"us_marketing": True})
    _, answer = await world.send("template", STOCK)
    assert await failure(world, answer["messages"][0]["id"]) == code
    assert (await world.send("template", TEMPLATE))[0] == 200


async def test_marketing_does_not_reach_the_united_states(world: World) -> None:
    _, answer = await world.send("template", STOCK)
    assert await failure(world, answer["messages"][0]["id"]) == 131049


async def test_stop_and_resume(world: World) -> None:
    await world.switch(answers={"us_marketing": True})
    await world.control("POST", "customers/ann/marketing", {"value": "stop"})
    _, answer = await world.send("template", STOCK)
    assert await failure(world, answer["messages"][0]["id"]) == 131050
    await world.control("POST", "customers/ann/marketing", {"value": "resume"})
    await world.idle()
    values = [
        entry["value"]
        for value in world.receiver.changes("user_preferences")
        for entry in value["user_preferences"]
    ]
    assert sorted(values) == ["resume", "stop"]


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ({"answers": {"locked_code": 368}}, 368),
        ({"answers": {"locked_code": 131031}}, 131031),
        ({"answers": {"locked_code": 131042}}, 131042),
    ],
)
async def test_locked_accounts(open_world: World, switch: dict[str, Any], code: int) -> None:
    await open_world.switch(**switch)
    assert await open_world.refusal("text", {"body": "x"}) == code


async def test_people_without_whatsapp(open_world: World) -> None:
    await open_world.control("PATCH", "customers/ann", {"on_whatsapp": False})
    assert await failure(open_world, await open_world.send_text()) == 131026
