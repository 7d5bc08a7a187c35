"""Every kind of message has its drawing; rows and messages read the same for everybody who reads the language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from regulars.inboxes.ports import (
    CardPhone,
    Choice,
    ContactCard,
    Location,
    MessageContent,
    Order,
    OrderLine,
    OutgoingInteractive,
    OutgoingTemplate,
    ProviderError,
    Referral,
    ReplyButton,
    Unsupported,
)
from regulars.web.inbox.fragments import render_message, render_row
from regulars.web.inbox.view_models import (
    ActivityView,
    Author,
    ConversationRow,
    EarlierText,
    ErrorView,
    MediaView,
    MessageView,
    NoteView,
    Preview,
    QuoteView,
    ReactionView,
    position_of,
)

AT = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
ALICE, ANN = Author("contact", "Alice", UUID(int=3)), Author("member", "Ann Agent", UUID(int=4))


def message(**facts: object) -> MessageView:
    values = {
        "id": UUID(int=1),
        "conversation_id": UUID(int=2),
        "direction": "in",
        "kind": "text",
        "at": AT,
        "author": ALICE,
        "channel_name": "Postcards",
    }
    return MessageView(**{**values, **facts})  # type: ignore[arg-type]  # the test's own words


def media(kind: str, state: str, **facts: object) -> MediaView:
    values = {
        "id": UUID(int=9),
        "kind": kind,
        "state": state,
        "mime_type": "application/pdf",
        "filename": "a.pdf",
    }
    rest = {"byte_count": 2_400_000, "is_voice": False, "has_thumbnail": False, "created_at": AT}
    return MediaView(**{**values, **rest, **facts})  # type: ignore[arg-type]  # the test's own words


INTERACTIVE = OutgoingInteractive(
    form="buttons", body="Choose", buttons=(ReplyButton(id="1", title="Courier"),)
)
CARD = ContactCard(
    name="Dana",
    emails=("dana@shop.example",),
    addresses=("Pier 4, Oslo",),
    urls=("www.brooks.example/x",),
    birthday="1990-05-03",
)
AD = Referral(
    source_kind="ad",
    source_url="https://fb.me/ad",
    headline="Linen",
    body="Now 20 % off",
    media_kind="image",
    media_url="https://cdn.example/ad.jpg",
)
ORDER = Order(
    lines=(
        OrderLine(product_id="MUG", quantity=3, unit_price="29500", currency="KRW"),
        OrderLine(product_id="2 of", quantity=1, unit_price="24.5", currency="EUR"),
        OrderLine(product_id="C", quantity=1, unit_price="?", currency="EUR!"),
    )
)
TEMPLATE = OutgoingTemplate(
    name="order_shipped",
    language="en",
    rendered={"body": "On its way", "buttons": [{"kind": "url", "text": "Track"}]},
)


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ({"text": "Hello *you*"}, "Hello <strong>you</strong>"),
        ({"text": "<script>alert(1)</script>"}, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            {"kind": "image", "media": media("image", "ready", has_thumbnail=True)},
            'src="/media/00000000-0000-0000-0000-000000000009/thumbnail"',
        ),
        (
            {"kind": "image", "media": media("image", "ready", is_preview_due=True)},
            'src="/media/00000000-0000-0000-0000-000000000009/thumbnail?due=1"',
        ),
        (
            {"kind": "image", "media": media("image", "ready", width=50_000, height=40_000)},
            '<span class="isolate">50000 × 40000</span>',
        ),
        ({"kind": "sticker", "media": media("sticker", "ready")}, "Cannot be shown here"),
        ({"kind": "image", "media": media("image", "waiting")}, "Being fetched"),
        ({"kind": "image", "media": media("image", "failed")}, "Postcards keeps it until"),
        ({"kind": "image", "media": media("image", "expired")}, "Postcards no longer has this file"),
        ({"kind": "video", "media": media("video", "ready")}, "<video"),
        ({"kind": "audio", "media": media("audio", "ready", is_voice=True)}, 'aria-label="Voice message"'),
        ({"kind": "document", "media": media("document", "ready")}, "2.4 MB"),
        ({"kind": "sticker", "media": media("sticker", "ready", has_thumbnail=True)}, 'alt="Sticker"'),
        (
            {
                "kind": "image",
                "content": MessageContent(errors=(ProviderError(code=131052, title="Too big"),)),
            },
            "Too big",
        ),
        (
            {
                "kind": "location",
                "content": MessageContent(location=Location(latitude=37.5, longitude=127.0, name="Shop")),
            },
            "mlat=37.5&amp;mlon=127",
        ),
        (
            {
                "kind": "contacts",
                "content": MessageContent(
                    cards=(ContactCard(name="Jisoo", phones=(CardPhone(phone="+82 10"),)),)
                ),
            },
            "Jisoo",
        ),
        (
            {
                "kind": "order",
                "content": MessageContent(
                    order=Order(
                        lines=(OrderLine(product_id="LINEN", quantity=2, unit_price="9", currency="KRW"),)
                    )
                ),
            },
            "2 × LINEN",
        ),
        ({"text": "\u200b\u2060\u3164"}, "Only invisible characters"),
        ({"text": "hi", "author": Author("contact", "\u200e\u200f"), "is_in_group": True}, "Invisible name"),
        ({"text": "مرحبا 14"}, 'dir="rtl"'),
        ({"text": "مرحبا\nok?"}, 'dir="ltr"'),
        ({"kind": "audio", "media": media("audio", "ready")}, "?download=1"),
        (
            {"kind": "contacts", "content": MessageContent(cards=(CARD,))},
            "Pier 4, Oslo|mailto:dana@shop.example|http://www.brooks.example/x|Birthday: May 3, 1990",
        ),
        (
            {"text": "hi", "content": MessageContent(referral=AD)},
            'Came from an ad|Linen|Now 20 % off|href="https://fb.me/ad"|href="https://cdn.example/ad.jpg"',
        ),
        (
            {
                "content": MessageContent(referral=AD),
                "ad_picture": media("image", "ready", has_thumbnail=True),
            },
            'Came from an ad|src="/media/00000000-0000-0000-0000-000000000009/thumbnail"|alt="Linen"',
        ),
        *(
            (
                {"content": MessageContent(referral=AD), "ad_picture": media("image", state, **facts)},
                f'Linen|{words}|href="https://cdn.example/ad.jpg"',
            )
            for state, facts, words in (
                ("waiting", {}, "Being fetched"),
                ("fetching", {}, "Being fetched"),
                ("ready", {"is_preview_due": True}, "Being fetched"),
                ("ready", {}, "Cannot be shown here"),
                ("failed", {}, "Cannot be shown here"),
            )
        ),
        (
            {"text": "hi", "content": MessageContent(referral=Referral(source_url="javascript:x"))},
            "Came from an ad",
        ),
        *(
            (
                {
                    "kind": "interactive",
                    "content": MessageContent(choice=Choice(kind="call_permission", id=answer, data=data)),
                },
                seen,
            )
            for answer, data, seen in (
                ("accept", {"is_permanent": True}, "We may call|for good"),
                ("accept", {"expires_at": 1796569200}, "We may call|2026-12-06T"),
                ("accept", None, "The contact allowed it"),
                ("reject", {}, "We may not call|said no"),
            )
        ),
        (
            {"kind": "order", "content": MessageContent(order=ORDER)},
            "3 × MUG|₩29,500 each|₩88,500|€24.50|? EUR!|2 of",
        ),
        (
            {
                "kind": "interactive",
                "text": "Courier",
                "content": MessageContent(choice=Choice(kind="button_reply", title="Courier")),
            },
            "Courier",
        ),
        ({"kind": "interactive", "direction": "out", "author": ANN, "outgoing": INTERACTIVE}, "Courier"),
        ({"kind": "template", "direction": "out", "author": ANN, "outgoing": TEMPLATE}, "order_shipped · en"),
        (
            {
                "kind": "unsupported",
                "content": MessageContent(unsupported=Unsupported(raw_kind="poll_creation")),
            },
            "unsupported: poll_creation",
        ),
        (
            {"kind": "unknown", "content": MessageContent(unsupported=Unsupported(raw_kind="hologram"))},
            "unknown: hologram",
        ),
        ({"kind": "system", "text": "changed number"}, "system-line"),
        ({"text": "late", "arrived_late": True}, "arrived late"),
        ({"text": "gone", "deleted_by": "contact"}, "Deleted by the contact"),
        ({"text": "gone", "deleted_by": "phone_app"}, "Deleted from the phone app"),
        ({"text": "gone", "deleted_by": "us"}, "Deleted by us"),
        ({"text": "new", "earlier": (EarlierText("old", AT),)}, "data-message-history"),
        ({"text": "M", "quote": QuoteView(None, None, "unknown", "")}, "A message that we do not have"),
        ({"text": "ok", "reactions": (ReactionView("👍", ANN),)}, "👍"),
        (
            {
                "direction": "out",
                "author": ANN,
                "status": "failed",
                "text": "x",
                "error": ErrorView("whatsapp", 131047, "t", "d"),
            },
            "Reply window closed",
        ),
        (
            {"direction": "out", "author": ANN, "status": "unknown", "text": "x"},
            "It is not known whether this was sent",
        ),
        ({"direction": "out", "author": Author("phone_app"), "status": "sent", "text": "x"}, "Phone app"),
    ],
)
def test_every_kind_is_drawn(facts: dict[str, object], seen: str) -> None:
    html = render_message(message(**facts), "en")
    assert [part for part in seen.split("|") if part not in html] == []
    assert "javascript:" not in html


def test_a_message_tells_what_we_reacted_with() -> None:
    """Chosen again it is taken back; what the contact put there is not ours to take."""
    theirs, ours = ReactionView("😂", ALICE), ReactionView("👍", ANN)
    assert 'data-own-reaction="👍"' in render_message(message(reactions=(theirs, ours)), "en")
    assert "data-own-reaction" not in render_message(message(reactions=(theirs,)), "en")


@pytest.mark.parametrize(
    ("language", "price", "total"),
    [
        ("en", "₩89,000", "₩178,000"),
        ("ko", "₩89,000", "₩178,000"),
        ("ru", "89 000 ₩", "178 000 ₩"),
        ("th", "₩89,000", "₩178,000"),
    ],
)
def test_prices_are_written_as_the_reader_writes_them(language: str, price: str, total: str) -> None:
    order = Order(lines=(OrderLine(product_id="A", quantity=2, unit_price="89000.0", currency="KRW"),))
    html = render_message(message(kind="order", content=MessageContent(order=order)), language).replace(
        "\xa0", " "
    )
    assert (price in html, html.count(f"<bdi>{total}</bdi>")) == (True, 2)


@pytest.mark.parametrize(
    "status", ["queued", "sending", "sent", "delivered", "read", "played", "failed", "unknown"]
)
def test_every_state_has_a_shape_of_its_own(status: str) -> None:
    html = render_message(message(direction="out", author=ANN, status=status, text="x"), "en")
    assert f"#ticks-{status}" in html


def test_notes_and_quiet_lines() -> None:
    note = NoteView(UUID(int=1), UUID(int=2), ANN, "careful", AT)
    taken = ActivityView(UUID(int=1), UUID(int=2), "assigned", "Ann", {"to": "Ann"}, AT)
    given = ActivityView(UUID(int=1), UUID(int=2), "assigned", "Ann", {"to": "Leo"}, AT)
    strange = ActivityView(UUID(int=1), UUID(int=2), "teleported_away", "Ann", {}, AT)
    assert "Private note" in render_message(note, "en")
    said = [render_message(line, "en") for line in (taken, given, strange)]
    assert [
        "Ann took this" in said[0],
        "Ann assigned this to Leo" in said[1],
        "Ann: teleported away" in said[2],
    ] == [True] * 3


def row(**facts: object) -> ConversationRow:
    values = {
        "id": UUID(int=2),
        "contact_id": UUID(int=3),
        "name": "+12025550101",
        "channel": "whatsapp",
        "inbox_id": UUID(int=5),
        "inbox_name": "Shop",
        "status": "open",
        "unread_count": 0,
        "last_at": AT,
        "waiting_since": None,
        "window_closes_at": None,
    }
    return ConversationRow(**{**values, **facts})  # type: ignore[arg-type]  # the test's own words


def test_a_row_tells_unread_and_waiting_in_words() -> None:
    html = render_row(row(unread_count=2, waiting_since=AT, preview=Preview("", "audio", ALICE)), "en")
    assert '<span class="isolate">+12025550101</span>' in html
    assert '<waiting-clock since="2026-11-22T14:02:00.000Z" closes=""></waiting-clock>' in html
    assert [part in html for part in ("2 unread messages", "Voice message")] == [True, True]
    assert [part in html for part in ("row-time", '"count"', ">2<")] == [False] * 3
    assert "row-time" in render_row(row(preview=Preview("", "audio", ALICE)), "en")


SAID = Preview("Is the blue one left?", "text", ALICE)


@pytest.mark.parametrize(
    ("preview", "told"),
    [
        (SAID, "Is the blue one left?"),
        (Preview("On its way", "text", ANN, "sent"), "Ann Agent: On its way"),
        (Preview("Elm Street 9", "text", ALICE, is_edited=True), "Edited: Elm Street 9"),
        (Preview("We close at 8", "text", ANN, "read", is_edited=True), "Ann Agent: Edited: We close at 8"),
        (Preview("Oak Street", "text", ALICE, is_edited=True, has_wording=False), "Edited a message"),
        (Preview("secret", "text", ALICE, deleted_by="contact"), "Deleted a message"),
        (Preview("secret", "text", ANN, "read", deleted_by="us"), "Ann Agent: Deleted a message"),
        (
            Preview("👍", "reaction", ALICE, reacted_to=SAID),
            "Reacted 👍 to “\u2068Is the blue one left?\u2069”",
        ),
        (
            Preview("👍", "reaction", ALICE, reacted_to=Preview("", "image", ANN)),
            "Reacted 👍 to “\u2068Picture\u2069”",
        ),
        (
            Preview("👍", "reaction", ALICE, reacted_to=Preview("secret", "text", ANN, deleted_by="us")),
            "Reacted 👍 to a deleted message",
        ),
        (Preview("👍", "reaction", ALICE), "Reacted with 👍"),
        (Preview("", "reaction", ALICE, reacted_to=SAID), "Took a reaction back"),
        (
            Preview("Sent", "interactive", ALICE, answers=("2026-12-04", "4", "window table")),
            "Answered the form: 2026-12-04 · 4 · window table",
        ),
        (Preview("Sent", "interactive", ALICE, answers=()), "Answered the form"),
        (Preview("Express", "interactive", ALICE), "Express"),
    ],
)
def test_a_row_says_what_was_said_or_done(preview: Preview, told: str) -> None:
    html = render_row(row(preview=preview), "en")
    (second,) = re.findall(r'<span class="row-preview" dir="auto">(.*?)</span>', html, re.DOTALL)
    assert " ".join(re.sub(r"<[^>]*>", "", second).split()) == told


def test_a_row_reads_in_the_direction_of_its_words() -> None:
    """What decides the direction is neither the speaker nor our words before the colon."""
    html = render_row(
        row(name="ليلى حداد", preview=Preview("شكرا", "text", ANN, "sent", is_edited=True)), "en"
    )
    (name,) = re.findall(r'<span class="row-name truncate" dir="auto">\s*(.*?)\s*</span>', html, re.DOTALL)
    (second,) = re.findall(r'<span class="row-preview" dir="auto">(.*?)</span>', html, re.DOTALL)
    outside = re.sub(r"<bdi class.*?:</bdi>", "", second, flags=re.DOTALL)
    assert (name, outside.strip()) == ("ليلى حداد", "شكرا")


def test_positions_sort_like_time_and_id() -> None:
    later = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)
    places = [position_of(AT, UUID(int=1)), position_of(AT, UUID(int=2)), position_of(later, UUID(int=1))]
    assert sorted(places) == places


@pytest.mark.parametrize("kind", ["image", "sticker"])
def test_a_picture_that_nobody_could_decode_is_never_put_into_a_page(kind: str) -> None:
    bomb = media(kind, "ready", width=50_000, height=50_000)
    html = render_message(message(kind=kind, media=bomb), "en")
    assert "<img" not in html
    assert "data-lightbox" not in html
    assert "?download=1" in html
