"""The sandbox as the phone that fills in a Flow with an endpoint: sealed requests, opened answers, figures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whatsapp_sandbox.tests.conftest import NUMBER, SECRET, WABA, World, new_key, serve

SCREENS = [{"id": "DAY", "layout": {"type": "SingleColumnLayout", "children": []}}]
FLOW_JSON = {"version": "7.1", "data_api_version": "3.0", "screens": SCREENS}
HOURS = {"screen": "HOURS", "data": {"hours": ["10:00"]}}
DONE = {
    "screen": "SUCCESS",
    "data": {"extension_message_response": {"params": {"flow_token": "t-1", "at": "10:00"}}},
}


class Endpoint:
    """A business's endpoint as Meta's page shows one: checks the signature, opens, answers what it was given."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: list[Any] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        wanted = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == wanted
        parts = {name: base64.b64decode(text) for name, text in json.loads(raw).items()}
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        key, vector = new_key()[0].decrypt(parts["encrypted_aes_key"], oaep), parts["initial_vector"]
        assert (len(key), len(vector)) == (16, 16)
        self.asked.append(json.loads(AESGCM(key).decrypt(vector, parts["encrypted_flow_data"], None)))
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, str):
            return web.Response(text=answer)
        turned = bytes(byte ^ 0xFF for byte in vector)
        sealed = AESGCM(key).encrypt(turned, json.dumps(answer).encode(), None)
        return web.Response(text=base64.b64encode(sealed).decode())


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint, app = Endpoint(), web.Application()
    app.router.add_post("/flow", endpoint.take)
    runner, url = await serve(app)
    endpoint.url = f"{url}/flow"
    yield endpoint
    await runner.cleanup()


async def offered(world: World, endpoint: Endpoint, action: str = "data_exchange") -> tuple[str, str]:
    """A published Flow with that endpoint and a message that offers it: both ids."""
    key = {"business_public_key": new_key()[1]}
    assert (await world.graph("POST", f"{NUMBER}/whatsapp_business_encryption", key))[0] == 200
    asked = {"name": "Booking", "categories": ["OTHER"], "flow_json": FLOW_JSON, "endpoint_uri": endpoint.url}
    flow = (await world.graph("POST", f"{WABA}/flows", asked))[1]["id"]
    assert (await world.graph("POST", f"{flow}/publish"))[1] == {"success": True}
    parameters = {
        "flow_message_version": "3",
        "flow_id": flow,
        "flow_cta": "Book",
        "flow_token": "t-1",
        "flow_action": action,
    }
    content = {
        "type": "flow",
        "body": {"text": "Book a table"},
        "action": {"name": "flow", "parameters": parameters},
    }
    return flow, (await world.send("interactive", content))[1]["messages"][0]["id"]


async def step(world: World, message: str, do: str, **more: Any) -> Any:
    return await world.control("POST", f"messages/{message}/flow", {"do": do} | more)


async def test_a_person_goes_through_a_flow_with_an_endpoint(open_world: World, endpoint: Endpoint) -> None:
    world = open_world
    _, message = await offered(world, endpoint)
    endpoint.answers = [
        {"screen": "DAY", "data": {"days": ["Friday"]}},
        HOURS,
        {"screen": "DAY", "data": {}},
        HOURS,
        DONE,
    ]
    assert (await step(world, message, "open"))["data"] == {"days": ["Friday"]}
    assert (await step(world, message, "exchange", data={"day": "Friday"}))["screen"] == "HOURS"
    assert (await step(world, message, "back"))["screen"] == "DAY"
    await step(world, message, "exchange", data={"day": "Friday"})
    last = await step(world, message, "exchange", data={"hour": "10:00"})
    await world.idle()
    head = {"version": "3.0", "flow_token": "t-1"}
    day = head | {"action": "data_exchange", "screen": "DAY", "data": {"day": "Friday"}}
    assert endpoint.asked == [
        head | {"action": "INIT"},
        day,
        head | {"action": "BACK", "screen": "HOURS"},
        day,
        head | {"action": "data_exchange", "screen": "HOURS", "data": {"hour": "10:00"}},
    ]
    told = world.receiver.messages()[-1]
    assert (told["id"], told["context"]["id"]) == (last["reply"], message)
    answer = json.loads(told["interactive"]["nfm_reply"]["response_json"])
    assert answer == {"flow_token": "t-1", "at": "10:00"}
    again = await world.client.post(f"{world.url}/control/messages/{message}/flow", json={"do": "open"})
    assert (again.status, (await again.json())["detail"]) == (400, "the Flow is closed: it was sent")


