"""Every component with honest data on one page, for review with screenshots. Routed in development only."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

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
    ProductRef,
    ProviderError,
    Referral,
    ReplyButton,
    Unsupported,
)
from regulars.kernel import clock
from regulars.web.design.conditions.drawing import ConditionForm
from regulars.web.doors import WebRequest, public
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
    StatusMoment,
    ThreadItem,
    UnreadableView,
)
from regulars.workspaces.conditions import zone_of

ANA = Author("member", "Ana Ruiz", UUID(int=7))
MINJI = Author("contact", "김민지", UUID(int=21))
MARIA = Author("contact", "María Delgado", UUID(int=22))


class ExampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As customers will see it")
    email = forms.EmailField(label="E-mail", required=False)
    role = forms.ChoiceField(label="Role", choices=[("agent", "Agent"), ("lead", "Lead")])


@require_safe
@public
def gallery(request: WebRequest) -> HttpResponse:
    """``?theme=`` and ``?density=`` choose the dress, ``?dir=rtl`` the direction."""
    form = ExampleForm({"name": "", "email": "not an address", "role": "agent"})
    context = {
        "form": form,
        "conditions": _conditions(request),
        "rows": _rows(),
        "items": _items(),
        "statuses": ["queued", "sending", "sent", "delivered", "read", "played", "failed", "unknown"],
        "theme": request.GET.get("theme", "system"),
        "density": request.GET.get("density", "comfortable"),
        "direction": request.GET.get("dir", "ltr"),
        "now": clock.now(),
        "soon": clock.now() + timedelta(minutes=38),
        "later": clock.now() + timedelta(hours=5, minutes=12),
        "past": clock.now() - timedelta(hours=2),
        "waits": [clock.now() - timedelta(minutes=minutes) for minutes in (1, 6, 48)],
    }
    return render(request, "design/gallery.html", context)


def _conditions(request: WebRequest) -> list[ConditionForm]:
    """One of many kinds of leaves, and one with mistakes; the buttons work for whoever is signed in."""
    in_last_days = {"field": "messages.in_count", "window": {"last": "P30D"}}
    where = {
        "any": [
            {"field": "kind", "op": "is", "value": "image"},
            {"field": "text", "op": "contains", "value": "size"},
        ]
    }
    right = [
        {"field": "contact.country", "op": "in", "value": ["KR", "TH"]},
        {**in_last_days, "op": ">=", "value": 2, "where": where},
        {**in_last_days, "op": "<", "value": 0.5, "compare": {"last": "P3M"}},
        {
            "none": [
                {"field": "consent.promotion", "op": "is", "value": "opted_out"},
                {"field": "contact.fields.size", "op": "is", "value": "M"},
            ]
        },
    ]
    wrong = [
        {"field": "contact.score", "op": "between", "value": [90, 10]},
        {"field": "contact.name", "op": "contains"},
        {**in_last_days, "op": ">=", "value": 2, "window": {"last": "a while"}},
    ]
    actor = getattr(request, "actor", None)
    workspace_id = actor.workspace_id if actor else UUID(int=0)
    zone = zone_of(workspace_id) if actor else UTC
    return [
        ConditionForm({"all": right}, "contact", workspace_id, zone),
        ConditionForm({"any": wrong}, "contact", workspace_id, zone, shows_gaps=True),
    ]


def _rows() -> list[ConversationRow]:
    now = clock.now()
    words = [
        ("김민지", "여름 원피스 M 사이즈 재고 있나요?", "text", 2, timedelta(minutes=2), 20),
        (
            "María Delgado",
            "¿Me lo pueden enviar a Sevilla antes del viernes?",
            "text",
            1,
            timedelta(minutes=7),
            9,
        ),
        ("Алексей Воронов", "", "image", 0, timedelta(minutes=42), 3),
        ("ณัฐวุฒิ ศรีสุข", "ขอบคุณมากค่ะ จะแจ้งอีกทีนะคะ", "text", 0, None, 2),
        ("+44 20 7946 0958", "", "audio", 3, timedelta(hours=26), -2),
        ("ليلى حداد", "هل يمكنني تغيير العنوان من فضلك؟", "text", 0, None, 14),
    ]
    return [
        ConversationRow(
            id=UUID(int=100 + index),
            contact_id=UUID(int=200 + index),
            name=name,
            channel="whatsapp",
            inbox_id=UUID(int=1),
            inbox_name="Seoul store",
            status="resolved" if index == 5 else "open",
            unread_count=unread,
            last_at=now - timedelta(minutes=3 + index * 47),
            waiting_since=now - waits if waits else None,
            window_closes_at=now + timedelta(hours=window),
            assignee=ANA if index % 2 else None,
            preview=Preview(text, kind, ANA if waits is None else MARIA, "read" if waits is None else ""),
        )
        for index, (name, text, kind, unread, waits, window) in enumerate(words)
    ]


def _message(number: int, author: Author, text: str = "", **facts: object) -> MessageView:
    values: dict[str, object] = {
        "id": UUID(int=1000 + number),
        "conversation_id": UUID(int=100),
        "direction": "in" if author.kind == "contact" else "out",
        "kind": "text",
        "at": clock.now() - timedelta(hours=3) + timedelta(minutes=number * 4),
        "author": author,
        "channel_name": "WhatsApp",
        "text": text,
        "has_provider_id": True,
        **facts,
    }
    return MessageView(**values)  # type: ignore[arg-type]  # plain examples, checked by drawing them


def _items() -> list[ThreadItem]:
    return [*_talk(), *_files(), *_contents(), *_oddities(), *_answers()]


def _talk() -> list[ThreadItem]:
    now = clock.now()
    moments = (StatusMoment("sent", now), StatusMoment("delivered", now), StatusMoment("read", now))
    return [
        _message(
            0,
            MINJI,
            "안녕하세요! 인스타 광고 보고 왔어요",
            ad_picture=_file("video", state="waiting"),
            content=MessageContent(
                referral=Referral(
                    source_kind="ad",
                    source_url="https://shop.example/linen",
                    headline="Summer linen, made to order",
                    body="Free alterations until August",
                    media_kind="image",
                    media_url="https://shop.example/linen.jpg",
                )
            ),
        ),
        _message(1, MINJI, "여름 원피스 M 사이즈 재고 있나요?"),
        ActivityView(
            UUID(int=901),
            UUID(int=100),
            "assigned",
            "Ana Ruiz",
            {"to": "Ana Ruiz"},
            now - timedelta(minutes=171),
        ),
        _message(
            2,
            ANA,
            "Hello Minji! *Yes*, two left in _sand_ and one in white: https://example.com/linen",
            status="read",
            moments=moments,
        ),
        _message(
            3,
            ANA,
            "Shall I keep one for you?",
            status="delivered",
            quote=QuoteView(UUID(int=1001), MINJI, "text", "여름 원피스 M 사이즈 재고 있나요?"),
        ),
        _message(4, MINJI, "❤️🙏"),
        _message(
            5,
            MINJI,
            "네, 화이트로 부탁드려요. 배송지는 서울 마포구 양화로 45, 1203호입니다.",
            reactions=(ReactionView("👍", ANA),),
            earlier=(EarlierText("네, 샌드로 부탁드려요.", now),),
        ),
        NoteView(
            UUID(int=902),
            UUID(int=100),
            ANA,
            "Second order this month. Offer the belt in the same colour.",
            now - timedelta(minutes=150),
        ),
    ]


def _file(kind: str, **facts: object) -> MediaView:
    values: dict[str, object] = {
        "id": UUID(int=5),
        "kind": kind,
        "state": "ready",
        "mime_type": "application/pdf",
        "filename": "",
        "byte_count": 248_213,
        "is_voice": False,
        "has_thumbnail": False,
        "created_at": clock.now(),
        **facts,
    }
    return MediaView(**values)  # type: ignore[arg-type]  # plain examples, checked by drawing them


def _files() -> list[ThreadItem]:
    return [
        _message(8, MINJI, kind="document", media=_file("document", filename="size-chart.pdf")),
        _message(9, MINJI, kind="image", media=_file("image", state="failed")),
        _message(9, MINJI, kind="image", media=_file("image", width=50_000, height=50_000)),
        _message(10, MINJI, kind="video", media=_file("video", state="waiting")),
        _message(11, MINJI, kind="audio", media=_file("audio", filename="size-chart.pdf", is_voice=True)),
    ]


def _contents() -> list[ThreadItem]:
    return [
        _message(
            12,
            MINJI,
            kind="location",
            content=MessageContent(
                location=Location(
                    latitude=37.5563, longitude=126.9236, name="홍대입구역", address="서울 마포구 양화로 160"
                )
            ),
        ),
        _message(
            13,
            MINJI,
            kind="contacts",
            content=MessageContent(
                cards=(
                    ContactCard(
                        name="Jisoo Park",
                        phones=(CardPhone(phone="+82 10-5550-0143"),),
                        emails=("jisoo@tailors.example",),
                        addresses=("45 Yanghwa-ro, Mapo-gu, Seoul",),
                        urls=("https://tailors.example/",),
                        organization="Mapo Tailors",
                    ),
                )
            ),
        ),
        _message(
            14,
            MINJI,
            kind="order",
            content=MessageContent(
                order=Order(
                    lines=(
                        OrderLine(product_id="LINEN-M-WHITE", quantity=1, unit_price="89000", currency="KRW"),
                        OrderLine(product_id="BELT-SAND", quantity=2, unit_price="19000", currency="KRW"),
                    )
                )
            ),
        ),
        _message(
            15,
            MINJI,
            kind="unsupported",
            content=MessageContent(
                unsupported=Unsupported(raw_kind="poll_creation"), errors=(ProviderError(code=131051),)
            ),
        ),
        _message(
            155,
            MINJI,
            "Is this still available?",
            quote=QuoteView(None, None, "unknown", ""),
            content=MessageContent(product=ProductRef(catalog_id="194836987003835", product_id="SKU-RED-42")),
        ),
        _message(
            156,
            MINJI,
            "Sent",
            kind="interactive",
            content=MessageContent(
                choice=Choice(
                    kind="form",
                    title="Sent",
                    data={
                        "screen_0_Date_0": "2026-12-04",
                        "screen_0_Notes_2": "window table, one guest is allergic",
                    },
                )
            ),
        ),
        _message(
            157,
            MINJI,
            kind="location",
            content=MessageContent(location=Location(name="Pier 4", address="Harbour Road 12")),
        ),
    ]


def _oddities() -> list[ThreadItem]:
    now = clock.now()
    return [
        _message(158, MINJI, "👍", kind="reaction"),
        _message(
            160, MINJI, "*For _both_:*\n- belt\n- hat\n1. pack\n2. ship\n> by Friday\nsee shop.example/list"
        ),
        _message(161, MINJI, "مرحبا، هل القميص متوفر؟"),
        _message(162, MINJI, "\u200b\u2060"),
        _message(
            163,
            MINJI,
            kind="interactive",
            content=MessageContent(
                choice=Choice(kind="call_permission", id="accept", data={"is_permanent": True})
            ),
        ),
        ActivityView(
            UUID(int=905),
            UUID(int=100),
            "call",
            "",
            {"direction": "in", "event": "terminate", "duration_seconds": 151},
            now,
        ),
        _message(159, ANA, "We open at 8", deleted_by="phone_app", status="read"),
        UnreadableView(UUID(int=904), UUID(int=100), "message", now),
        _message(16, MINJI, "This was a mistake", deleted_by="contact", arrived_late=True),
    ]


def _answers() -> list[ThreadItem]:
    return [
        _message(
            17,
            ANA,
            "How would you like it sent?",
            kind="interactive",
            status="sent",
            outgoing=OutgoingInteractive(
                form="buttons",
                body="How would you like it *sent*?",
                footer="Orders before 15:00 leave today",
                buttons=(ReplyButton(id="1", title="Courier"), ReplyButton(id="2", title="Pick-up point")),
            ),
        ),
        _message(
            18,
            MINJI,
            "Courier",
            kind="interactive",
            content=MessageContent(choice=Choice(kind="button_reply", id="1", title="Courier")),
        ),
        _message(
            19,
            ANA,
            "Your order is on its way.",
            kind="template",
            status="queued",
            outgoing=OutgoingTemplate(
                name="order_shipped",
                language="ko",
                rendered={
                    "header": "Order 10482",
                    "body": "Your order is on its way and arrives on *Friday*.",
                    "footer": "Linen & Co",
                    "buttons": [{"kind": "url", "text": "Track the parcel"}],
                },
            ),
        ),
        _message(
            20,
            ANA,
            "The belt is back in stock too.",
            status="failed",
            error=ErrorView(
                "whatsapp",
                131047,
                "Re-engagement message",
                "More than 24 hours have passed since the recipient last replied",
            ),
        ),
        _message(21, ANA, "Anything else I can do for you?", status="unknown"),
        _message(22, Author("phone_app"), "Answered from the shop's phone", status="sent"),
        ActivityView(UUID(int=903), UUID(int=100), "resolved", "Ana Ruiz", {}, clock.now()),
    ]
