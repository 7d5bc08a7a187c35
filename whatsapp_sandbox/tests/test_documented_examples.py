"""Requests in the shape of the examples on Meta's pages, with values of our own: each is taken as the page shows it.

Messages of every kind stand in test_sending; here is what surrounds them. The pages are named in front of each group.
"""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.account import Waba
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World

APP, OTHER_WABA, PORTFOLIO = "100000000000001", "100000000000102", "100000000000011"
TO = "+12025550117"
HELLO = "Hi {{1}}! Our sale starts on {{2}}, so come and see us soon."
Example = tuple[str, str, Any, set[str]]
"""Method, path, body (JSON), and the keys of the answer."""


def template(name: str, category: str, *components: Any, **more: Any) -> Any:
    return {"name": name, "language": "en_US", "category": category, "components": list(components)} | more


def body(text: str, *examples: str) -> Any:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def buttons(*given: Any) -> Any:
    return {"type": "BUTTONS", "buttons": list(given)}


QUICK, LINK = (
    {"type": "QUICK_REPLY", "text": "Yes"},
    {"type": "URL", "text": "Shop", "url": "https://a.example"},
)
CARD = {
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        body("Rare leaves, {{1}} a box, only while they last.", "5 EUR"),
        buttons(QUICK, LINK),
    ]
}
NAMED = {"body_text_named_params": [{"param_name": "who", "example": "Ann"}]}
CREATED = {"id", "status", "category"}
EXAMPLES: dict[str, list[Example]] = {
    "marketing, utility and authentication templates": [
        ("POST", f"{WABA}/message_templates", made, CREATED)
        for made in (
            template(
                "plain", "UTILITY", body("Your order {{1}} is ready for you now.", "HP-1"), buttons(QUICK)
            ),
            template(
                "named",
                "UTILITY",
                {"type": "BODY", "text": "Hello {{who}}, your order is ready now.", "example": NAMED},
                parameter_format="NAMED",
            ),
            template(
                "carousel",
                "MARKETING",
                body(HELLO, "Ann", "Friday"),
                {"type": "carousel", "cards": [CARD, CARD]},
            ),
            template(
                "offer",
                "MARKETING",
                {
                    "type": "limited_time_offer",
                    "limited_time_offer": {"text": "Ends soon", "has_expiration": True},
                },
                body(HELLO, "Ann", "Friday"),
                buttons({"type": "copy_code", "example": "CARIBE25"}, LINK),
            ),
            template(
                "catalog",
                "MARKETING",
                body(HELLO, "A", "B"),
                buttons({"type": "CATALOG", "text": "View catalog"}),
            ),
            template(
                "code",
                "AUTHENTICATION",
                {"type": "body", "add_security_recommendation": True},
                {"type": "footer", "code_expiration_minutes": 5},
                buttons({"type": "otp", "otp_type": "copy_code", "text": "Copy code"}),
                message_send_ttl_seconds=60,
            ),
        )
    ],
    "template library": [
        (
            "GET",
            "message_template_library?search=payments&category=utility&language=en",
            None,
            {"data", "paging"},
        ),
        ("GET", "message_template_library?topic=group_invite_link&language=en", None, {"data", "paging"}),
        (
            "POST",
            f"{WABA}/message_templates",
            {
                "name": "my_payment",
                "category": "UTILITY",
                "language": "en_US",
                "library_template_name": "payment_is_due",
                "library_template_body_inputs": {"add_contact_number": True, "code_expiration_minutes": 5},
                "library_template_button_inputs": [{"type": "PHONE_NUMBER", "phone_number": "+16315551010"}],
            },
            CREATED,
        ),
    ],
    "bulk management of authentication templates, template migration, template management": [
        (
            "POST",
            f"{WABA}/upsert_message_templates",
            template(
                "codes", "AUTHENTICATION", {"type": "BODY"}, buttons({"type": "OTP", "otp_type": "COPY_CODE"})
            )
            | {"languages": ["en_US", "es_ES", "fr"]},
            {"data"},
        ),
        (
            "POST",
            f"{OTHER_WABA}/migrate_message_templates?source_waba_id={WABA}&page_number=0",
            None,
            {"migrated_templates", "failed_templates"},
        ),
        (
            "GET",
            f"{WABA}/message_templates?fields=name,status,language&status=APPROVED&limit=3",
            None,
            {"data", "paging"},
        ),
    ],
    "business phone numbers, registration, two-step verification, profiles": [
        (
            "POST",
            f"{WABA}/phone_numbers",
            {"cc": "1", "phone_number": "6315550111", "verified_name": "Shop"},
            {"id"},
        ),
        (
            "GET",
            f"{WABA}/phone_numbers?fields=id,is_official_business_account,display_phone_number",
            None,
            {"data", "paging"},
        ),
        ("GET", f"{NUMBER}?fields=name_status", None, {"id", "name_status"}),
        ("POST", NUMBER, {"pin": "123456"}, {"success"}),
        ("POST", f"{NUMBER}/register", {"messaging_product": "whatsapp", "pin": "123456"}, {"success"}),
        ("POST", f"{NUMBER}/request_code?code_method=SMS&language=en_US", None, {"success"}),
        (
            "GET",
            f"{NUMBER}/whatsapp_business_profile?fields=about,address,description,email,profile_picture_url,websites,vertical",
            None,
            {"data"},
        ),
        (
            "POST",
            f"{NUMBER}/whatsapp_commerce_settings?is_cart_enabled=true&is_catalog_visible=true",
            None,
            {"success"},
        ),
    ],
    "webhooks: overrides and subscriptions; access tokens; embedded signup": [
        ("POST", f"{WABA}/subscribed_apps", None, {"success"}),
        ("GET", f"{WABA}/subscribed_apps", None, {"data"}),
        ("DELETE", f"{WABA}/subscribed_apps", None, {"success"}),
        ("GET", "debug_token?input_token=sandbox-token", None, {"data"}),
        ("GET", f"{PORTFOLIO}/client_whatsapp_business_accounts", None, {"data", "paging"}),
    ],
    "block users, QR codes, flows, in-app signup": [
        ("GET", f"{NUMBER}/block_users?limit=10", None, {"data"}),
        (
            "POST",
            f"{NUMBER}/message_qrdls?prefilled_message=Cyber+Monday&generate_qr_image=SVG",
            None,
            {"code", "prefilled_message", "deep_link_url", "qr_image_url"},
        ),
        ("POST", f"{WABA}/flows", {"name": "My first flow", "categories": '["OTHER"]'}, {"id", "success"}),
        ("GET", f"{WABA}/flows", None, {"data", "paging"}),
        (
            "POST",
            f"{WABA}/signups",
            {
                "signup_message": "Would you like our news?",
                "confirmation_message": "Welcome! Your code: {{promo_code}}",
                "promo_code": "HELLO10",
                "privacy_policy_url": "https://shop.example/privacy",
                "policy": {"tos": "https://shop.example/terms", "accepted": True},
            },
            {"id"},
        ),
    ],
}


