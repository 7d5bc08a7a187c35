"""What a fresh sandbox starts with: templates of the account, and the demo's people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.model import Template
from whatsapp_sandbox.settings import SettingError

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

Json = dict[str, Any]


def _body(text: str, *examples: str) -> Json:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def _quick(*labels: str) -> Json:
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in labels]}


_TRACK: Json = {
    "type": "URL",
    "url": "https://harborandpine.example/track/{{1}}",
    "example": ["https://harborandpine.example/track/HP-4821"],
}
_PICTURE: Json = {
    "type": "HEADER",
    "format": "IMAGE",
    "example": {"header_handle": ["4::aW1hZ2UvanBlZw==:sample"]},
}
_FOOTER: Json = {"type": "FOOTER", "text": "Harbor & Pine"}


def _card(text: str, example: str) -> Json:
    return {"components": [_PICTURE, _body(text, example), _quick("Order", "Ask")]}


HELLO_WORLD: list[Json] = [
    {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
    _body("Welcome! When you read this, your number can send messages through the Cloud API."),
    {"type": "FOOTER", "text": "A sample message of the platform"},
]
"""Every new account has it, in en_US and approved: the first call of every tutorial sends it."""
TEMPLATES: list[tuple[str, str, str, str, list[Json]]] = [
    (
        "order_update",
        "en",
        "UTILITY",
        "APPROVED",
        [
            _body(
                "Hello {{1}}, your order {{2}} is packed and leaves our roastery today.", "Oliver", "HP-4821"
            ),
            _FOOTER,
            _quick("Thank you", "Change address"),
        ],
    ),
    (
        "order_update",
        "ko",
        "UTILITY",
        "APPROVED",
        [
            _body(
                "안녕하세요 {{1}}님, 주문하신 {{2}} 상품의 포장이 끝나 오늘 출발합니다.", "민지", "HP-4821"
            ),
            _FOOTER,
            _quick("감사합니다", "주소 변경"),
        ],
    ),
    (
        "shipping_notice",
        "en",
        "UTILITY",
        "APPROVED",
        [
            {"type": "HEADER", "format": "TEXT", "text": "Your parcel is on its way"},
            _body(
                "Hi {{1}}, we handed your parcel to {{2}}. It should arrive by {{3}} at the latest.",
                "Ana",
                "DHL",
                "Fri",
            ),
            _FOOTER,
            {"type": "BUTTONS", "buttons": [_TRACK | {"text": "Track parcel"}]},
        ],
    ),
    (
        "shipping_notice",
        "ru",
        "UTILITY",
        "APPROVED",
        [
            {"type": "HEADER", "format": "TEXT", "text": "Посылка в пути"},
            _body(
                "Здравствуйте, {{1}}! Мы передали посылку в службу {{2}}. Она приедет не позднее {{3}}, мы сообщим.",
                "Дмитрий",
                "СДЭК",
                "пятницы",
            ),
            _FOOTER,
            {"type": "BUTTONS", "buttons": [_TRACK | {"text": "Отследить"}]},
        ],
    ),
    (
        "back_in_stock",
        "en",
        "MARKETING",
        "APPROVED",
        [
            _PICTURE,
            _body(
                "Good news, {{1}}: the {{2}} is back on our shelves. We kept a few aside for you.",
                "Mei",
                "Pine kettle",
            ),
            _FOOTER,
            _quick("Reserve one", "Not interested"),
        ],
    ),
    (
        "back_in_stock",
        "es",
        "MARKETING",
        "APPROVED",
        [
            _PICTURE,
            _body(
                "Buenas noticias, {{1}}: ya tenemos otra vez {{2}} en la tienda. Le guardamos uno.",
                "Lucía",
                "la tetera",
            ),
            _FOOTER,
            _quick("Reservar", "No me interesa"),
        ],
    ),
    (
        "tasting_appointment",
        "th",
        "UTILITY",
        "APPROVED",
        [
            _body(
                "สวัสดีค่ะคุณ {{1}} นัดชิมกาแฟของคุณคือวันที่ {{2}} เวลา {{3}} แล้วพบกันที่ร้านนะคะ",
                "สมชาย",
                "28 พ.ย.",
                "14:00",
            ),
            _FOOTER,
            _quick("ยืนยัน", "เลื่อนนัด"),
        ],
    ),
    (
        "tasting_appointment",
        "en",
        "UTILITY",
        "APPROVED",
        [
            _body(
                "Hello {{1}}, your tasting is on {{2}} at {{3}}. See you at the roastery.",
                "Emma",
                "28 Nov",
                "14:00",
            ),
            _FOOTER,
            _quick("Confirm", "Another day"),
        ],
    ),
    (
        "winter_menu",
        "en",
        "MARKETING",
        "PENDING",
        [_body("Our winter roasts are here. Shall we send you the list?"), _FOOTER],
    ),
    (
        "wholesale_offer",
        "en",
        "MARKETING",
        "PAUSED",
        [
            _body("Hello {{1}}, new wholesale prices for cafés start on Monday. Shall we send them?", "Ana"),
            _FOOTER,
        ],
    ),
    (
        "flash_deal",
        "en",
        "MARKETING",
        "REJECTED",
        [_body("Half price today only. Answer now and win a grinder.")],
    ),
    (
        "visit_roastery",
        "en",
        "UTILITY",
        "APPROVED",
        [
            {"type": "HEADER", "format": "LOCATION"},
            _body("Hello {{1}}, here is where your order waits for you until six.", "Oliver"),
            _FOOTER,
        ],
    ),
    (
        "tasting_boxes",
        "en",
        "MARKETING",
        "APPROVED",
        [
            _body("Hello {{1}}, two boxes to taste this week, packed on the day they leave.", "Emma"),
            {
                "type": "CAROUSEL",
                "cards": [
                    _card("Three light roasts for {{1}} a box", "24 euros"),
                    _card("Three dark roasts for {{1}} a box", "22 euros"),
                ],
            },
        ],
    ),
    (
        "weekend_offer",
        "en",
        "MARKETING",
        "APPROVED",
        [
            _PICTURE,
            {
                "type": "LIMITED_TIME_OFFER",
                "limited_time_offer": {"text": "Free shipping", "has_expiration": True},
            },
            _body("Hello {{1}}, with this code your next box travels for nothing.", "Emma"),
            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "HARBOR5"}]},
        ],
    ),
]


def check_customers(customers: str) -> None:
    if customers not in ("demo", "quiet", "none"):
        raise SettingError(f"customers must be one of demo, quiet, none; got {customers!r}")


def seed(sandbox: Sandbox, customers: str) -> None:
    """Templates always; people as ``demo`` (they write), ``quiet`` (they wait) or ``none``. Raises SettingError."""
    from whatsapp_sandbox.customers.cast import add_cast
    from whatsapp_sandbox.customers.player import start

    check_customers(customers)
    _add_templates(sandbox)
    if customers != "none":
        add_cast(sandbox)
        start(sandbox, speaks_first=customers == "demo")


def _add_templates(sandbox: Sandbox) -> None:
    for index, template in enumerate(TEMPLATES):
        _add_template(sandbox, 700000000000101 + index, sandbox.account.wabas[0].id, template)
    for place, waba in enumerate(sandbox.account.wabas):
        _add_template(
            sandbox,
            700000000001001 + place,
            waba.id,
            ("hello_world", "en_US", "UTILITY", "APPROVED", HELLO_WORLD),
        )


def _add_template(
    sandbox: Sandbox, template_id: int, waba_id: str, about: tuple[str, str, str, str, list[Json]]
) -> None:
    name, language, category, status, components = about
    template = Template(
        id=str(template_id),
        waba_id=waba_id,
        name=name,
        language=language,
        category=category,
        components=components,
        status=status,
        quality={"APPROVED": "GREEN", "PAUSED": "RED"}.get(status, "UNKNOWN"),
        rejected_reason="PROMOTIONAL" if status == "REJECTED" else None,
        pauses=1 if status == "PAUSED" else 0,
        created_at=sandbox.now() - 40 * 24 * 3600,
    )
    sandbox.templates[template.id] = template
