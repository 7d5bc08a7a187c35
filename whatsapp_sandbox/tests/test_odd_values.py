"""Wrong kinds of values at every place of every request: refused with a reason, never a 500, and nothing breaks later.

Each example takes a request that is right and puts something odd in the place of one value in it, or of everything.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatsapp_sandbox.control.api import SANDBOX
from whatsapp_sandbox.server import CONTROL, make_app
from whatsapp_sandbox.settings import Switches, patch
from whatsapp_sandbox.tests.conftest import NUMBER, QUICK, WABA, serve
from whatsapp_sandbox.tests.odd_requests import (
    APP,
    CONTROL_BODIES,
    ENDLESS,
    FLOW,
    QUERIES,
    SIGNUP,
    TEMPLATE_GROUP,
    Request,
    graph_requests,
)


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": [value]}
    return value


ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    7,
    1.5,
    1e300,
    -1e18,
    10**15,
    10**30,
    "",
    " ",
    "x",
    "\u0000",
    "9" * 40,
    "٣",
    "😀",
]
ODD += [
    "[",
    "[1]",
    '{"a": 1}',
    '["[1]"]',
    "[" * 200,
    "on",
    "true",
    "http://[",
    [],
    [[]],
    [None],
    [1],
    ["x"],
    [{}],
]
ODD += [{}, {"a": None}, {"type": []}, {"id": {}}, {"type": "text"}, nested(5), nested(40)]
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-50, 50), st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
trees = st.recursive(
    scalars | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
odd_values = st.sampled_from(ODD) | trees


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the value itself first; of long lists the beginning."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:2]):
            yield from places(item, (*path, index))


def put(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = deepcopy(value)
    owner = changed
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = odd
    return changed


@st.composite
def odd_requests(draw: st.DrawFn, requests: list[Request]) -> Request:
    method, path, body = draw(st.sampled_from(requests))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        body = put(body, draw(st.sampled_from(list(places(body)))), draw(odd_values))
    return method, path, body


class Server:
    """A sandbox and a client in a loop of their own, for tests that hypothesis calls."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        switches = Switches()
        patch(switches, QUICK | {"rates": {"messages_per_second": None, "pair_seconds": None}})
        patch(switches, {"rates": {"management_per_hour": None}})
        self.app = make_app(switches=switches)
        self.run = runner.run
        self.site, self.url = self.run(serve(self.app))
        self.client = self.run(self._client())
        self.sandbox = self.app[SANDBOX]
        self.message_id = self.group_id = ""

    async def _client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers={"Authorization": "Bearer sandbox-token"})

    def close(self) -> None:
        self.run(self.client.close())
        self.run(self.site.cleanup())

    def people(self) -> None:
        """Ann has written, and there is a group; nothing is held against the request to come."""
        self.sandbox.counters.clear()
        if "ann" not in self.sandbox.customers:
            self.ask("POST", "control/customers", {"id": "ann", "name": "Ann", "phone": "+12025550117"})
        if self.message_id not in self.sandbox.messages:
            self.message_id = self.ask("POST", "control/customers/ann/messages", {"text": "Hi"})[1]["id"]
        if self.group_id not in self.sandbox.groups:
            from whatsapp_sandbox.model import Flow, Group, Signup, TemplateGroup

            texts = {
                "signup_message": "a",
                "confirmation_message": "b",
                "privacy_policy_url": "https://a.example",
            }
            self.sandbox.flows[FLOW] = Flow(FLOW, WABA, "Booking", ["OTHER"], APP, 0.0)
            self.sandbox.template_groups[TEMPLATE_GROUP] = TemplateGroup(
                TEMPLATE_GROUP, WABA, "Us", "", 0.0, 0.0
            )
            self.sandbox.signups[SIGNUP] = Signup(SIGNUP, WABA, texts)
            self.group_id = "c2FuZGJveDpncm91cA"
            group = Group(self.group_id, NUMBER, "Us", "", "auto_approve", 0.0, "CODE", ["ann"])
            self.sandbox.groups[self.group_id] = group

    def ask(self, method: str, path: str, body: Any, form: str = "json") -> tuple[int, Any]:
        return self.run(self._ask(method, path, body, form))

    async def _ask(self, method: str, path: str, body: Any, form: str) -> tuple[int, Any]:
        options: dict[str, Any] = {"json": body}
        if form != "json" and isinstance(body, dict):
            flat = {key: item if isinstance(item, str) else json.dumps(item) for key, item in body.items()}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            options = {"params": flat} if form == "query" else {"data": urlencode(flat), "headers": headers}
        async with self.client.request(method, f"{self.url}/{path}", **options) as answer:
            return answer.status, json.loads(await answer.read())

    def check(self, caplog: pytest.LogCaptureFixture) -> None:
        """Nothing was caught by the net, nothing failed in the background, and every view still answers."""
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        caplog.clear()
        assert [logging.Formatter().format(record) for record in errors] == []
        assert self.sandbox.counters["unforeseen"] == 0
        for path in (
            "customers?all=1",
            "customers/ann/messages",
            "templates",
            "groups",
            "account",
            "faults",
            "clock",
        ):
            assert self.ask("GET", f"control/{path}", None)[0] in (200, 404), path


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with asyncio.Runner() as runner:
        server = Server(runner)
        yield server
        server.close()


