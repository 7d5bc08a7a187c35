"""The Graph client over real HTTP: management calls, paging, and errors that carry the decision."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from regulars.channels.whatsapp.graph import GraphError, NumberInfo
from regulars.inboxes.ports import Deferred, ProviderError, Refused, Uncertain

from .graph_server import NUMBER

ACCOUNT = "100000000000101"


async def test_all_pages_of_templates_are_listed(graph, graph_client):
    async def page(request):
        after = request.query.get("after")
        if after is None:
            paging = {"cursors": {"after": "c1"}, "next": "https://elsewhere.example/?access_token=stolen"}
            return web.json_response({"data": [{"name": "a"}], "paging": paging})
        return web.json_response({"data": [{"name": "b"}], "paging": {"cursors": {"after": "c2"}}})

    graph.on("GET", f"/v26.0/{ACCOUNT}/message_templates", page)
    assert await graph_client.list_templates(ACCOUNT) == [{"name": "a"}, {"name": "b"}]
    assert [request.query.get("after") for request, _body in graph.requests] == [None, "c1"]
    assert graph.requests[0][0].query["limit"] == "100"


async def test_a_cursor_that_never_moves_does_not_loop(graph, graph_client):
    stuck = {"data": [{"name": "a"}], "paging": {"cursors": {"after": "c"}, "next": "x"}}
    graph.answers("GET", f"/v26.0/{ACCOUNT}/message_templates", stuck)
    assert await graph_client.list_templates(ACCOUNT) == [{"name": "a"}, {"name": "a"}]


async def test_numbers_tell_how_they_are_rated_if_they_are(graph, graph_client):
    rows = [{"id": NUMBER, "quality_rating": "GREEN"}, {"id": 7, "quality_rating": None}, {"id": "8"}]
    graph.answers("GET", f"/v26.0/{ACCOUNT}/phone_numbers", {"data": rows})
    assert await graph_client.list_numbers(ACCOUNT) == [
        NumberInfo(id=NUMBER, quality_rating="GREEN"),
        NumberInfo(id="7"),
        NumberInfo(id="8"),
    ]
    assert graph.requests[0][0].query["fields"] == "id,quality_rating"


@pytest.mark.parametrize(
    ("answer", "portfolio"),
    [
        ({"id": ACCOUNT, "owner_business_info": {"id": "111", "name": "Shop Ltd"}}, "111"),
        ({"id": ACCOUNT, "owner_business_info": {"id": 111}}, "111"),
        ({"id": ACCOUNT}, ""),
        ({"id": ACCOUNT, "owner_business_info": "?"}, ""),
    ],
)
async def test_an_account_tells_its_portfolio_or_does_not(graph, graph_client, answer, portfolio):
    graph.answers("GET", f"/v26.0/{ACCOUNT}", answer)
    assert await graph_client.get_portfolio(ACCOUNT) == portfolio


async def test_read_receipts_and_typing_leave_as_one_call_each(graph, graph_client):
    graph.answers("POST", f"/v26.0/{NUMBER}/messages", {"success": True})
    await graph_client.mark_read(NUMBER, "wamid.1")
    await graph_client.show_typing(NUMBER, "wamid.1")
    bodies = [json.loads(body) for _request, body in graph.requests]
    assert [sorted(body) for body in bodies] == [
        ["message_id", "messaging_product", "status"],
        ["message_id", "messaging_product", "status", "typing_indicator"],
    ]


@pytest.mark.parametrize(
    ("status", "payload", "kind", "code"),
    [
        (400, {"error": {"message": "(#190) Expired", "code": 190}}, Deferred, 190),
        (400, {"error": {"message": "(#100) Bad", "code": 100}}, Refused, 100),
        (400, {"error": {"message": "(#80007) Slow", "code": 80007}}, Deferred, 80007),
        (200, {"error": {"message": "(#2) Down", "code": 2}}, Uncertain, 2),
        (200, ["not", "an", "object"], Uncertain, 990002),
    ],
)
async def test_a_failed_call_says_whether_to_try_again(graph, graph_client, status, payload, kind, code):
    graph.answers("GET", f"/v26.0/{NUMBER}", payload, status)
    with pytest.raises(GraphError) as caught:
        await graph_client.call("GET", NUMBER)
    assert isinstance(caught.value.result, kind)
    assert caught.value.error.code == code


async def test_an_error_tells_metas_details(graph, graph_client):
    error = {"message": "(#100) Invalid", "code": 100, "error_data": {"details": "name is taken"}}
    graph.answers("POST", f"/v26.0/{ACCOUNT}/message_templates", {"error": error}, 400)
    with pytest.raises(GraphError) as caught:
        await graph_client.call("POST", f"{ACCOUNT}/message_templates", json={})
    assert caught.value.error == ProviderError(code=100, title="(#100) Invalid", details="name is taken")


@pytest.mark.parametrize("path", ["", "../x", "a/b/c", "a?b=c", "a#b", "http://x", "a b"])
def test_only_objects_and_edges_are_paths(graph_client, path):
    with pytest.raises(ValueError, match="Graph path"):
        graph_client.url(path)
