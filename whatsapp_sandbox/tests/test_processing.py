"""Files are opened when they are sent: what does not fit its place, or is not what it claims, fails with 131053."""

from __future__ import annotations

import io
import struct
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World, serve
from whatsapp_sandbox.tests.test_media import JPEG, TOKEN, upload

OPUS = sample("audio", "voice-en")[1]
WEBP = sample("sticker", "thanks")[1]
FILM = sample("video", "pour-over")[1]
PDF = sample("document", "purchase-order")[1]
TEXT = b"This is no picture.\n" * 20
MP3 = b"\xff\xfb\x90\x00" + bytes(413)


def picture(form: str, mode: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, form)
    return out.getvalue()


def deep_color_png() -> bytes:
    """The header of a PNG with 16 bits of each of three colors, which no library here writes."""
    plain = bytearray(picture("PNG", "RGB"))
    plain[24] = 16
    return bytes(plain)


def ogg(packet: bytes) -> bytes:
    return b"OggS\0\x02" + struct.pack("<qIIIB", 0, 1, 0, 0, 1) + bytes([len(packet)]) + packet


def opus(channels: int) -> bytes:
    return ogg(b"OpusHead\x01" + bytes([channels]) + bytes(9))


VORBIS = ogg(b"\x01vorbis" + bytes(4) + b"\x01" + bytes(18))
VOICE = {"voice": True}


async def fate(world: World, kind: str, content: dict[str, Any]) -> str | int:
    """``sent``, or the code with which an accepted message failed."""
    status, answer = await world.send(kind, content)
    assert status == 200, answer
    return await outcome(world, answer["messages"][0]["id"])


async def outcome(world: World, message_id: str) -> str | int:
    await world.until(lambda: bool(world.receiver.statuses(message_id)))
    first = world.receiver.statuses(message_id)[0]
    return int(first["errors"][0]["code"]) if first["status"] == "failed" else str(first["status"])


@pytest.mark.parametrize(
    ("kind", "mime_type", "data", "more", "expected"),
    [
        ("image", "image/jpeg", JPEG, {}, "sent"),
        ("image", "image/jpeg", picture("JPEG", "L"), {}, "sent"),
        ("image", "image/png", picture("PNG", "RGBA"), {}, "sent"),
        ("image", "image/png", picture("PNG", "P"), {}, "sent"),
        ("image", "image/jpeg", picture("JPEG", "CMYK"), {}, 131053),
        ("image", "image/png", picture("PNG", "I;16"), {}, 131053),
        ("image", "image/png", deep_color_png(), {}, 131053),
        ("image", "image/jpeg", TEXT, {}, 131053),
        ("image", "image/png", TEXT, {}, 131053),
        ("image", "image/jpeg", WEBP, {}, 131053),
        ("image", "image/jpeg", PDF, {}, 131053),
        ("image", "image/jpeg", JPEG[:20], {}, 131053),
        ("image", "image/webp", WEBP, {}, 131053),
        ("image", "video/mp4", FILM, {}, 131053),
        ("sticker", "image/webp", WEBP, {}, "sent"),
        ("sticker", "image/webp", JPEG, {}, 131053),
        ("sticker", "image/jpeg", JPEG, {}, 131053),
        ("video", "video/mp4", FILM, {}, "sent"),
        ("video", "video/mp4", VORBIS, {}, 131053),
        ("video", "image/jpeg", JPEG, {}, 131053),
        ("audio", "audio/ogg", OPUS, {}, "sent"),
        ("audio", "audio/ogg; codecs=opus", OPUS, VOICE, "sent"),
        ("audio", "audio/ogg", opus(1), VOICE, "sent"),
        ("audio", "audio/ogg", opus(2), {}, "sent"),
        ("audio", "audio/ogg", opus(2), VOICE, 131053),
        ("audio", "audio/ogg", VORBIS, {}, 131053),
        ("audio", "audio/ogg; codecs=opus", VORBIS, VOICE, 131053),
        ("audio", "audio/ogg", ogg(b"Speex   " + bytes(60)), {}, 131053),
        ("audio", "audio/ogg", OPUS[:12], {}, 131053),
        ("audio", "audio/mpeg", MP3, {}, "sent"),
        ("audio", "audio/mpeg", MP3, VOICE, 131053),
        ("audio", "audio/mp4", OPUS, {}, 131053),
        ("audio", "audio/amr", b"#!AMR\n\x04" + bytes(30), {}, "sent"),
        ("audio", "audio/amr", TEXT, {}, 131053),
        ("document", "application/pdf", PDF, {}, "sent"),
        ("document", "text/plain", TEXT, {}, "sent"),
        ("document", "image/jpeg", JPEG, {}, 131053),
    ],
)
async def test_what_becomes_of_a_file(
    open_world: World, kind: str, mime_type: str, data: bytes, more: dict[str, Any], expected: str | int
) -> None:
    status, made = await upload(open_world, data, mime_type)
    assert status == 200
    assert await fate(open_world, kind, {"id": made["id"], **more}) == expected


