"""Files over real HTTP: what is uploaded, and every check between WhatsApp's host and our disk."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from regulars.channels.record import Fetched
from regulars.channels.whatsapp.graph import GraphError
from regulars.channels.whatsapp.media import (
    MediaCorrupt,
    MediaGone,
    MediaTooLarge,
    MediaUnavailable,
    fetch_media,
    upload_media,
)
from regulars.kernel.addresses import ForbiddenAddress, PublicResolver, check_address

from .graph_server import NUMBER, GraphServer

PICTURE = b"picture" * 100_000
DIGEST = hashlib.sha256(PICTURE).hexdigest()
MEDIA = "900000000000001"


def describe(graph: GraphServer, *, url: str = "", **rest: Any) -> None:
    description = {
        "url": url or f"{graph.url}/file",
        "mime_type": "image/jpeg",
        "sha256": DIGEST,
        "id": MEDIA,
    }
    graph.answers("GET", f"/v26.0/{MEDIA}", {**description, **rest})


def serve(
    graph: GraphServer, body: bytes = PICTURE, *, content_type: str = "image/jpeg", status: int = 200
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type, status=status)

    graph.on("GET", "/file", handler)


async def test_a_file_is_fetched_with_its_size_type_and_digest(graph, graph_client):
    describe(graph, file_size=len(PICTURE))
    serve(graph)
    target = io.BytesIO()
    fetched = await fetch_media(graph_client, MEDIA, target, sha256=DIGEST)
    assert fetched == Fetched("image/jpeg", len(PICTURE), DIGEST)
    assert target.getvalue() == PICTURE
    assert [request.headers["Authorization"] for request, _body in graph.requests] == ["Bearer token-1"] * 2
    assert graph.requests[0][0].query == {}


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/jpg"])
async def test_a_host_may_name_the_type_otherwise(graph, graph_client, content_type):
    describe(graph)
    serve(graph, content_type=content_type)
    assert (await fetch_media(graph_client, MEDIA, io.BytesIO())).mime_type == "image/jpeg"


async def test_a_file_that_is_announced_too_large_is_never_asked_for(graph, graph_client):
    describe(graph, file_size=101)
    with pytest.raises(MediaTooLarge):
        await fetch_media(graph_client, MEDIA, io.BytesIO(), most_bytes=100)
    assert len(graph.requests) == 1


async def test_a_file_that_turns_out_too_large_is_broken_off(graph, graph_client):
    describe(graph, file_size=10)
    serve(graph)
    target = io.BytesIO()
    with pytest.raises(MediaTooLarge):
        await fetch_media(graph_client, MEDIA, target, most_bytes=100)
    assert target.getvalue() == b""


@pytest.mark.parametrize(
    ("described", "served", "announced"),
    [
        ({"sha256": "00" * 32}, {}, ""),
        ({}, {}, "11" * 32),
        ({}, {"body": b"<html>", "content_type": "text/html"}, ""),
    ],
)
async def test_what_is_not_the_announced_file_is_refused(graph, graph_client, described, served, announced):
    describe(graph, **described)
    serve(graph, **served)
    with pytest.raises(MediaCorrupt):
        await fetch_media(graph_client, MEDIA, io.BytesIO(), sha256=announced)


async def test_a_stale_address_is_asked_for_again(graph, graph_client):
    describe(graph)
    served = []

    async def stale_once(_request):
        served.append(1)
        if len(served) == 1:
            return web.Response(status=404)
        return web.Response(body=PICTURE, content_type="image/jpeg")

    graph.on("GET", "/file", stale_once)
    assert (await fetch_media(graph_client, MEDIA, io.BytesIO())).size == len(PICTURE)
    assert [request.path for request, _body in graph.requests] == [f"/v26.0/{MEDIA}", "/file"] * 2


async def test_a_host_that_knows_no_address_is_unavailable(graph, graph_client):
    describe(graph)
    serve(graph, b"", status=404)
    with pytest.raises(MediaUnavailable):
        await fetch_media(graph_client, MEDIA, io.BytesIO())


async def test_an_old_file_is_gone_for_good(graph, graph_client):
    graph.answers("GET", f"/v26.0/{MEDIA}", {"error": {"message": "Unsupported get", "code": 100}}, 400)
    with pytest.raises(MediaGone):
        await fetch_media(graph_client, MEDIA, io.BytesIO())


async def test_a_refused_token_is_not_the_files_fault(graph, graph_client):
    graph.answers("GET", f"/v26.0/{MEDIA}", {"error": {"message": "Expired", "code": 190}}, 401)
    with pytest.raises(GraphError):
        await fetch_media(graph_client, MEDIA, io.BytesIO())


async def test_a_redirect_to_another_host_loses_the_token(graph, graph_client):
    other = GraphServer()
    await other.server.start_server()
    serve(other)

    async def move(_request):
        raise web.HTTPFound(location=f"{other.url}/file")

    describe(graph)
    graph.on("GET", "/file", move)
    assert (await fetch_media(graph_client, MEDIA, io.BytesIO())).size == len(PICTURE)
    assert ["Authorization" in request.headers for request, _body in other.requests] == [False]
    await other.server.close()


async def test_endless_redirects_end(graph, graph_client):
    async def move(_request):
        raise web.HTTPFound(location="/file")

    describe(graph)
    graph.on("GET", "/file", move)
    with pytest.raises(MediaUnavailable, match="more than 3 times"):
        await fetch_media(graph_client, MEDIA, io.BytesIO())
    assert len(graph.requests) == 5


async def test_a_redirect_to_no_address_is_no_crash(graph, graph_client):
    async def move(_request):
        return web.Response(status=302, headers={"Location": "http://[half"})

    describe(graph)
    graph.on("GET", "/file", move)
    with pytest.raises(MediaUnavailable, match="no usable address"):
        await fetch_media(graph_client, MEDIA, io.BytesIO())


@pytest.mark.parametrize("url", ["", "no address", "/relative", "ftp://127.0.0.1/x"])
async def test_an_unusable_address_is_refused(graph, graph_client, url):
    graph.answers("GET", f"/v26.0/{MEDIA}", {"url": url})
    with pytest.raises((MediaUnavailable, ForbiddenAddress)):
        await fetch_media(graph_client, MEDIA, io.BytesIO())


async def test_a_file_is_uploaded_with_its_type_and_name(graph, graph_client):
    graph.answers("POST", f"/v26.0/{NUMBER}/media", {"id": "900001"})
    name = "накладная №48.pdf"
    assert await upload_media(graph_client, NUMBER, io.BytesIO(b"%PDF"), "application/pdf", name) == "900001"
    request, body = graph.requests[0]
    assert request.content_type == "multipart/form-data"
    parts = body.split(b"\r\n--")
    assert [part.split(b"\r\n\r\n", 1)[1].strip() for part in parts if b"\r\n\r\n" in part] == [
        b"whatsapp",
        b"application/pdf",
        b"%PDF",
    ]
    assert b"Content-Type: application/pdf" in parts[2]


META = URL("https://graph.facebook.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/x?mid=1",
        "https://graph.facebook.com/x",
        "https://8.8.8.8/x",
        "https://[64:ff9b::8.8.8.8]/x",
    ],
)
def test_public_https_addresses_are_allowed(url):
    check_address(URL(url), META)


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/x",
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[::127.0.0.1]/x",
        "https://[64:ff9b::10.0.0.1]/x",
        "https://[2002:7f00:1::]/x",
        "https://[::ffff:0:10.0.0.1]/x",
        "https://[64:ff9b:1::1]/x",
        "https://[fec0::1]/x",
        "https://[ff02::1]/x",
        "https://224.0.0.1/x",
        "file:///etc/passwd",
        "http://graph.facebook.com/x",
    ],
)
def test_other_addresses_are_forbidden(url):
    with pytest.raises(ForbiddenAddress):
        check_address(URL(url), META)


def test_a_sandbox_on_this_machine_may_use_other_ports():
    check_address(URL("http://127.0.0.1:9/x"), URL("http://127.0.0.1:8950"))
    check_address(URL("http://graph.lan:8950/x"), URL("http://graph.lan:8950"))


async def test_a_name_that_leads_into_the_own_network_is_not_resolved():
    resolver = PublicResolver(META)
    with pytest.raises(OSError, match="no public address"):
        await resolver.resolve("localhost", 443)
    await resolver.close()
    own = PublicResolver(URL("http://localhost:8950"))
    assert {entry["port"] for entry in await own.resolve("localhost", 8950)} == {8950}
    await own.close()
    behind_proxy = PublicResolver(META, "http://localhost:3128")
    assert {entry["port"] for entry in await behind_proxy.resolve("localhost", 3128)} == {3128}
    await behind_proxy.close()
