"""What an account tells about itself: tokens and their scopes, usage headers, analytics, and smaller edges."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.account import Token, Waba
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World

APP, APP_TOKEN, PORTFOLIO = "100000000000001", "100000000000001|sandbox-app-secret", "100000000000011"
OTHER = "100000000000102"


def as_token(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


async def test_who_a_token_is(world: World) -> None:
    world.sandbox.account.wabas.append(Waba(OTHER, "Another shop", "100000000000012"))
    world.sandbox.account.tokens.append(Token("client-token", wabas=[OTHER]))
    world.sandbox.reindex()
    me = (await world.graph("GET", "me?fields=id,name"))[1]
    assert me == {"id": "100000000000901", "name": "Sandbox system user"}
    assert (await world.graph("GET", "me", **as_token(APP_TOKEN)))[1]["error"]["code"] == 2500
    assert (await world.graph("GET", f"{APP}?fields=name"))[1] == {"id": APP, "name": "Sandbox app"}
    assert (await world.graph("GET", "app"))[1]["id"] == APP
    ours = (await world.graph("GET", "debug_token?input_token=sandbox-token", **as_token(APP_TOKEN)))[1][
        "data"
    ]
    assert (ours["type"], ours["is_valid"], ours["user_id"]) == ("SYSTEM_USER", True, me["id"])
    theirs = (await world.graph("GET", "debug_token?input_token=client-token"))[1]["data"]
    assert theirs["granular_scopes"] == [
        {"scope": "whatsapp_business_messaging", "target_ids": [OTHER]},
        {"scope": "whatsapp_business_management", "target_ids": [OTHER]},
        {"scope": "business_management", "target_ids": ["100000000000012"]},
    ]
    assert [scope["target_ids"] for scope in ours["granular_scopes"]][:2] == [[WABA, OTHER], [WABA, OTHER]]
    about_app = await world.graph("GET", f"debug_token?input_token={APP_TOKEN}")
    assert about_app[1]["data"]["type"] == "APP"
    wrong = (await world.graph("GET", "debug_token?input_token=no"))[1]["data"]
    assert (wrong["is_valid"], wrong["error"]["code"]) == (False, 190)
    assert (await world.graph("GET", "debug_token"))[1]["error"]["code"] == 100


@pytest.mark.parametrize("path", [WABA, f"{WABA}/message_templates", f"{NUMBER}/whatsapp_business_profile"])
async def test_a_token_touches_only_the_accounts_that_it_was_granted(world: World, path: str) -> None:
    world.sandbox.account.tokens.append(Token("client-token"))
    world.sandbox.reindex()
    assert (await world.graph("GET", path, **as_token("client-token")))[0] == 200
    await world.control("PATCH", "tokens", {"token": "client-token", "wabas": [OTHER]})
    status, answer = await world.graph("GET", path, **as_token("client-token"))
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)


async def test_codes_and_credentials_are_exchanged(world: World) -> None:
    asked = f"oauth/access_token?client_id={APP}&client_secret=sandbox-app-secret"
    assert (await world.graph("GET", asked))[1]["access_token"] == APP_TOKEN
    assert (await world.graph("GET", f"{asked}&code=AQB"))[1]["access_token"] == "sandbox-token"
    assert (await world.graph("GET", f"{asked}&fb_exchange_token=no"))[1]["error"]["code"] == 100
    assert (await world.graph("GET", f"{asked}x&code=AQB"))[1]["error"]["code"] == 101


async def test_usage_headers_tell_how_much_of_the_hour_is_left(world: World) -> None:
    await world.switch(rates={"management_per_hour": 4})
    headers = {"Authorization": "Bearer sandbox-token"}
    told = []
    for _ in range(5):
        async with world.client.get(f"{world.url}/v25.0/{WABA}", headers=headers) as answer:
            told.append((answer.status, dict(answer.headers)))
    assert [status for status, _ in told] == [200, 200, 200, 200, 400]
    first, last = told[0][1], told[-1][1]
    assert first["facebook-api-version"] == "v25.0"
    assert first["X-App-Usage"] == '{"call_count":25,"total_cputime":25,"total_time":25}'
    assert first["X-Business-Use-Case-Usage"].startswith(f'{{"{WABA}":[{{"type":"whatsapp","call_count":25,')
    assert '"estimated_time_to_regain_access":0}' not in last["X-Business-Use-Case-Usage"]


async def test_business_status_update(world: World) -> None:
    await world.control("POST", "fields/business_status_update", {})
    await world.idle()
    value = {"business_id": int(PORTFOLIO), "event": "COMPROMISED_NOTIFICATION"}
    assert world.receiver.changes("business_status_update") == [value]


async def test_a_block_that_fails_for_some_names_them_beside_the_error(open_world: World) -> None:
    users = [{"user": "+12025550117"}, {"user": "+12025559999"}]
    asked = {"messaging_product": "whatsapp", "block_users": users}
    status, answer = await open_world.graph("POST", f"{NUMBER}/block_users", asked)
    assert (status, answer["error"]["code"]) == (400, 139100)
    assert [user["wa_id"] for user in answer["block_users"]["added_users"]] == ["12025550117"]
    assert [user["input"] for user in answer["block_users"]["failed_users"]] == ["+12025559999"]


@pytest.fixture
async def spoken(open_world: World) -> World:
    """Two texts and one template were sent, delivered and read; Ann tapped the template's button."""
    world = open_world
    await world.switch(answers={"us_marketing": True}, statuses={"pricing_on": "delivered"})
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes please"}]}
    body = {"type": "BODY", "text": "Our new coffee is here, shall we keep some?"}
    made = {"name": "news", "language": "en_US", "category": "MARKETING", "components": [body, buttons]}
    await world.graph("POST", f"{WABA}/message_templates", made)
    await world.idle()
    for _ in range(2):
        await world.send_text()
    sent = await world.send("template", {"name": "news", "language": {"code": "en_US"}})
    await world.idle()
    await world.control("POST", f"messages/{sent[1]['messages'][0]['id']}/tap", {"choice": "Yes please"})
    await world.idle()
    return world


