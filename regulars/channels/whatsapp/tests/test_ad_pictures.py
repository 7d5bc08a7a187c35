"""Pictures of advertisements over real HTTP: nothing of ours goes there, and nothing but a picture comes back."""

from __future__ import annotations

import hashlib
import io

import pytest
from aiohttp import web

from regulars.channels.record import Fetched
from regulars.channels.whatsapp import ad_pictures
from regulars.channels.whatsapp.ad_pictures import NoPicture, fetch_ad_picture
from regulars.channels.whatsapp.graph import GRAPH_URL, GraphClient, open_session
from regulars.channels.whatsapp.media import MediaTooLarge, MediaUnavailable
from regulars.kernel.addresses import ForbiddenAddress
from regulars.media.tests.making import picture, png_bomb

from .graph_server import GraphServer

PICTURE = picture("JPEG", size=(64, 48))


def serve(
    graph: GraphServer, body: bytes = PICTURE, status: int = 200, content_type: str = "image/jpeg"
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type)

    graph.on("GET", "/ad", handler)


async def test_a_picture_is_fetched_without_the_token_and_named_by_its_content(graph, graph_client):
    serve(graph, content_type="text/html")
    target = io.BytesIO()
    fetched = await fetch_ad_picture(graph_client, f"{graph.url}/ad", target)
    assert fetched == Fetched("image/jpeg", len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    assert target.getvalue() == PICTURE
    assert ["Authorization" in request.headers for request, _body in graph.requests] == [False]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in</html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7",
        PICTURE[:12],
        png_bomb(60_000),
    ],
)
async def test_what_is_no_picture_that_we_draw_is_refused(graph, graph_client, body):
    serve(graph, body, content_type="image/jpeg")
    with pytest.raises(NoPicture):
        await fetch_ad_picture(graph_client, f"{graph.url}/ad", io.BytesIO())


@pytest.mark.parametrize(
    ("status", "problem"),
    [(403, NoPicture), (404, NoPicture), (410, NoPicture), (429, MediaUnavailable), (503, MediaUnavailable)],
)
async def test_an_address_that_ran_out_is_final_and_a_busy_host_is_not(graph, graph_client, status, problem):
    serve(graph, status=status)
    with pytest.raises(problem):
        await fetch_ad_picture(graph_client, f"{graph.url}/ad", io.BytesIO())


async def test_size_and_time_are_bounded(graph, graph_client, monkeypatch):
    serve(graph)
    monkeypatch.setattr(ad_pictures, "MOST_BYTES", len(PICTURE) - 1)
    with pytest.raises(MediaTooLarge):
        await fetch_ad_picture(graph_client, f"{graph.url}/ad", io.BytesIO())
    monkeypatch.setattr(ad_pictures, "DEADLINE", 0.0)
    with pytest.raises(MediaUnavailable, match="TimeoutError"):
        await fetch_ad_picture(graph_client, f"{graph.url}/ad", io.BytesIO())


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://cdn.example/ad.jpg", ForbiddenAddress),
        ("https://127.0.0.1/ad.jpg", ForbiddenAddress),
        ("https://10.1.2.3/ad.jpg", ForbiddenAddress),
        ("https://169.254.169.254/latest", ForbiddenAddress),
        ("https://[::1]/ad.jpg", ForbiddenAddress),
        ("https://[::ffff:127.0.0.1]/ad.jpg", ForbiddenAddress),
        ("file:///etc/passwd", NoPicture),
        ("/ad.jpg", NoPicture),
        ("https://[half", NoPicture),
        ("https://localhost/ad.jpg", MediaUnavailable),
        ("https://0x7f.1/ad.jpg", ForbiddenAddress),
        ("https://2130706433/ad.jpg", ForbiddenAddress),
        ("https://127.1/ad.jpg", ForbiddenAddress),
        ("https://127.0.0.1./ad.jpg", ForbiddenAddress),
        ("https://0177.0.0.1/ad.jpg", ForbiddenAddress),
        ("https://[fec0::1]/ad.jpg", ForbiddenAddress),
    ],
)
async def test_addresses_in_the_own_network_are_never_asked(url, problem):
    async with open_session(GRAPH_URL) as session:
        client = GraphClient(GRAPH_URL, "token-1", session)
        with pytest.raises(problem):
            await fetch_ad_picture(client, url, io.BytesIO())


async def test_a_redirect_is_judged_like_the_first_address(graph, graph_client, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "regulars.channels.whatsapp.media.check_address", lambda url, _base: asked.append(str(url.path))
    )
    serve(graph)

    async def move(_request):
        raise web.HTTPFound(location="/ad")

    graph.on("GET", "/moved", move)
    await fetch_ad_picture(graph_client, f"{graph.url}/moved", io.BytesIO())
    assert asked == ["/moved", "/ad"]
