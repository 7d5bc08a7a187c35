"""Checklist 1: versions, bearer check, unknown ids, the error shape; and the smaller edges."""

from __future__ import annotations

import pytest

from whatsapp_sandbox.tests.conftest import NUMBER, WABA, Receiver, World


@pytest.mark.parametrize("version", ["v19.0", "v26.0", "v31.0"])
async def test_every_version_prefix_answers(world: World, version: str) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}
    async with world.client.get(
        f"{world.url}/{version}/{NUMBER}?fields=quality_rating", headers=headers
    ) as answer:
        assert await answer.json() == {"id": NUMBER, "quality_rating": "GREEN"}


@pytest.mark.parametrize(("header", "status", "code"), [("", 403, 200), ("Bearer wrong", 401, 190)])
async def test_bearer_check(world: World, header: str, status: int, code: int) -> None:
    got, answer = await world.graph("GET", NUMBER, headers={"Authorization": header})
    assert (got, answer["error"]["code"]) == (status, code)
    assert set(answer["error"]) == {"message", "type", "code", "error_data", "fbtrace_id"}


async def test_expired_token_and_missing_permission(world: World) -> None:
    await world.control("PATCH", "tokens", {"permissions": ["business_management"]})
    assert await world.refusal("text", {"body": "x"}) == 131005
    assert (await world.graph("GET", f"{WABA}/message_templates"))[1]["error"]["code"] == 10
    await world.control("PATCH", "tokens", {"expired": True})
    assert (await world.graph("GET", NUMBER))[1]["error"]["error_subcode"] == 463


async def test_unknown_and_deleted_ids(world: World) -> None:
    status, answer = await world.graph("POST", "42/messages", {})
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    await world.control("PATCH", f"numbers/{NUMBER}", {"deleted": True})
    assert await world.refusal("text", {"body": "x"}) == 33


async def test_bodies_that_are_not_objects(world: World) -> None:
    for raw in (b"{", b"[]", b"null", b"\xff"):
        headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
        async with world.client.post(
            f"{world.url}/v26.0/{NUMBER}/messages", data=raw, headers=headers
        ) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100)


async def test_number_fields_and_list(world: World) -> None:
    fields = "display_phone_number,throughput{level},whatsapp_business_manager_messaging_limit"
    assert (await world.graph("GET", f"{NUMBER}?fields={fields}"))[1] == {
        "id": NUMBER,
        "display_phone_number": "+1 202-555-0142",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
    }
    listed = (await world.graph("GET", f"{WABA}/phone_numbers?fields=id"))[1]["data"]
    assert listed == [{"id": NUMBER}, {"id": "100000000000202"}]
    assert (await world.graph("GET", f"{NUMBER}?fields=nonsense"))[1]["error"]["code"] == 100


async def test_registration(world: World) -> None:
    assert (await world.graph("POST", f"{NUMBER}/deregister"))[1] == {"success": True}
    assert await world.refusal("text", {"body": "x"}) == 133010
    pin = {"messaging_product": "whatsapp", "pin": "123456"}
    assert (await world.graph("POST", f"{NUMBER}/register", pin))[1] == {"success": True}
    assert (await world.graph("POST", f"{NUMBER}/register", pin | {"pin": "654321"}))[1]["error"][
        "code"
    ] == 133005


