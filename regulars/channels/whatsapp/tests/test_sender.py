"""Sending over real HTTP: what arrives, what comes back, and how every way of failing is judged."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from aiohttp import web

from regulars.channels.whatsapp.error_kinds import DEADLINE, NOT_BUILT, UNREACHABLE
from regulars.channels.whatsapp.graph import GRAPH_URL, GraphClient, open_session
from regulars.channels.whatsapp.sender import send
from regulars.inboxes.ports import (
    Accepted,
    Deferred,
    Identity,
    OutgoingContent,
    OutgoingMedia,
    OutgoingText,
    Refused,
    SendResult,
    ToSend,
    Uncertain,
)

from .graph_server import NUMBER
from .sending import send_all

MESSAGES = f"/v26.0/{NUMBER}/messages"


def text(number: int, *, address: str = NUMBER, content: OutgoingContent | None = None) -> ToSend:
    return ToSend(
        message_id=f"m{number}",
        address=address,
        recipient=Identity("phone", "+12025550103"),
        content=content or OutgoingText(body=f"text {number}"),
        callback_data=f"m{number}",
    )


async def echo(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    return web.json_response({"messages": [{"id": "wamid." + body["biz_opaque_callback_data"]}]})


def kind(result: SendResult) -> tuple[str, str | None]:
    return type(result).__name__, result.pauses if isinstance(result, Deferred) else None


async def test_a_batch_arrives_whole_and_results_keep_its_order(graph, graph_client):
    graph.on("POST", MESSAGES, echo)
    results = await send_all(graph_client, [text(number) for number in range(300)])
    assert results == [Accepted(provider_id=f"wamid.m{number}") for number in range(300)]
    request, body = graph.requests[0]
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Content-Type"] == "application/json"
    sent = sorted(json.loads(body)["text"]["body"] for _request, body in graph.requests)
    assert sent == sorted(f"text {number}" for number in range(300))
    assert json.loads(body)["messaging_product"] == "whatsapp"


async def test_each_message_gets_its_own_judgement(graph, graph_client):
    async def by_content(request):
        body = await request.json()
        if body["text"]["body"] == "text 1":
            return web.json_response({"error": {"message": "x", "code": 131047}}, status=400)
        if body["text"]["body"] == "text 2":
            return web.json_response({"error": {"message": "x", "code": 130429}}, status=429)
        if body["text"]["body"] == "text 3":
            return web.Response(status=500, text="<html>")
        return await echo(request)

    graph.on("POST", MESSAGES, by_content)
    results = await send_all(graph_client, [text(number) for number in range(4)])
    assert [kind(result) for result in results] == [
        ("Accepted", None),
        ("Refused", None),
        ("Deferred", "number"),
        ("Uncertain", None),
    ]


async def test_nobody_listening_is_a_certain_no(graph_session):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    graph_client = GraphClient(f"http://127.0.0.1:{port}", "t", graph_session)
    result = await send(graph_client, text(1))
    assert isinstance(result, Deferred)
    assert (result.error.code, result.pauses) == (UNREACHABLE, "connection")


async def test_a_failed_tls_handshake_is_a_certain_no(graph, graph_session):
    graph_client = GraphClient(graph.url.replace("http:", "https:"), "t", graph_session)
    assert kind(await send(graph_client, text(1))) == ("Deferred", "connection")


async def test_a_connection_that_breaks_after_the_request_is_uncertain(graph, graph_client):
    async def hang_up(request):
        request.transport.abort()
        return web.Response()

    graph.on("POST", MESSAGES, hang_up)
    assert kind(await send(graph_client, text(1))) == ("Uncertain", None)
    assert len(graph.requests) == 1


async def test_an_answer_that_comes_too_late_is_uncertain(graph, graph_client):
    async def slow(_request):
        await asyncio.sleep(1)
        return web.Response()

    graph.on("POST", MESSAGES, slow)
    result = await send(graph_client, text(1), deadline=0.1)
    assert isinstance(result, Uncertain)
    assert result.reason == "TimeoutError"


async def test_waiting_in_vain_for_a_connection_is_a_certain_no(graph):
    async def slow(request):
        await asyncio.sleep(0.5)
        return await echo(request)

    graph.on("POST", MESSAGES, slow)
    async with open_session(graph.url, connections=1) as narrow:
        graph_client = GraphClient(graph.url, "t", narrow)
        first = asyncio.create_task(send(graph_client, text(1)))
        await asyncio.sleep(0.1)
        second = await send(graph_client, text(2), deadline=0.1)
        assert kind(await first) == ("Accepted", None)
    assert isinstance(second, Deferred)
    assert (second.error.code, second.pauses) == (DEADLINE, "message")
    assert len(graph.requests) == 1


async def test_redirects_are_not_followed(graph, graph_client):
    async def move(_request):
        raise web.HTTPTemporaryRedirect(location="/elsewhere")

    graph.on("POST", MESSAGES, move)
    assert kind(await send(graph_client, text(1))) == ("Deferred", "connection")
    assert [request.path for request, _body in graph.requests] == [MESSAGES]


@pytest.mark.parametrize(
    "unbuildable",
    [
        text(1, content=OutgoingMedia(kind="image", media_id="never-uploaded")),
        text(1, address="../me"),
        text(1, address=""),
    ],
)
async def test_what_cannot_be_built_is_refused_and_nothing_leaves(graph, graph_client, unbuildable):
    result = await send(graph_client, unbuildable)
    assert isinstance(result, Refused)
    assert (result.error.code, graph.requests) == (NOT_BUILT, [])


async def test_the_token_shows_in_no_representation(graph_session):
    graph_client = GraphClient(GRAPH_URL, "token-1", graph_session)
    assert repr(graph_client) == "GraphClient('https://graph.facebook.com')"
