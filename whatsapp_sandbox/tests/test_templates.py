"""Checklist 8: creation with its checks, review, edits, the pause ladder, deletion; sending against the template."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.tests.conftest import WABA, World

BODY = {
    "type": "BODY",
    "text": "Hello {{1}}, your order is on its way to you.",
    "example": {"body_text": [["Ann"]]},
}
NEW: dict[str, Any] = {"name": "parcel_left", "language": "en", "category": "UTILITY", "components": [BODY]}


async def create(world: World, **changes: Any) -> tuple[int, Any]:
    return await world.graph("POST", f"{WABA}/message_templates", NEW | changes)


def events(world: World, field: str = "message_template_status_update") -> list[str]:
    return [value.get("event", "") for value in world.receiver.changes(field)]


async def test_create_and_approve(world: World) -> None:
    _, made = await create(world)
    assert made == {"id": made["id"], "status": "PENDING", "category": "UTILITY"}
    await world.idle()
    assert (await world.graph("GET", f"{made['id']}?fields=status"))[1]["status"] == "APPROVED"
    (value,) = world.receiver.changes("message_template_status_update")
    assert value == {
        "message_template_id": int(made["id"]),
        "message_template_name": "parcel_left",
        "message_template_language": "en",
        "event": "APPROVED",
        "message_template_category": "UTILITY",
        "reason": "NONE",
    }
    parameters = [{"type": "text", "text": "Ann"}]
    sent = {
        "name": "parcel_left",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    _, answer = await world.send("template", sent)
    shown = await world.control("GET", f"messages/{answer['messages'][0]['id']}")
    assert shown["template"]["body"] == "Hello Ann, your order is on its way to you."


async def test_reject_and_recategorize(world: World) -> None:
    await world.switch(templates={"decision": "reject", "rejection": "PROMOTIONAL"})
    _, made = await create(world)
    await world.idle()
    (value,) = world.receiver.changes("message_template_status_update")
    assert (value["event"], value["reason"], set(value["rejection_info"])) == (
        "REJECTED",
        "PROMOTIONAL",
        {"reason", "recommendation"},
    )
    await world.switch(templates={"decision": "recategorize"})
    await world.graph("POST", made["id"], {"components": [BODY]})
    await world.idle()
    (value,) = world.receiver.changes("template_category_update")
    assert (value["previous_category"], value["new_category"]) == ("UTILITY", "MARKETING")


async def test_promotions_become_marketing(world: World) -> None:
    await create(world, components=[{"type": "BODY", "text": "Big sale this week, come and see us soon."}])
    await world.idle()
    assert world.receiver.changes("template_category_update")[0]["new_category"] == "MARKETING"


def body(text: str, *examples: str) -> list[dict[str, Any]]:
    return [
        {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})
    ]


@pytest.mark.parametrize(
    ("components", "subcode"),
    [
        ([], 2388072),
        (body("x" * 1025), 2388040),
        (body("{{1}} is here for you today", "a"), 2388299),
        (body("We are here for {{1}}", "a"), 2388299),
        (body("Go {{1}} and {{2}} or {{3}} now", "a", "b", "c"), 2388293),
        (body("Hello there {{1}} {{2}} this is a long enough text.", "a", "b"), 2388072),
        (body("Hello there {{2}}, this is a long enough text.", "a"), 2388072),
        (body("Hello there {{1}}, this is a long enough text."), 2388072),
        ([*body("Hi there"), {"type": "HEADER", "format": "TEXT", "text": "x" * 61}], 2388040),
        ([*body("Hi there"), {"type": "HEADER", "format": "IMAGE"}], 2388047),
        ([*body("Hi there"), {"type": "FOOTER", "text": "Bye {{1}}"}], 2388073),
        ([*body("Hi"), {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}], 2388040),
        (
            [
                *body("Hi"),
                {
                    "type": "BUTTONS",
                    "buttons": [{"type": "URL", "text": "x", "url": "https://a.example"}] * 3,
                },
            ],
            None,
        ),
    ],
)
async def test_checks_at_creation(world: World, components: list[Any], subcode: int | None) -> None:
    status, answer = await create(world, components=components)
    assert (status, answer["error"]["code"], answer["error"].get("error_subcode")) == (400, 100, subcode)


@pytest.mark.parametrize("change", [{"name": "Big"}, {"language": "english"}, {"category": "OTHER"}])
async def test_head_of_a_template(world: World, change: dict[str, str]) -> None:
    assert (await create(world, **change))[1]["error"]["code"] == 100


async def test_names_are_unique_and_blocked_after_deletion(world: World) -> None:
    await create(world)
    assert (await create(world))[1]["error"]["error_subcode"] == 2388024
    await world.idle()
    assert (await world.graph("DELETE", f"{WABA}/message_templates?name=parcel_left"))[1] == {"success": True}
    assert (await create(world))[1]["error"]["error_subcode"] == 2388023
    await world.control("POST", "clock", {"advance": 30 * 24 * 3600 + 1})
    assert (await create(world))[0] == 200


async def test_edit_limits(world: World) -> None:
    await world.switch(templates={"decision": "manual"})
    _, made = await create(world)
    assert (await world.graph("POST", made["id"], {"components": [BODY]}))[1]["error"][
        "error_subcode"
    ] == 2388039
    await world.control("POST", f"templates/{made['id']}", {"do": "approve"})
    assert (await world.graph("POST", made["id"], {"category": "MARKETING"}))[1]["error"][
        "error_subcode"
    ] == 2388039
    assert (await world.graph("POST", made["id"], {"components": [BODY]}))[1]["success"] is True
    await world.control("POST", f"templates/{made['id']}", {"do": "approve"})
    assert (await world.graph("POST", made["id"], {"components": [BODY]}))[1]["error"][
        "error_subcode"
    ] == 2388039


async def test_pause_ladder(world: World) -> None:
    _, made = await create(world)
    await world.idle()
    name = {"name": "parcel_left", "language": {"code": "en"}}
    for hours in (3, 6):
        await world.control("POST", f"templates/{made['id']}", {"do": "quality", "score": "RED"})
        assert await world.refusal("template", name) == 132015
        await world.control("POST", "clock", {"advance": hours * 3600 + 1})
        assert await world.refusal("template", name) == 132000
    await world.control("POST", f"templates/{made['id']}", {"do": "quality", "score": "RED"})
    assert await world.refusal("template", name) == 132016
    await world.idle()
    assert events(world) == ["APPROVED", "PAUSED", "APPROVED", "PAUSED", "APPROVED", "DISABLED"]
    titles = [
        value["other_info"]["title"] for value in world.receiver.changes("message_template_status_update")[1:]
    ]
    assert titles == ["FIRST_PAUSE", "UNPAUSE", "SECOND_PAUSE", "UNPAUSE", "DISABLED"]


async def test_lists_page_and_filter(world: World) -> None:
    path = f"{WABA}/message_templates?limit=4&fields=name,language"
    names, after = [], ""
    while True:
        answer = (await world.graph("GET", f"{path}&after={after}"))[1]
        names += [entry["name"] for entry in answer["data"]]
        after = answer["paging"]["cursors"]["after"]
        if "next" not in answer["paging"]:
            break
    assert len(names) == len(world.sandbox.templates) == 15
    only = (await world.graph("GET", f"{WABA}/message_templates?status=PAUSED"))[1]["data"]
    assert [entry["name"] for entry in only] == ["wholesale_offer"]
    assert (await world.graph("GET", f"{path}&after=nonsense"))[1]["error"]["code"] == 131059


def shipping(parameters: list[Any], *buttons: Any, language: str = "en") -> dict[str, Any]:
    parts = [{"type": "body", "parameters": parameters}, *buttons]
    return {"name": "shipping_notice", "language": {"code": language}, "components": parts}


WORDS = [{"type": "text", "text": word} for word in ("Ann", "DHL", "Friday")]
LINK = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "HP-1"}]}


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (shipping(WORDS, LINK, language="fr"), 132001),
        (shipping(WORDS[:2], LINK), 132000),
        (shipping([*WORDS[:2], {"type": "image", "image": {}}], LINK), 132012),
        (shipping([*WORDS[:2], {"type": "text", "text": "a\nb"}], LINK), 132018),
        (shipping([*WORDS[:2], {"type": "text", "text": "x" * 1000}], LINK), 132005),
        (shipping(WORDS), 131008),
        (shipping(WORDS, LINK, LINK | {"index": "3"}), 132018),
        ({"name": "back_in_stock", "language": {"code": "en"}}, 132012),
        ({"name": "winter_menu", "language": {"code": "en"}}, 132001),
        ({"name": "wholesale_offer", "language": {"code": "en"}}, 132015),
    ],
)
async def test_sends_must_fit_the_template(world: World, template: dict[str, Any], code: int) -> None:
    assert await world.refusal("template", template) == code


async def test_filled_in_link_and_quick_reply_tap(world: World) -> None:
    _, answer = await world.send("template", shipping(WORDS, LINK))
    shown = await world.control("GET", f"messages/{answer['messages'][0]['id']}")
    assert shown["template"]["buttons"][0]["url"] == "https://harborandpine.example/track/HP-1"
    update = {
        "name": "order_update",
        "language": {"code": "en"},
        "components": [
            {"type": "body", "parameters": WORDS[:2]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "ty"}],
            },
        ],
    }
    _, answer = await world.send("template", update)
    message_id = answer["messages"][0]["id"]
    await world.control("POST", f"messages/{message_id}/tap", {"choice": "ty"})
    await world.idle()
    (tapped,) = world.receiver.messages()
    assert (tapped["type"], tapped["button"]) == ("button", {"payload": "ty", "text": "Thank you"})
    assert tapped["context"] == {"from": "12025550142", "id": message_id}


async def test_marketing_can_be_moved_to_its_own_door(world: World) -> None:
    await world.graph("POST", WABA, {"disable_marketing_messages_on_cloud_api": True})
    header = {
        "type": "header",
        "parameters": [{"type": "image", "image": {"link": "https://example.com/a.jpg"}}],
    }
    parts = [header, {"type": "body", "parameters": WORDS[:2]}]
    template = {"name": "back_in_stock", "language": {"code": "en"}, "components": parts}
    assert await world.refusal("template", template) == 131063
    body_ = {"messaging_product": "whatsapp", "to": "+61491570157", "type": "template", "template": template}
    assert (await world.graph("POST", "100000000000201/marketing_messages", body_))[0] == 200
    wrong = body_ | {"template": shipping(WORDS, LINK)}
    assert (await world.graph("POST", "100000000000201/marketing_messages", wrong))[1]["error"][
        "code"
    ] == 134100
