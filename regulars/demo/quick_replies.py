"""The demo's quick replies: what a shop that roasts coffee says every day, in four languages, and how often it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from regulars.contacts.models import Contact
from regulars.demo.seed import Made
from regulars.kernel import clock
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from regulars.quick_replies.operations import ReplyDraft, count_uses, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.queries import teams_of

DAYS = 40
LEAD = "lead@demo.example"
GUIDE = (
    "Harbor & Pine: how to brew",
    "",
    "60 g of coffee to a liter of water, just off the boil.",
    "Filter: medium grind, 3 minutes.",
    "French press: coarse grind, 4 minutes.",
    "Espresso: fine grind, 25 seconds.",
)
_Known = tuple[str, Mapping[str, str], int]
"""a language, fields, and in how many days something arrives; 0 for nothing"""
KNOWN_OF: Mapping[str, _Known] = {
    "김민지": ("ko", {"order": "4821", "tracking_url": "https://example.com/track/4821"}, 2),
    "Lucía Fernández": ("es", {"product": "Night Harbor 500 g", "price": "€14.00"}, 0),
    "Дмитрий Соколов": (
        "ru",
        {"product": "Сосновый берег 1 кг", "price": "2 900 ₽", "link": "https://example.com/bereg"},
        0,
    ),
    "สมชาย วงศ์ทอง": ("th", {"order": "4830", "product": "Night Harbor 250 g", "price": "320 บาท"}, 0),
    "Rafael Moreira": ("pt_BR", {"order": "4835"}, 1),
    "Oliver Hartley": ("en_GB", {"product": "House blend 5 kg", "price": "£92.00"}, 0),
}


class _Reply(NamedTuple):
    """``texts`` by language; ``every``: sent on each so-manieth day, 0 for never; ``own``: whose it is alone."""

    folder: str
    shortcut: str
    name: str
    texts: Mapping[str, str]
    every: int = 3
    buttons: Mapping[str, tuple[str, ...]] = {}
    link: tuple[str, str] = ("", "")
    team: str = ""
    own: str = ""
    brings_guide: bool = False


_GREETINGS, _ORDERS, _COFFEE, _MONEY, _WHOLESALE = "Greetings", "Orders", "Coffee", "Payment", "Wholesale"
REPLIES: Sequence[_Reply] = (
    _Reply(
        _GREETINGS,
        "hello",
        "Greeting",
        {
            "en": "Hello {{first_name|there}}, this is {{agent}} from {{company}}. How can I help?",
            "ko": "안녕하세요, {{name|고객}}님! {{company}}의 {{agent}}입니다. 무엇을 도와드릴까요?",
            "ru": "Здравствуйте, {{first_name|рады вам}}! Это {{agent}} из {{company}}. Чем помочь?",
            "th": "สวัสดีค่ะคุณ{{first_name|ลูกค้า}} {{agent}} จาก {{company}} ยินดีให้บริการค่ะ",
        },
        every=1,
    ),
    _Reply(
        _GREETINGS,
        "thanks",
        "Thanks and goodbye",
        {
            "en": "Thank you, {{first_name|and see you soon}}! Write to us whenever you run low.",
            "ko": "감사합니다, {{name|고객}}님. 원두가 떨어지면 언제든 연락 주세요.",
            "ru": "Спасибо! Пишите, когда кофе будет заканчиваться.",
            "th": "ขอบคุณค่ะ กาแฟใกล้หมดเมื่อไหร่ทักมาได้เลยนะคะ",
        },
        every=1,
    ),
    _Reply(
        _GREETINGS,
        "wait",
        "One moment",
        {
            "en": "One moment, I am looking it up.",
            "ko": "잠시만요, 확인해 보겠습니다.",
            "ru": "Минутку, сейчас посмотрю.",
            "th": "รอสักครู่นะคะ กำลังตรวจสอบให้ค่ะ",
        },
        every=2,
    ),
    _Reply(
        _GREETINGS,
        "hours",
        "Opening hours",
        {
            "en": "We answer Monday to Friday from 9 to 18 and Saturday from 10 to 16, Stockholm time.",
            "ru": "Мы отвечаем с понедельника по пятницу с 9 до 18 и в субботу с 10 до 16 по Стокгольму.",
        },
        every=6,
    ),
    _Reply(
        _ORDERS,
        "배송",
        "배송 조회",
        {
            "ko": "주문 {{order}}은(는) 발송되었습니다. 도착 예정: {{time}}. 배송 조회: {{tracking_url}}",
            "en": "Order {{order}} is on its way and arrives {{time}}. Follow it here: {{tracking_url}}",
        },
        every=3,
    ),
    _Reply(
        _ORDERS,
        "track",
        "Where is my parcel",
        {
            "en": "Your order %order% arrives %time%.",
            "th": "คำสั่งซื้อ %order% จะถึง %time% ค่ะ",
            "ru": "Ваш заказ %order% придёт %time%.",
        },
        every=2,
        link=("Follow the parcel", "{{tracking_url}}"),
    ),
    _Reply(
        _ORDERS,
        "late",
        "Late parcel",
        {
            "en": "I am sorry, {{first_name|truly}}: order {{order}} is late. I ask the carrier and write again today."
        },
        every=5,
    ),
    _Reply(
        _ORDERS,
        "address",
        "Check the address",
        {
            "en": "Before we send order {{order}}: is the address still right?",
            "ko": "주문 {{order}} 발송 전에 확인드립니다. 배송지가 그대로인가요?",
        },
        every=4,
        buttons={"en": ("Yes, send it", "No, change it"), "ko": ("네, 보내주세요", "아니요, 변경할게요")},
    ),
    _Reply(
        _ORDERS,
        "возврат",
        "Возврат",
        {
            "ru": "Вернуть можно в течение 14 дней. Пришлём наклейку, и курьер заберёт посылку бесплатно.",
            "en": "You can send it back within 14 days. We mail you a label, and the courier picks it up for free.",
        },
        every=7,
    ),
    _Reply(
        _ORDERS,
        "wrong",
        "Wrong item",
        {"en": "That is our mistake. Keep it; the right one leaves today."},
        every=9,
    ),
    _Reply(
        _COFFEE,
        "grind",
        "How shall we grind it",
        {
            "en": "How do you make your coffee? Then we grind it for that.",
            "ko": "커피를 어떻게 내리시나요? 그에 맞게 갈아드릴게요.",
            "ru": "Как вы готовите кофе? Смелем под это.",
            "th": "ชงกาแฟแบบไหนคะ จะได้บดให้พอดีค่ะ",
        },
        every=2,
        buttons={
            "en": ("Filter", "Espresso", "French press"),
            "ko": ("드립", "에스프레소", "프렌치프레스"),
            "ru": ("Фильтр", "Эспрессо", "Френч-пресс"),
            "th": ("ดริป", "เอสเพรสโซ", "เฟรนช์เพรส"),
        },
    ),
    _Reply(
        _COFFEE,
        "brew",
        "Brewing guide",
        {
            "en": "Here is our brewing guide: 60 g to a liter, water just off the boil.",
            "ko": "추출 가이드를 보내드려요. 물 1리터에 60g, 끓인 뒤 잠시 식힌 물이 좋아요.",
        },
        every=4,
        brings_guide=True,
    ),
    _Reply(
        _COFFEE,
        "fresh",
        "When it was roasted",
        {
            "en": "We roast on Mondays and Thursdays and send the next day, so it reaches you within a week.",
            "th": "เราคั่วทุกวันจันทร์และพฤหัส ส่งวันถัดไป ถึงมือภายในหนึ่งสัปดาห์ค่ะ",
        },
        every=5,
    ),
    _Reply(
        _COFFEE,
        "decaf",
        "Decaf",
        {"en": "Yes, one decaf all year: {{product|Night Harbor}}, washed with water only."},
        every=11,
    ),
    _Reply(
        _COFFEE,
        "offer",
        "An offer",
        {
            "en": "{{product}} is {{price}} this week: {{link}}",
            "ru": "{{product}} на этой неделе за {{price}}: {{link}}",
            "th": "{{product}} สัปดาห์นี้ราคา {{price}} ค่ะ {{link}}",
        },
        every=3,
    ),
    _Reply(
        _COFFEE,
        "stock",
        "Back in stock",
        {"en": "Good news, {{first_name|at last}}: {{product}} is here again. Shall I put a bag aside?"},
        every=8,
        buttons={"en": ("Yes, please", "Not this time")},
    ),
    _Reply(
        _MONEY,
        "оплата",
        "Оплата",
        {
            "ru": "Ссылка на оплату заказа {{order}}, {{price}}. Действует два дня.",
            "en": "Here is the link to pay for order {{order}}, {{price}}. It is good for two days.",
        },
        every=3,
        link=("Pay", "{{link}}"),
    ),
    _Reply(
        _MONEY,
        "invoice",
        "Invoice data",
        {"en": "Gladly. Which name, address and tax number shall stand on the invoice?"},
        every=6,
    ),
    _Reply(
        _MONEY,
        "refund",
        "Refund made",
        {
            "en": "{{price}} is on its way back to you; banks take up to five days.",
            "ko": "{{price}} 환불 처리되었습니다. 은행에 따라 최대 5일 걸립니다.",
        },
        every=10,
    ),
    _Reply(
        _MONEY,
        "ราคา",
        "ราคาและค่าส่ง",
        {
            "th": "{{product|กาแฟคั่วกลาง 250 กรัม}} ราคา {{price|320 บาท}} ส่งฟรีเมื่อซื้อสองถุงขึ้นไปค่ะ",
            "en": "{{product|250 g of medium roast}} costs {{price|€9.50}}; two bags or more are sent for free.",
        },
        every=2,
    ),
    _Reply(
        _WHOLESALE,
        "list",
        "Price list",
        {"en": "Our wholesale list, {{first_name|as promised}}: from 10 kg a month you save a fifth."},
        every=5,
        team="Wholesale desk",
        brings_guide=True,
    ),
    _Reply(
        _WHOLESALE,
        "sample",
        "Samples",
        {"en": "Shall we send {{company}}'s three house blends to try? It costs you nothing."},
        every=9,
        team="Wholesale desk",
        buttons={"en": ("Yes, send them", "Call me first")},
    ),
    _Reply(
        _WHOLESALE,
        "terms",
        "Payment terms",
        {"en": "Invoices are due in 30 days, and the first order is paid ahead."},
        every=0,
        team="Wholesale desk",
    ),
    _Reply(
        "",
        "fika",
        "My lunch break",
        {"en": "I am back at one o'clock and answer first thing then."},
        every=4,
        own="agent@demo.example",
    ),
    _Reply(
        "",
        "xmas",
        "Christmas parcels",
        {"en": "Parcels ordered by 18 December arrive before Christmas."},
        every=0,
    ),
)
"""25 of them: enough for folders to help"""


def keep_replies(made: Made) -> None:
    """Needs a transaction."""
    people = {member.user.email: actor_of_member(member) for member in made.members}
    lead = people[LEAD]
    guide = _guide(lead)
    teams = {team.name: team.id for team in teams_of(made.workspace.id)}
    kept = []
    for reply in REPLIES:
        made_by = people[reply.own or LEAD]
        kept.append((reply, create_reply(_draft(reply, teams, guide), by=made_by).id))
    _send_some(kept, people)


def _draft(reply: _Reply, teams: Mapping[str, UUID], guide: MediaFile) -> ReplyDraft:
    label, url = reply.link
    wordings = tuple(
        Wording(
            language=language,
            text=text,
            buttons=reply.buttons.get(language, ()),
            link_label=label,
            link_url=url,
        )
        for language, text in reply.texts.items()
    )
    return ReplyDraft(
        reply.shortcut,
        reply.name,
        wordings,
        folder=reply.folder,
        audience="member" if reply.own else "teams" if reply.team else "all",
        team_ids=(teams[reply.team],) if reply.team else (),
        media_ids=(guide.id,) if reply.brings_guide else (),
    )


def _send_some(kept: Sequence[tuple[_Reply, UUID]], people: Mapping[str, Actor]) -> None:
    """Each reply on its days, by one after the other; what somebody may not use counts nothing."""
    now = clock.now()
    for day in range(DAYS, 0, -1):
        by_person: dict[str, list[UUID]] = {}
        for place, (reply, reply_id) in enumerate(kept):
            if reply.every and (day + place) % reply.every == 0:
                sender = reply.own or list(people)[(day * 5 + place) % len(people)]
                by_person.setdefault(sender, []).append(reply_id)
        for person, sent in by_person.items():
            with clock.frozen_at(_at_work(now, day)):
                count_uses(sent, by=people[person])


def _at_work(now: datetime, days_ago: int) -> datetime:
    return now - timedelta(days=days_ago, minutes=37 * days_ago % 240)


def know_more(contacts: Mapping[str, Contact], today: date) -> None:
    """In which language they read, and what the shop's own fields say of them: some gaps stay."""
    for name, (language, ordered, arrives) in KNOWN_OF.items():
        if contact := contacts.get(name):
            contact.language = language
            contact.fields = {**contact.fields, **ordered}
            if arrives:
                contact.fields["time"] = (today + timedelta(days=arrives)).isoformat()
            contact.save(update_fields=["language", "fields"])


# --- the guide ----------------------------------------------------------------------------------------


def _guide(by: Actor) -> MediaFile:
    return store_upload(
        by.workspace_id, "document", [_pdf(GUIDE)], "brewing-guide.pdf", "application/pdf", by=by
    )


def _pdf(lines: Sequence[str]) -> bytes:
    """One page of text: the smallest file that every reader opens."""
    shown = " ".join(f"({line}) Tj 0 -22 Td" for line in lines)
    stream = f"BT /F1 14 Tf 60 770 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n".encode()
    return written + head + table + tail
