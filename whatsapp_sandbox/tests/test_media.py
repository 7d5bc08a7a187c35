"""Checklist 7: upload, five-minute addresses, expiry by clock, 404 on stale, deletion, resumable uploads, links."""

from __future__ import annotations

import base64
import hashlib
import io

import aiohttp
import pytest
from aiohttp import web

from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.conftest import NUMBER, World, serve

TOKEN = {"Authorization": "Bearer sandbox-token"}
JPEG = sample("image", "kettle")[1]


async def upload(
    world: World, data: bytes = JPEG, mime_type: str = "image/jpeg"
) -> tuple[int, dict[str, object]]:
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("type", mime_type)
    form.add_field("file", io.BytesIO(data), filename="a.jpg", content_type=mime_type)
    async with world.client.post(f"{world.url}/v26.0/{NUMBER}/media", data=form, headers=TOKEN) as answer:
        return answer.status, await answer.json()


async def fetch(world: World, url: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    async with world.client.get(url, headers=TOKEN if headers is None else headers) as answer:
        return answer.status, await answer.read()


async def test_upload_look_up_fetch_delete(open_world: World) -> None:
    world = open_world
    _, made = await upload(world)
    about = (await world.graph("GET", f"{made['id']}?phone_number_id={NUMBER}"))[1]
    assert about | {"url": ""} == {
        "url": "",
        "mime_type": "image/jpeg",
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "file_size": len(JPEG),
        "id": made["id"],
        "messaging_product": "whatsapp",
    }
    assert await fetch(world, about["url"]) == (200, JPEG)
    assert (await fetch(world, about["url"], {}))[0] == 401
    assert (await world.send("image", {"id": made["id"], "caption": "Here"}))[0] == 200
    assert (await world.graph("DELETE", str(made["id"])))[1] == {"success": True}
    assert (await world.graph("GET", str(made["id"])))[1]["error"]["error_subcode"] == 33
    assert (await fetch(world, about["url"]))[0] == 404


async def test_addresses_live_five_minutes_and_media_thirty_days(world: World) -> None:
    _, made = await upload(world)
    url = (await world.graph("GET", str(made["id"])))[1]["url"]
    await world.control("POST", "clock", {"advance": 301})
    assert (await fetch(world, url))[0] == 404
    fresh = (await world.graph("GET", str(made["id"])))[1]["url"]
    assert (await fetch(world, fresh))[0] == 200
    await world.control("POST", "clock", {"advance": 30 * 24 * 3600})
    assert (await world.graph("GET", str(made["id"])))[0] == 400
    assert await world.refusal("image", {"id": made["id"]}) == 131009


async def test_inbound_media_lives_seven_days(world: World) -> None:
    await world.control("POST", "customers/ann/messages", {"type": "image", "image": {"caption": "Broken"}})
    await world.idle()
    image = world.receiver.messages()[0]["image"]
    data = sample("image", "damaged-cup")[1]
    assert base64.b64decode(image["sha256"]) == hashlib.sha256(data).digest()
    assert await fetch(world, image["url"]) == (200, data)
    await world.control("POST", "clock", {"advance": 7 * 24 * 3600 + 1})
    assert (await world.graph("GET", image["id"]))[0] == 400


@pytest.mark.parametrize(
    ("mime_type", "size"),
    [
        ("image/gif", 10),
        ("image/jpeg", 5 * 1024 * 1024 + 1),
        ("image/webp", 100_001),
        ("application/zip", 10),
        ("text/plain", 0),
    ],
)
async def test_types_and_sizes(world: World, mime_type: str, size: int) -> None:
    status, answer = await upload(world, b"x" * size, mime_type)
    assert (status, answer["error"]["code"]) == (400, 131053)  # type: ignore[index]


async def test_moving_stickers_may_be_larger(world: World) -> None:
    webp = b"RIFF....WEBPVP8X" + bytes(4) + b"\x02" + bytes(300_000)
    assert (await upload(world, webp, "image/webp"))[0] == 200


async def test_links_are_fetched(open_world: World) -> None:
    world = open_world
    files = web.Application()

    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=JPEG, content_type="image/jpeg")

    files.router.add_get("/a.jpg", picture)
    runner, url = await serve(files)
    good = (await world.send("image", {"link": f"{url}/a.jpg"}))[1]["messages"][0]["id"]
    bad = (await world.send("image", {"link": f"{url}/b.jpg"}))[1]["messages"][0]["id"]
    await world.until(
        lambda: len(world.receiver.statuses(good)) == 3 and len(world.receiver.statuses(bad)) == 1
    )
    assert world.receiver.statuses(bad)[0]["errors"][0]["code"] == 131053
    shown = await world.control("GET", f"messages/{good}")
    assert await fetch(world, world.url + shown["media"]["url"]) == (200, JPEG)
    await runner.cleanup()


async def test_resumable_upload(world: World) -> None:
    made = (
        await world.graph(
            "POST", "100000000000001/uploads?file_name=a.jpg&file_length=6&file_type=image/jpeg"
        )
    )[1]
    address = f"{world.url}/v26.0/{made['id']}"
    headers = {"Authorization": "OAuth sandbox-token"}
    async with world.client.post(address, data=b"abc", headers=headers | {"file_offset": "0"}) as answer:
        assert await answer.json() == {"file_offset": 3}
    assert (await world.graph("GET", made["id"]))[1]["file_offset"] == 3
    async with world.client.post(address, data=b"def", headers=headers | {"file_offset": "3"}) as answer:
        assert (await answer.json())["h"].startswith("4::image/jpeg:")


async def test_an_ads_picture_lies_open_to_all(open_world: World) -> None:
    world = open_world
    ad = {"source_type": "ad", "headline": "Kettle"}
    await world.say(referral=ad | {"sample": "kettle"})
    await world.idle()
    referral = world.receiver.messages()[-1]["referral"]
    address = referral.pop("image_url")
    assert referral == ad | {"media_type": "image"}
    assert await fetch(world, address, {}) == (200, JPEG)
    assert (await fetch(world, address + "x", {}))[0] == 404
    with pytest.raises(AssertionError, match="no image sample"):
        await world.say(referral=ad | {"sample": "none"})
