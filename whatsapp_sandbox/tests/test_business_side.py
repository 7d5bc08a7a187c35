"""What a business sets besides messages: settings, particulars, badge, users, template groups, payments, history."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World
from whatsapp_sandbox.tests.test_specification import COMPLIANCE, REACHED

TO = "+12025550117"
PLAIN = [{"type": "BODY", "text": "Your parcel is here for you."}]
GATEWAY = {
    "configuration_name": "shop",
    "provider_name": "razorpay",
    "merchant_category_code": "5411",
    "purpose_code": "00",
}


async def code_of(world: World, method: str, path: str, body: Any = None) -> int:
    return int((await world.graph(method, path, body))[1]["error"]["code"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            {
                "calling": {
                    "status": "enabled",
                    "call_icon_visibility": "visible",
                    "video": {"status": "enabled"},
                }
            },
            {
                "calling": {
                    "status": "ENABLED",
                    "call_icon_visibility": "VISIBLE",
                    "video": {"status": "ENABLED"},
                }
            },
        ),
        ({"storage_configuration": {"enabled": True}}, {"storage_configuration": {"enabled": True}}),
        ({"user_identity_change": {"enabled": True}}, {"user_identity_change": {"enabled": True}}),
        ({"calling": {"status": "maybe"}}, 100),
        ({"calling": {"call_icon_visibility": "grey"}}, 100),
        ({"calling": {"sip": {"status": "on"}}}, 100),
        ({"user_identity_change": {"enabled": "perhaps"}}, 100),
        ({"payload_encryption": {"status": "enabled"}}, 3),
        ({"payload_encryption": {"status": "disabled"}}, {"payload_encryption": {"status": "disabled"}}),
    ],
)
async def test_settings_are_checked_and_kept(world: World, given: Any, kept: Any) -> None:
    if isinstance(kept, int):
        assert await code_of(world, "POST", f"{NUMBER}/settings", given) == kept
        kept = {"calling": {"status": "DISABLED"}}
    else:
        assert (await world.graph("POST", f"{NUMBER}/settings", given))[1] == {"success": True}
    found = (await world.graph("GET", f"{NUMBER}/settings"))[1]
    assert found == {"calling": {"status": "DISABLED"}, "storage_configuration": {"status": "DEFAULT"}} | kept


async def test_a_number_takes_what_the_specification_gives_it(world: World) -> None:
    inside = {"pin": "246810", "show_security_notifications": True}
    given = {"whatsapp_business_api_data": inside, "search_visibility": "VISIBLE", "username": "harbor.pine"}
    assert (await world.graph("POST", NUMBER, given))[1] == {"success": True}
    number = world.sandbox.numbers[NUMBER]
    assert (number.pin, number.search_visibility, number.username) == ("246810", "VISIBLE", "harbor.pine")
    assert await code_of(world, "POST", NUMBER, {"search_visibility": "GREY"}) == 100
    assert await code_of(world, "POST", NUMBER, {"whatsapp_business_api_data": {"pin": "1"}}) == 100


@pytest.mark.parametrize(
    ("country", "given", "display"),
    [
        ("1", "16315551000", "+1 6315551000"),
        ("1", "6315551000", "+1 6315551000"),
        ("44", "2079460142", "+44 2079460142"),
    ],
)
async def test_the_country_code_may_stand_twice(world: World, country: str, given: str, display: str) -> None:
    world.sandbox.numbers["100000000000202"].display = "+1 202-555-0143"
    asked = {"cc": country, "phone_number": given, "verified_name": "Shop"}
    made = (await world.graph("POST", f"{WABA}/phone_numbers", asked))[1]["id"]
    assert world.sandbox.numbers[made].display == display


@pytest.mark.parametrize(
    "changes",
    [
        {"entity_name": "A"},
        {"entity_type": "GUILD"},
        {"entity_type": "OTHER"},
        {"entity_type_custom": "Club"},
        {"entity_type": "PUBLIC_COMPANY"},
        {"grievance_officer_details": None},
        {"grievance_officer_details": REACHED | {"name": ""}},
        {"customer_care_details": {"email": "ann@shop.example"}},
        {"customer_care_details": {"email": "ann", "mobile_number": "+919876543210"}},
        {"customer_care_details": {"email": "ann@shop.example", "landline_number": "0987"}},
    ],
)
async def test_particulars_are_checked(world: World, changes: Any) -> None:
    path = f"{NUMBER}/business_compliance_info"
    assert await code_of(world, "POST", path, COMPLIANCE | changes) == 100
    assert (await world.graph("GET", path))[1]["data"][0] == {
        "messaging_product": "whatsapp",
        "is_registered": False,
    }
    assert (await world.graph("POST", path, COMPLIANCE))[1] == {"success": True}
    found = (await world.graph("GET", path))[1]["data"][0]
    assert (found["entity_type"], found["grievance_officer_details"]) == ("Partnership", REACHED)


async def test_the_badge_has_its_course(world: World) -> None:
    path = f"{NUMBER}/official_business_account"
    apply = {"action": "SUBMIT_APPLICATION", "application_data": {"business_name": "Shop"}}
    assert await code_of(world, "POST", path, {"action": "WITHDRAW_APPLICATION"}) == 100
    assert await code_of(world, "POST", path, {"action": "SUBMIT_APPLICATION"}) == 100
    http = {"business_name": "Shop", "website_url": "http://a.example"}
    assert await code_of(world, "POST", path, apply | {"application_data": http}) == 100
    assert (await world.graph("POST", path, apply))[1]["updated_status"]["oba_status"] == "PENDING"
    assert await code_of(world, "POST", path, apply) == 100
    await world.control("PATCH", f"numbers/{NUMBER}", {"official": "APPROVED"})
    assert (await world.graph("GET", path))[1]["oba_status"] == "APPROVED"
    shown = (await world.graph("GET", f"{NUMBER}?fields=is_official_business_account"))[1]
    assert shown["is_official_business_account"] is True


async def test_people_are_given_tasks(world: World) -> None:
    path, business = f"{WABA}/assigned_users", "100000000000011"
    assert await code_of(world, "POST", path, {"user": "7", "tasks": ["RULE"]}) == 100
    assert await code_of(world, "POST", path, {"user": "Ann", "tasks": ["MANAGE"]}) == 100
    assert await code_of(world, "GET", path) == 100
    for tasks in (["MANAGE"], ["DEVELOP", "MANAGE_TEMPLATES"]):
        assert (await world.graph("POST", path, {"user": "7", "tasks": tasks}))[1] == {"success": True}
    users = (await world.graph("GET", f"{path}?business={business}"))[1]["data"]
    assert [(user["id"], user["tasks"]) for user in users][1:] == [("7", ["DEVELOP", "MANAGE_TEMPLATES"])]
    assert (await world.graph("DELETE", path, {"user": "7"}))[1] == {"success": True}
    assert await code_of(world, "DELETE", path, {"user": "7"}) == 100


async def test_history_tells_what_became_of_each_webhook(open_world: World) -> None:
    world = open_world
    world.receiver.answers = [500]
    sent = await world.send_text()
    await world.idle()
    found = (await world.graph("GET", f"{NUMBER}/message_history?message_id={sent}"))[1]["data"][0]
    states = [(e["delivery_status"], e["webhook_update_state"]) for e in found["events"]["data"]]
    assert states == [("SENT", "DELIVERED"), ("DELIVERED", "DELIVERED"), ("READ", "DELIVERED")]
    assert {e["webhook_uri"] for e in found["events"]["data"]} == {world.receiver.url}
    nodes = (await world.graph("GET", f"{found['id']}/events?status_filter=READ"))[1]["data"]
    assert [node["node"]["application"]["name"] for node in nodes] == ["Sandbox app"]
    await world.switch(webhooks={"retry_attempts": 1})
    world.receiver.answers = [500, 500, 500]
    lost = await world.send_text()
    await world.idle()
    events = (await world.graph("GET", f"{NUMBER}/message_history"))[1]["data"][0]
    assert events["message_id"] == lost
    assert {event["webhook_update_state"] for event in events["events"]["data"]} == {"FAILED"}
    assert await code_of(world, "GET", f"{NUMBER}/message_history?message_id=wamid.none") == 100
    assert await code_of(world, "GET", f"{found['id']}/events?status_filter=LOST") == 100


async def test_template_groups(open_world: World) -> None:
    world = open_world
    ids = []
    for name in ("one", "two"):
        made = {"name": name, "language": "en_US", "category": "UTILITY", "components": PLAIN}
        ids.append((await world.graph("POST", f"{WABA}/message_templates", made))[1]["id"])
    await world.idle()
    path, asked = f"{WABA}/template_groups", {"name": "Sale", "whatsapp_business_templates": [int(ids[0])]}
    group = (await world.graph("POST", path, asked))[1]["id"]
    assert await code_of(world, "POST", path, asked | {"whatsapp_business_templates": [ids[1]]}) == 100
    assert await code_of(world, "POST", path, asked | {"name": "Other"}) == 100
    assert await code_of(world, "POST", path, asked | {"name": "x" * 257}) == 100
    for name in ("one", "two"):
        await world.send("template", {"name": name, "language": {"code": "en_US"}})
    await world.idle()
    assert (await world.graph("POST", group, {"add_templates": [ids[1]], "remove_templates": [ids[0]]}))[
        1
    ] == {"success": True}
    shown = (await world.graph("GET", group))[1]
    assert [one["name"] for one in shown["whatsapp_business_templates"]["data"]] == ["two"]
    await world.graph("POST", WABA, {"is_enabled_for_insights": True})
    now = int(world.sandbox.now())
    span = f"start={now - 86_400}&end={now}&granularity=DAILY&template_group_ids=[{group}]"
    points = (await world.graph("GET", f"{WABA}/template_group_analytics?{span}"))[1]["data"][0][
        "data_points"
    ]
    assert [(p["template_group_id"], p["sent"], p["read"]) for p in points] == [(group, 2, 2)]
    assert (await world.graph("DELETE", group))[1] == {"success": True}
    assert (await world.graph("GET", path))[1] == {"data": []}


async def test_an_order_is_paid_through_a_connected_gateway(open_world: World) -> None:
    world = open_world
    path = f"{WABA}/payment_configuration"
    assert await code_of(world, "POST", path, GATEWAY | {"provider_name": "coins"}) == 100
    assert await code_of(world, "POST", path, GATEWAY | {"purpose_code": "x"}) == 100
    made = (await world.graph("POST", path, GATEWAY | {"redirect_url": world.receiver.url}))[1]
    assert (await world.graph("GET", f"{path}/shop"))[1]["data"][0]["status"] == "Needs_Connecting"
    async with world.client.get(made["oauth_url"], allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, world.receiver.url)
    kept = (await world.graph("GET", f"{WABA}/payment_configurations"))[1]["data"][0][
        "payment_configurations"
    ]
    assert [one["status"] for one in kept] == ["Active"]
    parameters = {
        "reference_id": "order-1",
        "payment_configuration": "shop",
        "currency": "INR",
        "total_amount": {"value": 2_000, "offset": 100},
    }
    action = {"name": "review_and_pay", "parameters": parameters}
    order = {"type": "order_details", "body": {"text": "Your order"}, "action": action}
    message = (await world.send("interactive", order))[1]["messages"][0]["id"]
    looked_up = f"{NUMBER}/payments/shop/order-1"
    assert await code_of(world, "GET", looked_up) == 100
    await world.control("POST", f"messages/{message}/pay")
    await world.idle()
    told = world.receiver.statuses(message)[-1]
    assert (told["type"], told["status"], told["payment"]["reference_id"]) == (
        "payment",
        "captured",
        "order-1",
    )
    paid = (await world.graph("GET", looked_up))[1]["payments"][0]
    assert (paid["status"], paid["amount"]["value"]) == ("captured", 2_000)
    assert world.receiver.changes("payment_configuration_update")[0]["status"] == "Active"
    assert (await world.graph("DELETE", path, {"configuration_name": "shop"}))[1] == {"success": True}


async def test_calling_can_be_switched_off(open_world: World) -> None:
    await open_world.control("POST", "customers/ann/calls", {"permit": True, "seconds": 1, "number": NUMBER})
    call = {"messaging_product": "whatsapp", "to": TO, "action": "connect", "session": {"sdp": "v=0"}}
    await open_world.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "DISABLED"}})
    assert await code_of(open_world, "POST", f"{NUMBER}/calls", call) == 138000
    await open_world.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED"}})
    assert (await open_world.graph("POST", f"{NUMBER}/calls", call))[0] == 200


async def test_history_is_for_tokens_of_the_account(open_world: World) -> None:
    await open_world.send_text()
    await open_world.idle()
    entry = (await open_world.graph("GET", f"{NUMBER}/message_history"))[1]["data"][0]["id"]
    open_world.sandbox.tokens["sandbox-token"].wabas = []
    assert (await open_world.graph("GET", f"{entry}/events"))[1]["error"]["error_subcode"] == 33


async def test_qr_links_are_told_newest_first(world: World) -> None:
    path = f"{NUMBER}/message_qrdls"
    codes = [(await world.graph("POST", path, {"prefilled_message": text}))[1]["code"] for text in ("a", "b")]
    assert [one["code"] for one in (await world.graph("GET", path))[1]["data"]] == codes[::-1]
    only = (await world.graph("GET", f"{path}?code={codes[0]}"))[1]["data"]
    assert [one["prefilled_message"] for one in only] == ["a"]


async def test_what_is_not_simulated_says_so(world: World) -> None:
    status, told = await world.graph("GET", f"{WABA}/schedules")
    assert (status, told["error"]["code"]) == (400, 3)
    assert "not simulated by this sandbox" in told["error"]["error_data"]["details"]
    assert (await world.graph("GET", f"{WABA}/nonsense"))[1]["error"]["error_subcode"] == 33


async def test_a_flow_that_is_named_must_be_published_too(open_world: World) -> None:
    await open_world.graph("POST", f"{WABA}/flows", {"name": "Survey", "categories": ["SURVEY"]})
    parameters = {"flow_message_version": "3", "flow_name": "Survey", "flow_cta": "Go"}
    content = {"type": "flow", "body": {"text": "x"}, "action": {"name": "flow", "parameters": parameters}}
    assert await open_world.refusal("interactive", content) == 131009
    parameters["mode"] = "draft"
    assert (await open_world.send("interactive", content))[0] == 200