async def test_profile_settings_commerce_username(world: World) -> None:
    profile = {
        "messaging_product": "whatsapp",
        "about": "Coffee",
        "websites": ["https://a.example"],
        "vertical": "RETAIL",
    }
    assert (await world.graph("POST", f"{NUMBER}/whatsapp_business_profile", profile))[1] == {"success": True}
    got = (await world.graph("GET", f"{NUMBER}/whatsapp_business_profile?fields=about,vertical"))[1]
    assert got == {"data": [{"about": "Coffee", "vertical": "RETAIL", "messaging_product": "whatsapp"}]}
    too_long = profile | {"about": "x" * 140}
    assert (await world.graph("POST", f"{NUMBER}/whatsapp_business_profile", too_long))[0] == 400
    await world.graph("POST", f"{NUMBER}/whatsapp_commerce_settings?is_cart_enabled=false")
    assert (await world.graph("GET", f"{NUMBER}/whatsapp_commerce_settings"))[1]["data"] == [
        {"id": NUMBER, "is_cart_enabled": False, "is_catalog_visible": True}
    ]
    assert (await world.graph("POST", f"{NUMBER}/username", {"username": "harbor.pine"}))[1][
        "status"
    ] == "approved"
    taken = await world.graph("POST", "100000000000202/username", {"username": "harbor.pine"})
    assert taken[1]["error"]["code"] == 147001


async def test_block_list(open_world: World) -> None:
    world = open_world
    block = {"messaging_product": "whatsapp", "block_users": [{"user": "+12025550117"}]}
    done = (await world.graph("POST", f"{NUMBER}/block_users", block))[1]
    assert [user["wa_id"] for user in done["block_users"]["added_users"]] == ["12025550117"]
    assert await world.refusal("text", {"body": "x"}) == 130403
    assert len((await world.graph("GET", f"{NUMBER}/block_users"))[1]["data"]) == 1
    await world.graph("DELETE", f"{NUMBER}/block_users", block)
    await world.send_text()


async def test_what_the_blocked_write_goes_nowhere(open_world: World) -> None:
    world = open_world
    block = {"messaging_product": "whatsapp", "block_users": [{"user": "+12025550117"}]}
    await world.graph("POST", f"{NUMBER}/block_users", block)
    await world.idle()
    before = len(world.receiver.changes("messages"))
    await world.say()
    await world.idle()
    assert len(world.receiver.changes("messages")) == before
    await world.graph("DELETE", f"{NUMBER}/block_users", block)
    await world.say()
    await world.idle()
    assert len(world.receiver.changes("messages")) == before + 1


async def test_only_recent_writers_can_be_blocked(world: World) -> None:
    block = {"messaging_product": "whatsapp", "block_users": [{"user": "+12025550117"}]}
    done = (await world.graph("POST", f"{NUMBER}/block_users", block))[1]
    assert done["block_users"]["failed_users"][0]["errors"][0]["code"] == 139100


async def test_qr_codes(world: World) -> None:
    made = (await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "Hi"}))[1]
    assert made["deep_link_url"] == f"https://wa.me/message/{made['code']}"
    assert (await world.graph("GET", f"{NUMBER}/message_qrdls/{made['code']}"))[1] == {"data": [made]}
    changed = {"prefilled_message": "Hello", "code": made["code"]}
    assert (await world.graph("POST", f"{NUMBER}/message_qrdls", changed))[1]["prefilled_message"] == "Hello"
    assert (await world.graph("DELETE", f"{NUMBER}/message_qrdls/{made['code']}"))[1] == {"success": True}
    assert (await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "x" * 141}))[0] == 400


async def test_management_calls_are_limited(world: World) -> None:
    await world.switch(rates={"management_per_hour": 1})
    assert (await world.graph("GET", WABA))[0] == 200
    assert (await world.graph("GET", WABA))[1]["error"]["code"] == 80007


async def test_webhook_override(world: World, receiver: Receiver) -> None:
    override = {"override_callback_uri": receiver.url, "verify_token": "abc"}
    assert (await world.graph("POST", f"{WABA}/subscribed_apps", override))[1] == {"success": True}
    assert receiver.handshakes[0]["hub.verify_token"] == "abc"
    listed = (await world.graph("GET", f"{WABA}/subscribed_apps"))[1]["data"]
    assert listed[0]["override_callback_uri"] == receiver.url
    bad = override | {"override_callback_uri": receiver.url + "/missing"}
    assert (await world.graph("POST", f"{WABA}/subscribed_apps", bad))[1]["error"]["code"] == 2200
