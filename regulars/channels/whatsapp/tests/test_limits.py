"""What WhatsApp would refuse is found before sending: each limit at its edge and one beyond."""

from __future__ import annotations

import io
from typing import Any

import pytest

from regulars.channels.whatsapp.limits import MEDIA_LIMITS, check, check_media_file, kind_of_type
from regulars.inboxes.ports import (
    ContactCard,
    InteractiveHeader,
    LimitProblem,
    ListRow,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ReplyButton,
    TemplateButtonValue,
    TemplateParameter,
)
from regulars.media.sniffing import sniff
from regulars.media.tests.making import (
    OPUS_MONO,
    OPUS_STEREO,
    THEORA,
    VORBIS,
    aac,
    compound,
    deep_png,
    film,
    moving,
    mp3,
    office,
    ogg,
    picture,
)


def problems(content: OutgoingContent) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in check(content)]


def buttons(*titles: str, **rest: Any) -> OutgoingInteractive:
    made = tuple(ReplyButton(id=f"b{index}", title=title) for index, title in enumerate(titles))
    return OutgoingInteractive(form="buttons", body="Choose", buttons=made, **rest)


def listing(*row_counts: int, **rest: Any) -> OutgoingInteractive:
    sections = tuple(
        ListSection(
            title=f"S{index}",
            rows=tuple(ListRow(id=f"{index}-{row}", title=f"Row {row}") for row in range(count)),
        )
        for index, count in enumerate(row_counts)
    )
    return OutgoingInteractive(form="list", body="Choose", list_button="Open", sections=sections, **rest)


ACCEPTED: list[OutgoingContent] = [
    OutgoingText(body="x" * 4096),
    OutgoingText(body="한" * 4096),
    OutgoingMedia(kind="image", media_id="1", caption="x" * 1024),
    OutgoingMedia(kind="audio", media_id="1", is_voice=True),
    OutgoingMedia(kind="document", link="https://files.example/a.pdf", filename="a.pdf"),
    OutgoingLocation(latitude=-90, longitude=180),
    OutgoingContacts(cards=(ContactCard(name="A"),) * 257),
    OutgoingReaction(target_provider_id="wamid.1", emoji="👍🏽"),
    OutgoingReaction(target_provider_id="wamid.1", emoji="❤️"),
    OutgoingReaction(target_provider_id="wamid.1", emoji="1️⃣"),
    OutgoingReaction(target_provider_id="wamid.1", emoji=""),
    buttons("Yes", "No", "x" * 20),
    buttons("Yes", header=InteractiveHeader(text="x" * 60), footer="x" * 60),
    buttons("Yes", header=InteractiveHeader(media=OutgoingMedia(kind="video", media_id="1"))),
    listing(10),
    listing(5, 5),
    OutgoingInteractive(form="cta_url", body="See", url_text="Open", url="https://shop.example/1?a=b"),
    OutgoingInteractive(form="location_request", body="Where are you?"),
    OutgoingInteractive(form="request_contact_info", body="Your number, please"),
    OutgoingTemplate(name="order_shipped", language="pt_BR", body=(TemplateParameter(text="A"),)),
    OutgoingTemplate(
        name="sale",
        language="ko",
        header=(TemplateParameter(kind="image", media=OutgoingMedia(kind="image", media_id="1")),),
        buttons=(
            TemplateButtonValue(index=0, sub_type="url", parameter=TemplateParameter(text="x")),
            TemplateButtonValue(
                index=1, sub_type="copy_code", parameter=TemplateParameter(kind="coupon_code", text="C" * 20)
            ),
        ),
    ),
]


@pytest.mark.parametrize("content", ACCEPTED, ids=lambda content: type(content).__name__)
def test_contents_at_the_limit_are_accepted(content):
    assert check(content) == []