async def ask(world: World, field: str, filters: str = "", granularity: str = "DAILY") -> Any:
    now = int(world.sandbox.now())
    asked = f"{field}.start({now - 86_400}).end({now + 60}).granularity({granularity}){filters}"
    return (await world.graph("GET", WABA, params={"fields": asked}))[1]


async def test_message_and_pricing_analytics(spoken: World) -> None:
    told = (await ask(spoken, "analytics", granularity="DAY"))["analytics"]
    assert (told["granularity"], told["country_codes"]) == ("DAY", ["US"])
    assert told["phone_numbers"] == ["12025550142", "442079460142"]
    assert [(point["sent"], point["delivered"]) for point in told["data_points"]] == [(3, 3)]
    dimensions = '.dimensions(["PRICING_CATEGORY",PRICING_TYPE,COUNTRY])'
    priced = (await ask(spoken, "pricing_analytics", dimensions))["pricing_analytics"]["data"][0][
        "data_points"
    ]
    shown = [(p["pricing_category"], p["pricing_type"], p["country"], p["volume"], p["cost"]) for p in priced]
    assert shown == [
        ("MARKETING", "REGULAR", "US", 1, 0.025),
        ("SERVICE", "FREE_CUSTOMER_SERVICE", "US", 2, 0.0),
    ]
    volume = await ask(spoken, "pricing_analytics", ".metric_types([VOLUME]).country_codes([US])", "MONTHLY")
    points = volume["pricing_analytics"]["data"][0]["data_points"]
    assert [set(point) for point in points] == [{"start", "end", "volume"}]
    assert volume["id"] == WABA


async def test_conversation_analytics(spoken: World) -> None:
    told = await ask(
        spoken, "conversation_analytics", ".dimensions([CONVERSATION_CATEGORY,PHONE])", "HALF_HOUR"
    )
    points = told["conversation_analytics"]["data"][0]["data_points"]
    shown = [(p["conversation_category"], p["phone_number"], p["conversation"]) for p in points]
    assert shown == [("MARKETING", "12025550142", 1), ("SERVICE", "12025550142", 1)]


async def test_template_analytics_are_confirmed_first(spoken: World) -> None:
    template = next(one for one in spoken.sandbox.templates.values() if one.name == "news")
    now = int(spoken.sandbox.now())
    asked = {"start": now, "end": now, "granularity": "daily", "template_ids": f"[{template.id}]"}
    path = f"{WABA}/template_analytics"
    assert (await spoken.graph("GET", path, params=asked))[1]["error"]["code"] == 100
    assert (await spoken.graph("POST", f"{WABA}?is_enabled_for_insights=true"))[1]["id"] == WABA
    told = (await spoken.graph("GET", path, params=asked))[1]["data"][0]
    assert (told["granularity"], told["product_type"]) == ("DAILY", "cloud_api")
    point = told["data_points"][0]
    assert (point["sent"], point["delivered"], point["read"]) == (1, 1, 1)
    tapped = {"type": "quick_reply_button", "button_content": "Yes please", "count": 1}
    assert point["clicked"] == [tapped]
    assert point["cost"][0] == {"type": "amount_spent", "value": 0.025}
    assert (await spoken.graph("POST", f"{WABA}?is_enabled_for_insights=false"))[1]["error"]["code"] == 100


@pytest.mark.parametrize(
    "asked",
    [
        "analytics.granularity(DAY)",
        "analytics.start(2).end(1).granularity(DAY)",
        "analytics.start(1).end(2).granularity(DAY)",
        "pricing_analytics.start(NOW).end(LATER).granularity(DAY)",
        "pricing_analytics.start(NOW).end(LATER).granularity(DAILY).dimensions(COLOUR)",
        "conversation_analytics.start(NOW).end(LATER).granularity(DAILY).pricing_types(REGULAR)",
        "template_analytics.start(NOW).end(LATER).granularity(DAILY)",
    ],
)
async def test_analytics_refuse_what_they_do_not_know(world: World, asked: str) -> None:
    now = int(world.sandbox.now())
    fields = asked.replace("NOW", str(now)).replace("LATER", str(now + 60))
    status, answer = await world.graph("GET", WABA, params={"fields": fields})
    assert (status, answer["error"]["code"]) == (400, 100)
    assert world.sandbox.counters["unforeseen"] == 0