EXAMPLES = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@EXAMPLES
@given(data=st.data())
def test_graph_requests(server: Server, caplog: pytest.LogCaptureFixture, data: st.DataObject) -> None:
    server.people()
    requests = graph_requests(server.message_id, server.group_id)
    method, path, body = data.draw(odd_requests(requests))
    form = data.draw(st.sampled_from(["json", "json", "form", "query"]))
    status, answer = server.ask(method, f"v26.0/{path}", body, form)
    assert status < 500, answer
    assert status < 400 or {"message", "type", "code", "fbtrace_id"} <= set(answer["error"])
    server.check(caplog)


@EXAMPLES
@given(data=st.data())
def test_control_requests(server: Server, caplog: pytest.LogCaptureFixture, data: st.DataObject) -> None:
    server.people()
    requests = [(method, path, body) for (method, path), bodies in CONTROL_BODIES.items() for body in bodies]
    method, path, body = data.draw(odd_requests(requests))
    places = {
        "customer": "ann",
        "message": server.message_id,
        "template": "700000000000101",
        "number": NUMBER,
    }
    places |= {"app": APP, "field": "user_preferences"}
    path = path.replace("{group:.+}", server.group_id).format(**places)
    status, answer = server.ask(method, f"control/{path}", put_message(body, server.message_id))
    assert status < 500 or path == "idle", answer
    assert status < 400 or path == "idle" or set(answer) == {"detail"}
    server.check(caplog)


def put_message(body: Any, message_id: str) -> Any:
    return json.loads(json.dumps(body).replace("MESSAGE", message_id))


def test_every_control_request_is_tried() -> None:
    changing = {(method, path) for method, path, _ in CONTROL if method not in ("GET", "DELETE")}
    assert changing == set(CONTROL_BODIES)


def test_reading_with_odd_queries(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.people()
    for method, path, _ in CONTROL:
        if method in ("GET", "DELETE") and (method, path) not in ENDLESS:
            there = path.replace("{group:.+}", "x").format(customer="ann", message="x", media="..%2fx")
            query = QUERIES.get((method, path), "")
            assert server.ask(method, f"control/{there}?{query}", None)[0] in (200, 400, 404)
    server.check(caplog)


@pytest.mark.parametrize("path", [f"v26.0/{NUMBER}/messages", f"v26.0/{NUMBER}/media", "control/customers"])
@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"a=+AGE-"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        ("application/x-www-form-urlencoded", b"text=%ff%fe&to=%00"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"a":' * 300 + b"1" + b"}" * 300),
        ("application/json", b'{"a": "\\ud800"}'),
        ("application/json", b'{"to": 1e999}'),
        ("text/plain; charset=nonsense", b"\xff"),
    ],
)
def test_bodies_that_cannot_be_read(server: Server, path: str, kind: str, raw: bytes) -> None:
    async def post() -> int:
        headers = {"Content-Type": kind}
        async with server.client.post(f"{server.url}/{path}", data=raw, headers=headers) as answer:
            return answer.status

    server.sandbox.faults.clear()  # other tests put odd ones there, and one may answer every call with a 500
    server.sandbox.counters.clear()
    assert 400 <= server.run(post()) < 500
    assert server.sandbox.counters["unforeseen"] == 0