REFUSED: list[tuple[OutgoingContent, list[tuple[str, str]]]] = [
    (OutgoingText(body=" \n"), [("body", "missing")]),
    (OutgoingText(body="\u200b\u2060\ufeff\u200f"), [("body", "missing")]),
    (OutgoingText(body="\u200f\u0e01"), []),
    (OutgoingText(body="x" * 4097), [("body", "too_long")]),
    (OutgoingMedia(kind="image", media_id="1", caption="x" * 1025), [("caption", "too_long")]),
    (OutgoingMedia(kind="audio", media_id="1", caption="x"), [("caption", "not_allowed")]),
    (OutgoingMedia(kind="sticker", media_id="1", caption="x"), [("caption", "not_allowed")]),
    (OutgoingMedia(kind="video"), [("media_id", "missing")]),
    (OutgoingMedia(kind="video", link="ftp://x"), [("link", "invalid")]),
    (OutgoingMedia(kind="video", media_id="1", is_voice=True), [("is_voice", "not_allowed")]),
    (
        OutgoingLocation(latitude=91, longitude=float("nan")),
        [("latitude", "invalid"), ("longitude", "invalid")],
    ),
    (OutgoingContacts(cards=()), [("cards", "missing")]),
    (OutgoingContacts(cards=(ContactCard(name="A"),) * 258), [("cards", "too_many")]),
    (OutgoingContacts(cards=(ContactCard(name="A"), ContactCard())), [("cards.1.name", "missing")]),
    (OutgoingReaction(target_provider_id="", emoji="👍"), [("target_provider_id", "missing")]),
    (OutgoingReaction(target_provider_id="w", emoji="ok"), [("emoji", "invalid")]),
    (buttons(), [("buttons", "missing")]),
    (buttons("a", "b", "c", "d"), [("buttons", "too_many")]),
    (buttons("a", "a"), [("buttons.title", "duplicate")]),
    (buttons("x" * 21), [("buttons.0.title", "too_long")]),
    (buttons("a", footer="x" * 61), [("footer", "too_long")]),
    (buttons("a", header=InteractiveHeader(text="x" * 61)), [("header.text", "too_long")]),
    (buttons("a", header=InteractiveHeader()), [("header.text", "missing")]),
    (
        buttons("a", header=InteractiveHeader(media=OutgoingMedia(kind="audio", media_id="1"))),
        [("header.media", "not_allowed")],
    ),
    (listing(11), [("sections.rows", "too_many")]),
    (listing(6, 5), [("sections.rows", "too_many")]),
    (listing(1, 0), [("sections.1.rows", "missing")]),
    (
        listing(1, header=InteractiveHeader(media=OutgoingMedia(kind="image", media_id="1"))),
        [("header.media", "not_allowed")],
    ),
    (
        OutgoingInteractive(form="cta_url", body="x" * 1025, url_text="", url="shop.example"),
        [("body", "too_long"), ("url_text", "missing"), ("url", "invalid")],
    ),
    (
        OutgoingInteractive(
            form="location_request", body="x", footer="y", header=InteractiveHeader(text="z")
        ),
        [("header", "not_allowed"), ("footer", "not_allowed")],
    ),
    (OutgoingTemplate(name="Order Shipped", language=""), [("name", "invalid"), ("language", "missing")]),
    (
        OutgoingTemplate(name="a", language="en", body=(TemplateParameter(text="two\nlines"),)),
        [("body.0", "invalid")],
    ),
    (
        OutgoingTemplate(
            name="a",
            language="en",
            body=(TemplateParameter(text="a", name="n"), TemplateParameter(text="b", name="n")),
        ),
        [("body.name", "duplicate")],
    ),
    (
        OutgoingTemplate(
            name="a", language="en", header=(TemplateParameter(kind="image"), TemplateParameter(text="b"))
        ),
        [("header", "too_many"), ("header.0", "missing")],
    ),
    (
        OutgoingTemplate(
            name="a",
            language="en",
            buttons=(
                TemplateButtonValue(
                    index=10, sub_type="copy_code", parameter=TemplateParameter(text="C" * 21)
                ),
            ),
        ),
        [("buttons.0.index", "invalid"), ("buttons.0", "too_long")],
    ),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_contents_beyond_a_limit_are_named(content, expected):
    assert problems(content) == expected


def test_a_problem_tells_the_limit_and_the_actual_length():
    assert check(OutgoingText(body="x" * 5000)) == [
        LimitProblem(field="body", code="too_long", limit=4096, actual=5000)
    ]


@pytest.mark.parametrize(
    ("kind", "mime_type", "size", "expected"),
    [
        ("image", "image/jpeg", 5 * 1024 * 1024, []),
        ("image", "image/webp", 1, ["not_allowed"]),
        ("image", "image/png", 5 * 1024 * 1024 + 1, ["too_large"]),
        ("audio", "audio/ogg; codecs=opus", 10, []),
        ("video", "video/quicktime", 16 * 1024 * 1024 + 1, ["not_allowed", "too_large"]),
        ("sticker", "image/webp", 100 * 1024 + 1, ["too_large"]),
        ("document", "application/pdf", 0, ["missing"]),
    ],
)
def test_files_are_checked_before_upload(kind, mime_type, size, expected):
    assert [problem.code for problem in check_media_file(kind, mime_type, size)] == expected


def test_an_animated_sticker_may_be_larger():
    size = MEDIA_LIMITS["sticker"].max_bytes
    assert check_media_file("sticker", "image/webp", size, is_animated=True) == []


@pytest.mark.parametrize(
    ("content", "kind", "codes"),
    [
        (picture("JPEG"), "image", []),
        (picture("JPEG", "L"), "image", []),
        (picture("PNG", "RGBA"), "image", []),
        (picture("PNG", "P"), "image", []),
        (picture("JPEG", "CMYK"), "image", ["wrong_colors"]),
        (deep_png(), "image", ["wrong_colors"]),
        (picture("JPEG")[:150], "image", ["damaged"]),
        (picture("GIF"), "document", ["not_allowed"]),
        (picture("WEBP"), "sticker", []),
        (moving(5), "sticker", []),
        (ogg(OPUS_MONO), "audio", []),
        (ogg(OPUS_STEREO), "audio", []),
        (ogg(VORBIS), "audio", ["wrong_codec"]),
        (ogg(THEORA, VORBIS), "document", ["not_allowed"]),
        (film(b"M4A ", sounds=[b"mp4a"]), "audio", []),
        (film(b"M4A ", sounds=[b"alac"]), "audio", ["wrong_codec"]),
        (film(b"isom", [b"avc1"], [b"mp4a"]), "video", []),
        (film(b"isom", [b"hvc1"], [b"mp4a"]), "video", ["wrong_codec"]),
        (film(b"isom", [b"avc1"], [b"mp4a", b"mp4a"]), "video", ["wrong_codec"]),
        (film(b"qt  ", [b"avc1"]), "document", ["not_allowed"]),
        (mp3(), "audio", []),
        (aac(), "audio", []),
        (b"%PDF-1.7\n", "document", []),
        (compound("Workbook"), "document", []),
        (office("wordprocessingml.document.main+xml"), "document", []),
        (office("ms-word.document.macroEnabled.main+xml"), "document", ["not_allowed"]),
        (b"a,b\n1,2\n", "document", []),
        (b"<svg/>", "document", ["not_allowed"]),
        (b"%!PS\n", "document", ["not_allowed"]),
        (b"PK\x03\x04" + bytes(40), "document", ["not_allowed"]),
        (b"\x01\x02", "document", ["not_allowed"]),
    ],
)
def test_files_are_judged_by_what_they_are(content, kind, codes):
    facts = sniff(io.BytesIO(content))
    assert kind_of_type(facts.mime_type) == kind
    problems = check_media_file(
        kind, facts.mime_type, len(content), is_animated=facts.is_animated, traits=facts.traits
    )
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("mime_type", "traits", "codes"),
    [
        ("audio/ogg", ("opus", "mono"), []),
        ("audio/ogg", (), []),
        ("audio/ogg", ("opus", "stereo"), ["no_voice"]),
        ("audio/ogg", ("vorbis", "mono"), ["wrong_codec", "no_voice"]),
        ("audio/mpeg", ("mp3",), ["no_voice"]),
    ],
)
def test_a_voice_message_is_opus_with_one_channel(mime_type, traits, codes):
    problems = check_media_file("audio", mime_type, 10, traits=traits, is_voice=True)
    assert [problem.code for problem in problems] == codes