async def test_a_flow_without_requests_is_sent_from_the_phone(open_world: World, endpoint: Endpoint) -> None:
    _, message = await offered(open_world, endpoint, "navigate")
    assert (await step(open_world, message, "open"))["screen"] == "DAY"
    await step(open_world, message, "complete", data={"day": "Friday"})
    await open_world.idle()
    reply = open_world.receiver.messages()[-1]["interactive"]["nfm_reply"]
    assert json.loads(reply["response_json"]) == {"day": "Friday", "flow_token": "t-1"}
    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("answers", "problem", "requests", "closed"),
    [
        ([421, HOURS], "", 2, ""),
        ([427], "unexpected_http_status_code_error", 1, "the endpoint ended the flow_token (427)"),
        ([500], "unexpected_http_status_code_error", 1, ""),
        (["plain"], "response_decryption_error", 1, ""),
        ([{"data": {}}, {"data": {"acknowledged": True}}], "invalid_screen_transition", 2, ""),
    ],
)
async def test_what_an_endpoint_does_wrong(
    open_world: World, endpoint: Endpoint, answers: list[Any], problem: str, requests: int, closed: str
) -> None:
    _, message = await offered(open_world, endpoint)
    endpoint.answers = list(answers)
    found = await step(open_world, message, "open")
    assert (found["problem"], len(endpoint.asked), found["closed"]) == (problem, requests, closed)
    if problem == "invalid_screen_transition":
        assert endpoint.asked[1]["data"]["error"] == problem
        assert found["acknowledged"] == {"acknowledged": True}


async def test_metrics_count_what_phones_asked(open_world: World, endpoint: Endpoint) -> None:
    world = open_world
    flow, message = await offered(world, endpoint)
    endpoint.answers = [HOURS, 500, {"data": {"status": "active"}}]
    await step(world, message, "open")
    await step(world, message, "exchange")
    assert (await step(world, message, "ping"))["answer"] == {"data": {"status": "active"}}

    async def data(name: str) -> Any:
        fields = f"metric.name({name}).granularity(DAY)"
        points = (await world.graph("GET", f"{flow}?fields={fields}"))[1]["metric"]["data_points"]
        return points[0]["data"] if points else []

    assert await data("ENDPOINT_REQUEST_COUNT") == [{"key": "value", "value": 3}]
    assert await data("ENDPOINT_REQUEST_ERROR") == [{"key": "unexpected_http_status_code_error", "value": 1}]
    assert await data("ENDPOINT_REQUEST_ERROR_RATE") == [{"key": "value", "value": 0.33333333333333}]
    assert await data("ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL") == [{"key": "1", "value": 2}]
    available = [{"key": "succeeded", "value": 1}, {"key": "failed", "value": 0}]
    assert await data("ENDPOINT_AVAILABILITY") == available


async def test_a_flow_with_an_endpoint_needs_a_key_and_an_address(world: World) -> None:
    asked = {"name": "Booking", "categories": ["OTHER"], "flow_json": FLOW_JSON}
    flow = (await world.graph("POST", f"{WABA}/flows", asked))[1]["id"]
    path = f"{NUMBER}/whatsapp_business_encryption"
    assert (await world.graph("GET", path))[1] == {"data": []}
    at_once = asked | {"name": "At once", "publish": True}
    assert (await world.graph("POST", f"{WABA}/flows", at_once))[1]["error"]["code"] == 139002
    for missing in ({}, {"endpoint_uri": "http://127.0.0.1:9/"}):
        if missing:
            await world.graph("POST", flow, missing)
        assert (await world.graph("POST", f"{flow}/publish"))[1]["error"]["code"] == 139002
    short = {"business_public_key": "-----BEGIN PUBLIC KEY-----"}
    assert (await world.graph("POST", path, short))[1]["error"]["code"] == 100
    await world.graph("POST", path, {"business_public_key": new_key()[1]})
    kept = (await world.graph("GET", path))[1]["data"][0]
    assert kept == {"business_public_key": new_key()[1], "business_public_key_signature_status": "VALID"}
    assert (await world.graph("POST", f"{flow}/publish"))[1] == {"success": True}


async def test_the_button_of_a_template_opens_its_flow(open_world: World, endpoint: Endpoint) -> None:
    world = open_world
    flow, _ = await offered(world, endpoint)
    button = {"type": "FLOW", "text": "Book", "flow_id": flow, "flow_action": "data_exchange"}
    parts = [
        {"type": "BODY", "text": "Your table is waiting for you."},
        {"type": "BUTTONS", "buttons": [button]},
    ]
    made = {"name": "table", "language": "en_US", "category": "UTILITY", "components": parts}
    assert (await world.graph("POST", f"{WABA}/message_templates", made))[0] == 200
    await world.idle()
    action = {"type": "action", "action": {"flow_token": "t-2"}}
    filled = [{"type": "button", "sub_type": "flow", "index": "0", "parameters": [action]}]
    template = {"name": "table", "language": {"code": "en_US"}, "components": filled}
    message = (await world.send("template", template))[1]["messages"][0]["id"]
    endpoint.answers = [HOURS]
    await step(world, message, "open")
    assert endpoint.asked == [{"version": "3.0", "action": "INIT", "flow_token": "t-2"}]


async def test_nobody_answers(open_world: World, endpoint: Endpoint) -> None:
    flow, message = await offered(open_world, endpoint)
    open_world.sandbox.flows[flow].endpoint_uri = "http://127.0.0.1:9/"
    found = await step(open_world, message, "open")
    assert (found["status"], found["problem"]) == (0, "no_http_response_error")
    path = f"{open_world.url}/control/messages/wamid.none/flow"
    async with open_world.client.post(path, json={"do": "open"}) as answer:
        assert answer.status == 404