@pytest.mark.parametrize("page", EXAMPLES)
async def test_examples_are_taken_as_the_page_shows_them(open_world: World, page: str) -> None:
    world = open_world
    world.sandbox.account.wabas.append(Waba(OTHER_WABA, "Trade"))
    world.sandbox.reindex()
    for method, path, given, keys in EXAMPLES[page]:
        status, answer = await world.graph(method, path, given)
        assert (status, set(answer)) == (200, keys), (path, answer)


async def test_the_library_refuses_inputs_that_it_does_not_know(world: World) -> None:
    wanted = {
        "name": "mine",
        "category": "UTILITY",
        "language": "en_US",
        "library_template_name": "how_was_it",
    }
    for inputs in (
        {"add_jokes": True},
        {"add_contact_number": "yes"},
        {"code_expiration_minutes": True},
        ["x"],
    ):
        asked = wanted | {"library_template_body_inputs": inputs}
        assert (await world.graph("POST", f"{WABA}/message_templates", asked))[1]["error"]["code"] == 100


async def test_a_flow_is_sent_once_it_is_published(open_world: World) -> None:
    world = open_world
    screens = [{"id": "FIRST", "layout": {"type": "SingleColumnLayout", "children": []}}]
    asked = {"name": "Booking", "categories": ["OTHER"], "flow_json": {"version": "7.1", "screens": screens}}
    flow = (await world.graph("POST", f"{WABA}/flows", asked))[1]["id"]
    parameters = {"flow_message_version": "3", "flow_id": flow, "flow_cta": "Book"}
    content = {
        "type": "flow",
        "body": {"text": "Book a table"},
        "action": {"name": "flow", "parameters": parameters},
    }
    assert await world.refusal("interactive", content) == 131009
    assert (await world.graph("POST", f"{flow}/publish"))[1] == {"success": True}
    assert (await world.send("interactive", content))[0] == 200
    await world.idle()
    told = world.receiver.changes("flows")[0]
    assert (told["old_status"], told["new_status"], told["flow_id"]) == ("DRAFT", "PUBLISHED", flow)
    kept = (await world.graph("GET", f"{flow}/assets"))[1]["data"][0]
    async with world.client.get(kept["download_url"]) as answer:
        assert (await answer.json())["screens"] == screens
