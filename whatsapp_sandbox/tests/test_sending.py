"""Checklist 2: every type with its limits, the answers, read and typing, held for quality."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.tests.conftest import NUMBER, World

BODY = {"body": {"text": "Choose"}}


def buttons(*titles: str) -> dict[str, Any]:
    entries = [
        {"type": "reply", "reply": {"id": f"b{index}", "title": title}} for index, title in enumerate(titles)
    ]
    return BODY | {"type": "button", "action": {"buttons": entries}}


def rows(count: int, **row: str) -> dict[str, Any]:
    entries = [{"id": f"r{index}", "title": f"Row {index}"} | row for index in range(count)]
    return BODY | {
        "type": "list",
        "action": {"button": "Open", "sections": [{"title": "All", "rows": entries}]},
    }


def named(kind: str, name: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    action: dict[str, Any] = {"name": name} | ({"parameters": parameters} if parameters else {})
    return BODY | {"type": kind, "action": action} | more


LINK = {"link": "https://example.com/a.jpg"}
CARD = {
    "type": "cta_url",
    "header": {"type": "image", "image": LINK},
    "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://a.example"}},
}
CAROUSEL = BODY | {
    "type": "carousel",
    "action": {"cards": [CARD | {"card_index": 0}, CARD | {"card_index": 1}]},
}
FLOW = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Start"}
PRODUCTS = [{"title": "A", "product_items": [{"product_retailer_id": "p1"}]}]
PERSON = {"name": {"formatted_name": "Ann B", "first_name": "Ann"}, "phones": [{"phone": "+12025550117"}]}

GOOD: list[tuple[str, Any]] = [
    ("text", {"body": "x" * 4096, "preview_url": True}),
    ("image", LINK | {"caption": "x" * 1024}),
    ("video", LINK),
    ("audio", LINK | {"voice": True}),
    ("document", LINK | {"filename": "a.pdf"}),
    ("sticker", LINK),
    ("location", {"latitude": 37.5, "longitude": -127.0, "name": "Here"}),
    ("contacts", [PERSON] * 257),
    ("interactive", buttons("a", "b", "c")),
    ("interactive", rows(10, description="x" * 72)),
    ("interactive", named("cta_url", "cta_url", CARD["action"]["parameters"])),  # type: ignore[index]
    ("interactive", named("location_request_message", "send_location")),
    ("interactive", named("request_contact_info", "request_contact_info")),
    ("interactive", named("address_message", "address_message", {"country": "IN"})),
    ("interactive", named("flow", "flow", FLOW)),
    ("interactive", {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "p1"}}),
    (
        "interactive",
        BODY
        | {"type": "product_list", "header": {"type": "text", "text": "Shop"}}
        | {"action": {"catalog_id": "1", "sections": PRODUCTS}},
    ),
    ("interactive", named("catalog_message", "catalog_message")),
    ("interactive", CAROUSEL),
    ("interactive", named("call_permission_request", "call_permission_request")),
    ("interactive", named("voice_call", "voice_call", {"display_text": "Call us"})),
    ("interactive", named("order_details", "review_and_pay", {"reference_id": "1"})),
    ("interactive", named("order_status", "review_order", {"reference_id": "1"})),
]


@pytest.mark.parametrize(("kind", "content"), GOOD, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(GOOD)])
async def test_every_type_is_accepted_and_received(open_world: World, kind: str, content: Any) -> None:
    world = open_world
    status, answer = await world.send(kind, content, biz_opaque_callback_data="ours")
    assert status == 200, answer
    assert answer["contacts"] == [{"input": "+12025550117", "wa_id": "12025550117"}]
    await world.idle()
    received = (await world.control("GET", "customers/ann/messages?direction=out"))["items"]
    assert [(m["type"], m["body"], m["status"]) for m in received] == [(kind, content, received[0]["status"])]
    statuses = world.receiver.statuses(answer["messages"][0]["id"])
    assert [s["status"] for s in statuses][:3] == ["sent", "delivered", "read"]
    assert {s["biz_opaque_callback_data"] for s in statuses} == {"ours"}


BAD: list[tuple[str, Any, int]] = [
    ("text", {"body": "x" * 4097}, 100),
    ("text", {}, 131008),
    ("text", {"body": "  "}, 131009),
    ("nonsense", {}, 131051),
    ("image", {}, 131008),
    ("image", LINK | {"id": "1"}, 131009),
    ("image", {"id": "999"}, 131009),
    ("image", {"link": "ftp://example.com/a"}, 131009),
    ("image", LINK | {"caption": "x" * 1025}, 131009),
    ("sticker", LINK | {"caption": "x"}, 131009),
    ("location", {"latitude": 91, "longitude": 0}, 131009),
    ("location", {"latitude": 1}, 131008),
    ("contacts", [], 131009),
    ("contacts", [PERSON] * 258, 131009),
    ("contacts", [{"name": {"first_name": "x"}}], 131008),
    ("reaction", {"emoji": "👍"}, 131008),
    ("reaction", {"message_id": "wamid.x", "emoji": "yes"}, 131009),
    ("interactive", BODY | {"type": "nonsense"}, 131009),
    ("interactive", buttons("a", "b", "c", "d"), 131009),
    ("interactive", buttons("x" * 21), 131009),
    ("interactive", buttons("same", "same"), 131009),
    ("interactive", buttons("a") | {"body": {"text": "x" * 1025}}, 131009),
    ("interactive", buttons("a") | {"footer": {"text": "x" * 61}}, 131009),
    ("interactive", buttons("a") | {"header": {"type": "text", "text": "x" * 61}}, 131009),
    ("interactive", {"type": "button", "action": {"buttons": []}}, 131008),
    ("interactive", rows(11), 131009),
    ("interactive", rows(1, title="x" * 25), 131009),
    ("interactive", rows(1, description="x" * 73), 131009),
    ("interactive", rows(1, id="x" * 201), 131009),
    ("interactive", rows(2, id="same"), 131009),
    ("interactive", rows(1) | {"header": {"type": "image", "image": LINK}}, 131009),
    (
        "interactive",
        named("cta_url", "cta_url", {"display_text": "x" * 21, "url": "https://a.example"}),
        131009,
    ),
    ("interactive", named("cta_url", "cta_url", {"display_text": "x", "url": "nonsense"}), 131009),
    ("interactive", named("flow", "flow", FLOW | {"flow_name": "also"}), 131008),
    ("interactive", CAROUSEL | {"action": {"cards": [CARD | {"card_index": 0}]}}, 131009),
    ("interactive", CAROUSEL | {"footer": {"text": "no"}}, 131009),
    ("pin", {"type": "pin", "message_id": "x", "expiration_days": 7}, 131051),
]


@pytest.mark.parametrize(
    ("kind", "content", "code"), BAD, ids=[f"{kind}-{i}" for i, (kind, _, _) in enumerate(BAD)]
)
async def test_limits_are_refused_with_the_right_code(
    world: World, kind: str, content: Any, code: int
) -> None:
    assert await world.refusal(kind, content) == code
    assert world.sandbox.messages == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "other"}, 100),
        ({"to": None}, 131008),
        ({"to": "abc"}, 131009),
        ({"to": "+12025550142"}, 131021),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"recipient_type": "crowd"}, 100),
        ({"to": None, "recipient": "US.1"}, 131009),
        ({"context": {"message_id": 4}}, 131009),
    ],
)
async def test_base_parameters(world: World, change: dict[str, Any], code: int) -> None:
    assert await world.refusal("text", {"body": "x"}, **change) == code


async def test_test_numbers_have_an_allow_list(world: World) -> None:
    await world.switch(answers={"allowed_recipients": ["+1 202 555 0118"]})
    assert await world.refusal("text", {"body": "x"}) == 131030


async def test_read_marks_everything_before_and_typing_reads_too(world: World) -> None:
    first, second = await world.say("one"), await world.say("two")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": second["id"]}
    typing = body | {"typing_indicator": {"type": "text"}}
    assert await world.graph("POST", f"{NUMBER}/messages", typing) == (200, {"success": True})
    assert [(await world.control("GET", f"messages/{m['id']}"))["status"] for m in (first, second)] == [
        "read"
    ] * 2
    assert (await world.control("GET", "customers/ann"))["threads"][0]["typing"] is True
    unknown = body | {"message_id": "wamid.unknown"}
    assert (await world.graph("POST", f"{NUMBER}/messages", unknown))[1]["error"]["code"] == 100


async def test_reactions_show_and_only_get_sent(open_world: World) -> None:
    world = open_world
    told = await world.say("react to me")
    _, answer = await world.send("reaction", {"message_id": told["id"], "emoji": "👍🏽"})
    await world.idle()
    assert [s["status"] for s in world.receiver.statuses(answer["messages"][0]["id"])] == ["sent"]
    assert (await world.control("GET", f"messages/{told['id']}"))["reactions"] == {"business": "👍🏽"}
    await world.send("reaction", {"message_id": told["id"], "emoji": ""})
    assert (await world.control("GET", f"messages/{told['id']}"))["reactions"] == {}


async def test_held_messages_go_or_are_dropped(world: World) -> None:
    await world.switch(answers={"hold_for_quality": True})
    template = {"name": "winter_hello", "language": {"code": "en"}}
    world.sandbox.templates["7"] = _template()
    ids = []
    for _ in range(2):
        _, answer = await world.send("template", template)
        assert answer["messages"][0]["message_status"] == "held_for_quality_assessment"
        ids.append(answer["messages"][0]["id"])
        assert (await world.idle())["in_flight"] == 1
        drop = len(ids) == 2
        assert await world.control("POST", "held", {"drop": drop}) == {"messages": 1}
        await world.idle()
    assert [s["status"] for s in world.receiver.statuses(ids[0])] == ["sent", "delivered", "read"]
    assert world.receiver.statuses(ids[1])[0]["errors"][0]["code"] == 132015


def _template() -> Any:
    from whatsapp_sandbox.model import Template
    from whatsapp_sandbox.tests.conftest import WABA

    parts = [{"type": "BODY", "text": "Hello"}]
    return Template("7", WABA, "winter_hello", "en", "UTILITY", parts, status="APPROVED")