def buttons(header: dict[str, Any]) -> dict[str, Any]:
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
    return {"type": "button", "header": header, "body": {"text": "Well?"}, "action": {"buttons": [reply]}}


def carousel(header: dict[str, Any]) -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": "Look", "url": "https://example.com"}}
    cards = [
        {"card_index": index, "type": "cta_url", "header": header, "body": {"text": "A"}, "action": action}
        for index in range(2)
    ]
    return {"type": "carousel", "body": {"text": "Look"}, "action": {"cards": cards}}


@pytest.mark.parametrize(
    ("kind", "mime_type", "data", "expected"),
    [
        ("document", "application/pdf", PDF, "sent"),
        ("document", "image/jpeg", JPEG, 131053),
        ("image", "image/jpeg", JPEG, "sent"),
        ("image", "application/pdf", PDF, 131053),
        ("image", "image/jpeg", TEXT, 131053),
        ("video", "video/mp4", FILM, "sent"),
        ("video", "image/jpeg", JPEG, 131053),
    ],
)
async def test_headers_are_no_other_place(
    open_world: World, kind: str, mime_type: str, data: bytes, expected: str | int
) -> None:
    """Of buttons, cards and templates."""
    world = open_world
    made = (await upload(world, data, mime_type))[1]
    header = {"type": kind, kind: {"id": made["id"]}}
    assert await fate(world, "interactive", buttons(header)) == expected
    if kind != "document":
        assert await fate(world, "interactive", carousel(header)) == expected
    assert await fate(world, "template", await with_header(world, header)) == expected


async def with_header(world: World, header: dict[str, Any]) -> dict[str, Any]:
    """An approved template with a header of this kind, filled in."""
    form = {"type": "HEADER", "format": header["type"].upper(), "example": {"header_handle": ["4::a"]}}
    made = {
        "name": f"with_{header['type']}",
        "language": "en_US",
        "category": "UTILITY",
        "components": [form, {"type": "BODY", "text": "Here it is."}],
    }
    status, answer = await world.graph("POST", f"{WABA}/message_templates", made)
    assert status == 200, answer
    await world.idle()
    filled = [{"type": "header", "parameters": [header]}]
    return {"name": made["name"], "language": {"code": "en_US"}, "components": filled}


@pytest.mark.parametrize(
    ("content", "mime_type", "expected"),
    [
        (JPEG, "image/jpeg", "sent"),
        (TEXT, "image/jpeg", 131053),
        (picture("JPEG", "CMYK"), "image/jpeg", 131053),
        (PDF, "application/pdf", 131053),
    ],
)
async def test_what_a_link_answers_is_opened_too(
    open_world: World, content: bytes, mime_type: str, expected: str | int
) -> None:
    async def file(request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=mime_type)

    files = web.Application()
    files.router.add_get("/a", file)
    runner, url = await serve(files)
    link = {"link": f"{url}/a"}
    header = {"type": "image", "image": link}
    for kind, said in (("image", link), ("interactive", buttons(header))):
        message = (await open_world.send(kind, said))[1]["messages"][0]["id"]
        assert await outcome(open_world, message) == expected
    await runner.cleanup()


async def test_the_details_name_both_types(open_world: World) -> None:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "image/jpeg"})
    form.add_field("file", io.BytesIO(TEXT), filename="text.jpg", content_type="image/jpeg")
    address = f"{open_world.url}/v26.0/{NUMBER}/media"
    async with open_world.client.post(address, data=form, headers=TOKEN) as answer:
        made = await answer.json()
    message = (await open_world.send("image", {"id": made["id"]}))[1]["messages"][0]["id"]
    await open_world.idle()
    (error,) = open_world.receiver.statuses(message)[0]["errors"]
    assert error["error_data"]["details"] == (
        "Image file uploaded with mimetype as image/jpeg, however on processing it is of type text/plain. "
        "Please choose a different file."
    )
