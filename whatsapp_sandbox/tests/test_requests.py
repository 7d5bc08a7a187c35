"""Requests as public client libraries and the platform's own pages make them, each with its kind.

JSON text where JSON is expected, forms and queries, partial changes, summaries, fields, paging and error shapes. The
table of cases lies outside of the project and is read where it is there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from whatsapp_sandbox.account import Waba, default_account
from whatsapp_sandbox.server import make_app
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World, serve

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "sandbox" / "requests.json"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
PLAIN: dict[str, range] = {"200": range(200, 201), "400": range(400, 401), "4xx or 200": range(200, 500)}
COMMANDS = [{"command_name": "hours", "command_description": "Opening hours"}]


def cases() -> list[Any]:
    listed = json.loads(CASES.read_text()) if CASES.exists() else []
    return [pytest.param(case, id=case["name"]) for case in listed]


async def ask(world: World, case: dict[str, Any]) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": case["content_type"]}
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    data = None if case["body"] is None else body
    url = f"{world.url}/v26.0/{case['path']}"
    async with world.client.request(case["method"], url, data=data, headers=headers) as answer:
        return answer.status, await answer.json()


@needs_cases
@pytest.mark.parametrize("case", cases())
async def test_the_case_is_answered_as_documented(open_world: World, case: dict[str, Any]) -> None:
    world = open_world
    await world.graph("POST", f"{NUMBER}/conversational_automation", {"prompts": ["Where are you?"]})
    status, answer = await ask(world, case)
    assert world.sandbox.counters["unforeseen"] == 0
    if case["want"] in PLAIN:
        assert status in PLAIN[case["want"]], answer
    else:
        await _check_special(world, case["name"], status, answer)


async def _check_special(world: World, name: str, status: int, answer: Any) -> None:
    if name == "unknown-object":
        error = answer["error"]
        assert (status, error["code"], error["error_subcode"], error["type"]) == (
            400,
            100,
            33,
            "GraphMethodException",
        )
        assert "(#100)" not in error["message"]
    elif name == "template-summary":
        assert answer["summary"]["total_count"] == len(world.sandbox.templates)
    elif name == "waba-fields":
        assert answer == {"id": WABA, "name": "Harbor & Pine"}
    elif name == "automation-partial":
        shown = (await world.graph("GET", f"{NUMBER}?fields=conversational_automation"))[1]
        assert shown["conversational_automation"]["prompts"] == ["Where are you?"]
    elif name == "paging-next":
        assert urlsplit(answer["paging"]["next"])[:2] == urlsplit(world.url)[:2]
    elif name == "qr-post-to-code":
        assert (status, world.sandbox.numbers[NUMBER].qr_codes) == (400, {})
    elif name == "named-parameters-adjoining-the-end":
        assert (status, answer["error"]["error_subcode"]) == (400, 2388299)
    else:
        pytest.fail(f"a new case: {name}")


# JSON text


MESSAGES: list[tuple[str, Any]] = [
    ("text", {"body": "[not] {json}"}),
    ("contacts", [{"name": {"formatted_name": "Bo", "first_name": "Bo"}}]),
    ("location", {"latitude": "37.5", "longitude": 127}),
    ("image", {"link": "https://example.com/a.jpg", "caption": '{"a": 1}'}),
    (
        "interactive",
        {
            "type": "button",
            "header": {"type": "text", "text": "[Head]"},
            "body": {"text": "Choose"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
        },
    ),
    ("template", {"name": "hello_world", "language": {"code": "en_US"}, "components": []}),
]


def as_text_inside(value: Any) -> Any:
    """The value with every object and list below it as JSON text."""
    if isinstance(value, dict):
        return {key: as_text(as_text_inside(item)) for key, item in value.items()}
    return [as_text_inside(item) for item in value] if isinstance(value, list) else value


def as_text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


@pytest.mark.parametrize(("kind", "content"), MESSAGES, ids=[kind for kind, _ in MESSAGES])
@pytest.mark.parametrize("way", ["text", "text in text", "form", "query"])
async def test_json_text_is_read_where_json_is_expected(
    open_world: World, kind: str, content: Any, way: str
) -> None:
    world = open_world
    inner = as_text_inside(content) if way == "text in text" else content
    base = {"messaging_product": "whatsapp", "to": "+12025550117", "type": kind, kind: json.dumps(inner)}
    base["biz_opaque_callback_data"] = '{"id": [1]}'
    path = f"{NUMBER}/messages"
    if way == "form":
        form = "application/x-www-form-urlencoded"
        case = {"method": "POST", "path": path, "content_type": form, "body": urlencode(base)}
        status, answer = await ask(world, case)
    elif way == "query":
        status, answer = await world.graph("POST", f"{path}?{urlencode(base)}")
    else:
        status, answer = await world.graph("POST", path, base)
    assert status == 200, answer
    kept = world.sandbox.messages[answer["messages"][0]["id"]]
    assert (kept.body, kept.callback_data) == (content, '{"id": [1]}')


async def test_texts_that_look_like_json_stay_texts(world: World) -> None:
    made = (await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "[Sale] {1}"}))[1]
    assert made["prefilled_message"] == "[Sale] {1}"
    profile = {"messaging_product": "whatsapp", "about": '["Open"]', "websites": '["https://a.example"]'}
    assert (await world.graph("POST", f"{NUMBER}/whatsapp_business_profile", profile))[0] == 200
    got = (await world.graph("GET", f"{NUMBER}/whatsapp_business_profile"))[1]["data"][0]
    assert (got["about"], got["websites"]) == ('["Open"]', ["https://a.example"])


async def test_a_token_may_stand_in_a_form(world: World) -> None:
    form = {"access_token": "sandbox-token", "pin": "123456"}
    async with world.client.post(f"{world.url}/v26.0/{NUMBER}", data=form) as answer:
        assert (answer.status, world.sandbox.numbers[NUMBER].pin) == (200, "123456")


async def test_templates_as_forms(world: World) -> None:
    components = [{"type": "BODY", "text": "Your parcel has left us today."}]
    form = {"name": "formed", "language": "en", "category": "UTILITY", "components": json.dumps(components)}
    form["message_send_ttl_seconds"] = "600"
    headers = {"Authorization": "Bearer sandbox-token"}
    async with world.client.post(
        f"{world.url}/v26.0/{WABA}/message_templates", data=form, headers=headers
    ) as got:
        made = world.sandbox.templates[(await got.json())["id"]]
    assert (made.components, made.ttl_seconds) == (components, 600)


# Management


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"commands": COMMANDS}, {"prompts": ["One"], "commands": COMMANDS}),
        ({"prompts": []}, {"prompts": [], "commands": []}),
        ({}, {"prompts": ["One"], "commands": []}),
    ],
)
async def test_conversational_components_change_in_part(world: World, changes: Any, kept: Any) -> None:
    path = f"{NUMBER}/conversational_automation"
    await world.graph("POST", path, {"prompts": ["One"], "commands": []})
    assert (await world.graph("POST", path, changes))[1] == {"success": True}
    assert (await world.graph("GET", path))[1] == {"id": NUMBER} | kept


@pytest.mark.parametrize("pin", ["12", "1234567", "12345a", "", None, 12, ["123456"], "１２３４５６"])
async def test_a_pin_has_six_digits(world: World, pin: object) -> None:
    assert (await world.graph("POST", NUMBER, {"pin": pin}))[1]["error"]["code"] == 100
    assert world.sandbox.numbers[NUMBER].pin is None


async def test_a_pin_that_was_set_is_asked_for(world: World) -> None:
    assert (await world.graph("POST", NUMBER, {"pin": "246810"}))[1] == {"success": True}
    registration = {"messaging_product": "whatsapp", "pin": "135790"}
    assert (await world.graph("POST", f"{NUMBER}/register", registration))[1]["error"]["code"] == 133005


async def test_hello_world_is_in_every_new_account() -> None:
    account = default_account()
    account.wabas.append(Waba("100000000000102", "Second"))
    runner, url = await serve(make_app(account))
    try:
        import aiohttp

        headers = {"Authorization": "Bearer sandbox-token"}
        async with aiohttp.ClientSession(headers=headers) as client:
            for waba in account.wabas:
                async with client.get(f"{url}/{waba.id}/message_templates?name=hello_world") as answer:
                    found = [(t["language"], t["status"]) for t in (await answer.json())["data"]]
                    assert found == [("en_US", "APPROVED")]
    finally:
        await runner.cleanup()


async def test_summaries_tell_what_is_asked(world: World) -> None:
    path = f"{WABA}/message_templates?limit=1"
    some = (await world.graph("GET", f"{path}&language=ko&summary=total_count,message_template_limit"))[1]
    assert some["summary"] == {"total_count": 1, "message_template_limit": 250}
    assert (await world.graph("GET", f"{WABA}/phone_numbers?summary=true"))[1]["summary"] == {
        "total_count": 2
    }
    assert (await world.graph("GET", f"{path}&summary=nonsense"))[1]["error"]["code"] == 100


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (WABA, "currency"),
        (NUMBER, "verified_name"),
        (f"{WABA}/phone_numbers", "verified_name"),
        (f"{WABA}/message_templates", "status"),
        (f"{NUMBER}/message_qrdls", "deep_link_url"),
        (f"{NUMBER}/whatsapp_business_profile", "vertical"),
        ("100000000000011/owned_whatsapp_business_accounts", "name"),
        ("message_template_library", "body"),
    ],
)
async def test_fields_choose_and_unknown_ones_are_refused(world: World, path: str, field: str) -> None:
    await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "Hi"})
    answer = (await world.graph("GET", f"{path}?fields={field}"))[1]
    items = answer.get("data", [answer])
    assert items
    assert all(set(item) - {"id", "messaging_product"} == {field} for item in items)
    assert (await world.graph("GET", f"{path}?fields={field},nonsense"))[1]["error"]["code"] == 100


async def test_pages_are_followed_by_their_addresses(world: World) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}

    async def walk(address: str, way: str) -> tuple[list[str], str]:
        names: list[str] = []
        last = address
        while address:
            last = address
            async with world.client.get(address, headers=headers) as answer:
                got = await answer.json()
            page = [f"{entry['name']} {entry['language']}" for entry in got["data"]]
            names = names + page if way == "next" else page + names
            address = got["paging"].get(way, "")
        return names, last

    expected = [f"{t.name} {t.language}" for t in world.sandbox.templates.values()]
    there, last = await walk(
        f"{world.url}/v26.0/{WABA}/message_templates?limit=4&fields=name,language", "next"
    )
    back, _ = await walk(last, "previous")
    assert (there, back) == (expected, expected)


@pytest.mark.parametrize("cursor", ["x", "LTE=", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "4pyT"])
async def test_cursors_that_are_not_ours(world: World, cursor: str) -> None:
    assert (await world.graph("GET", f"{WABA}/message_templates?after={cursor}"))[1]["error"][
        "code"
    ] == 131059


async def test_a_qr_code_changes_under_its_path(world: World) -> None:
    made = (await world.graph("POST", f"{NUMBER}/message_qrdls", {"prefilled_message": "Hi"}))[1]
    path = f"{NUMBER}/message_qrdls/{made['code']}"
    assert (await world.graph("POST", path, {"prefilled_message": "Hello"}))[1] == made | {
        "prefilled_message": "Hello"
    }
    assert len(world.sandbox.numbers[NUMBER].qr_codes) == 1


async def test_flows_are_an_empty_list(world: World) -> None:
    assert await world.graph("GET", f"{WABA}/flows") == (200, {"data": []})


async def test_a_library_template_becomes_the_accounts_own(world: World) -> None:
    listed = (await world.graph("GET", "message_template_library?search=parcel"))[1]["data"]
    assert [entry["name"] for entry in listed] == ["parcel_on_its_way", "parcel_has_arrived"]
    wanted = {"name": "ours", "language": "en_US", "category": "UTILITY"}
    wanted["library_template_name"] = "parcel_on_its_way"
    path = f"{WABA}/message_templates"
    assert (await world.graph("POST", path, wanted))[1]["error"]["code"] == 100
    link = {"base_url": "https://shop.example/{{1}}", "url_suffix_example": "https://shop.example/4821"}
    inputs = json.dumps([{"type": "URL", "url": link}])
    status, made = await world.graph("POST", path, wanted | {"library_template_button_inputs": inputs})
    assert (status, made["category"]) == (200, "UTILITY"), made
    unknown = wanted | {"library_template_name": "nothing_of_that_name"}
    assert (await world.graph("POST", path, unknown | {"name": "other"}))[1]["error"]["code"] == 100


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "404404404/messages"),
        ("GET", "404404404"),
        ("DELETE", "404404404"),
        ("GET", f"{WABA}/nonsense"),
    ],
)
async def test_unknown_objects_and_edges(world: World, method: str, path: str) -> None:
    status, answer = await world.graph(method, path)
    error = answer["error"]
    assert (status, error["type"], error["code"], error["error_subcode"]) == (
        400,
        "GraphMethodException",
        100,
        33,
    )
    assert error["message"].startswith(f"Unsupported {method.lower()} request. Object with ID '")


@pytest.mark.parametrize("entry", ["12025550117", 12025550117, None, [], {}, {"user": 5}, {"user_id": ["a"]}])
async def test_block_list_entries_are_objects(open_world: World, entry: object) -> None:
    for method in ("POST", "DELETE"):
        body = {"messaging_product": "whatsapp", "block_users": [entry]}
        status, answer = await open_world.graph(method, f"{NUMBER}/block_users", body)
        assert (status, answer["error"]["code"]) == (400, 100)
