"""Where the platform is strict and a stand-in is easily too kind: recipients, reactions, links."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.emoji import is_one_emoji
from whatsapp_sandbox.tests.conftest import OTHER_NUMBER, WABA, World


async def outcome(world: World, to: str) -> Any:
    """``delivered`` or the code of the failed status."""
    status, answer = await world.send(
        "template", {"name": "hello_world", "language": {"code": "en_US"}}, to=to
    )
    assert status == 200, answer
    await world.idle()
    statuses = world.receiver.statuses(answer["messages"][0]["id"])
    failed = [entry["errors"][0]["code"] for entry in statuses if entry["status"] == "failed"]
    assert len(statuses) == 1 if failed else statuses
    return failed[0] if failed else "delivered"


async def test_numbers_that_never_were_anybodys_fail_with_131026(world: World) -> None:
    assert await outcome(world, "+12025550199") == 131026
    assert await outcome(world, "+12025550117") == "delivered"


async def test_whoever_wrote_is_reachable_from_every_number(world: World) -> None:
    await world.control("POST", "burst", {"count": 1, "people": 1, "number": OTHER_NUMBER})
    assert await outcome(world, "+15550000000") == "delivered"


async def test_ranges_and_everybody_can_be_reachable(world: World) -> None:
    await world.switch(answers={"reachable": ["+1 202 555 01"]})
    assert [await outcome(world, to) for to in ("+12025550198", "+12025550298")] == ["delivered", 131026]
    await world.switch(answers={"unknown_recipients": "create"})
    assert await outcome(world, "+12025550298") == "delivered"


async def test_unknown_comes_before_the_window(world: World) -> None:
    await world.send_text(to="+12025550199")
    await world.idle()
    assert [entry["errors"][0]["code"] for entry in world.receiver.statuses()] == [131026]


@pytest.mark.parametrize(
    ("phone", "to", "result"),
    [
        ("+5491155550105", "+541155550105", 131026),
        ("+5491155550105", "+5491155550105", "delivered"),
        ("+5215555550105", "+525555550105", "delivered"),
        ("+525555550105", "+5215555550105", "delivered"),
        ("+551155550105", "+5511955550105", "delivered"),
        ("+5511955550105", "+551155550105", "delivered"),
    ],
)
async def test_spellings_of_a_number(world: World, phone: str, to: str, result: object) -> None:
    person = await world.control("POST", "customers", {"id": "sol", "name": "Sol", "phone": phone})
    assert await outcome(world, to) == result
    if result == "delivered":
        _, answer = await world.send(
            "template", {"name": "hello_world", "language": {"code": "en_US"}}, to=to
        )
        assert answer["contacts"] == [{"input": to, "wa_id": person["wa_id"]}]


@pytest.mark.parametrize("entry", ["+54 9 11 5555 0105", "+54 11 5555-0105"])
async def test_test_numbers_list_argentina_without_the_nine(world: World, entry: str) -> None:
    await world.control("POST", "customers", {"id": "sol", "name": "Sol", "phone": "+5491155550105"})
    await world.say(customer="sol")
    await world.switch(answers={"allowed_recipients": [entry]})
    assert await world.refusal("text", {"body": "x"}, to="+5491155550105") == 131030
    status, answer = await world.send("text", {"body": "x"}, to="+541155550105")
    assert (status, answer["contacts"][0]["wa_id"]) == (200, "5491155550105")


@pytest.mark.parametrize(
    "emoji", ["👍", "👍🏽", "❤️", "❤", "👨‍👩‍👧‍👦", "🇰🇷", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "©️", "🫱🏻‍🫲🏿", "❤️‍🔥"]
)
def test_one_emoji(emoji: str) -> None:
    assert is_one_emoji(emoji)


@pytest.mark.parametrize(
    "text", ["👍👍", "👍❤️🎉", "ok", "a👍", "👍 ", "7", "", "🇰🇷🇰🇷", "\u200d", "안녕", "😀\n"]
)
def test_anything_but_one_emoji(text: str) -> None:
    assert not is_one_emoji(text)


async def test_several_emoji_are_refused(open_world: World) -> None:
    told = await open_world.say("react to me")
    assert await open_world.refusal("reaction", {"message_id": told["id"], "emoji": "👍❤️🎉"}) == 131009


async def test_reactions_to_nothing_fail_by_webhook(open_world: World) -> None:
    world = open_world
    await world.control("POST", "customers", {"id": "bo", "name": "Bo", "phone": "+12025550118"})
    told, strange = await world.say("mine"), await world.say("another's", customer="bo")
    _, reaction = await world.send("reaction", {"message_id": told["id"], "emoji": "👍"})
    await world.idle()
    for target in ("wamid.nothing", strange["id"], reaction["messages"][0]["id"]):
        status, answer = await world.send("reaction", {"message_id": target, "emoji": "👍"})
        assert status == 200
        await world.idle()
        [failed] = world.receiver.statuses(answer["messages"][0]["id"])
        assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131009)
    assert (await world.control("GET", f"messages/{strange['id']}"))["reactions"] == {}


async def test_reactions_to_what_is_old_fail(open_world: World) -> None:
    told = await open_world.say("old")
    await open_world.control("POST", "clock", {"advance": 31 * 24 * 3600})
    await open_world.say("the window is open again")
    _, answer = await open_world.send("reaction", {"message_id": told["id"], "emoji": "👍"})
    await open_world.idle()
    assert open_world.receiver.statuses(answer["messages"][0]["id"])[0]["errors"][0]["code"] == 131009


@pytest.mark.parametrize("ending", ["HP\n4821", "HP 4821", "HP\t1", "\r", "HP\u2028", "HP\u200b1", " HP"])
async def test_link_endings_have_no_breaks_or_blanks(open_world: World, ending: str) -> None:
    body = [{"type": "text", "text": word} for word in ("Ann", "DHL", "Fri")]
    parts: list[dict[str, Any]] = [{"type": "body", "parameters": body}]
    parts.append(
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": ending}]}
    )
    template = {"name": "shipping_notice", "language": {"code": "en"}, "components": parts}
    assert await open_world.refusal("template", template) == 132018
    parts[1]["parameters"][0]["text"] = "HP-4821?q=1"
    assert (await open_world.send("template", template))[0] == 200


@pytest.mark.parametrize(
    "url", ["https://a.example/x\ny", "https://a.example/x\n", "https://a.example/a b", "https://[x"]
)
async def test_addresses_have_no_breaks_or_blanks(open_world: World, url: str) -> None:
    action = {"name": "cta_url", "parameters": {"display_text": "Open", "url": url}}
    content = {"type": "cta_url", "body": {"text": "See"}, "action": action}
    assert await open_world.refusal("interactive", content) == 131009
    assert await open_world.refusal("image", {"link": url}) == 131009


async def test_template_links_end_where_they_end(world: World) -> None:
    button = {"type": "URL", "text": "Open", "url": "https://a.example/x\n"}
    components = [{"type": "BODY", "text": "See our page."}, {"type": "BUTTONS", "buttons": [button]}]
    body = {"name": "ends", "language": "en", "category": "UTILITY", "components": components}
    assert (await world.graph("POST", f"{WABA}/message_templates", body))[1]["error"]["code"] == 100
