"""The demo's cases: a dozen matters of its customers, in several states, told through the verbs at their time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import UNSET

from regulars.cases.models import Case
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.changing import CaseChanges, change_case, reopen_case
from regulars.cases.operations.commenting import comment_case
from regulars.cases.operations.merging import merge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.settings import categories_in
from regulars.conversations.models import Conversation
from regulars.demo.seed import Made
from regulars.kernel import clock
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member, Team

LEAD, ADMIN = "lead@demo.example", "admin@demo.example"
ANA, NICHA, DARYA = "agent@demo.example", "agent2@demo.example", "agent3@demo.example"
CATEGORIES = (
    ("Complaint", "red", "complaint"),
    ("Return", "amber", "return"),
    ("Quote", "blue", "money"),
    ("Delivery", "cyan", "delivery"),
    ("Repair", "olive", "repair"),
)


class _Matter(NamedTuple):
    """A case, opened so many days before now by its owner. ``due``: days from now, negative when past; 0 for none."""

    people: tuple[str, ...]
    title: str
    category: str
    owner: str
    days: float
    status: str = "open"
    priority: str = "normal"
    due: float = 0
    team: str = ""
    about: str = ""
    said: str = ""
    """a comment of a colleague"""
    outcome: str = ""
    resolution: str = ""
    reopened: bool = False


MATTERS = (
    _Matter(
        ("Lucía Fernández",),
        "Dos tazas rotas en el pedido",
        "Complaint",
        ANA,
        3.2,
        priority="high",
        due=-0.4,
        team="Shop desk",
        about="Two of six cups arrived broken. Photos are in the thread.",
        said="The packer says the box was soaked. Sending two new ones costs us less than a return.",
    ),
    _Matter(
        ("김민지",),
        "색상 교환: 회색 → 남색",
        "Return",
        LEAD,
        7.5,
        "waiting_customer",
        due=1.2,
        about="고객님이 제품을 보내 주시면 바로 교환해 드리기로 했습니다.",
    ),
    _Matter(
        ("Oliver Hartley",),
        "Quote for two cafés, 40 kg a month",
        "Quote",
        ADMIN,
        5.1,
        "waiting_others",
        "high",
        0.6,
        "Wholesale desk",
        "Wants a fixed price for a year, delivered to two addresses.",
        "The roastery answers by tomorrow noon.",
    ),
    _Matter(
        ("Дмитрий Соколов",),
        "Возврат: не подошёл помол",
        "Return",
        DARYA,
        7.0,
        outcome="solved",
        resolution="Деньги возвращены, пачку оставили клиенту.",
        status="resolved",
    ),
    _Matter(
        ("สมชาย วงศ์ทอง",),
        "ขอราคาส่งสำหรับร้านกาแฟ 3 สาขา",
        "Quote",
        NICHA,
        4.0,
        due=2.1,
        about="ต้องการใบเสนอราคาภายในสัปดาห์นี้ ส่งสาขาละ 10 กก. ต่อเดือน",
    ),
    _Matter(
        ("Rafael Moreira",),
        "Grinder stops after a minute",
        "Repair",
        ANA,
        9.3,
        "waiting_others",
        due=-1.6,
        said="The workshop waits for a switch. Told him on Thursday.",
    ),
    _Matter(
        ("陈美玲",),
        "Pallet two days late, carrier silent",
        "Delivery",
        NICHA,
        4.4,
        priority="urgent",
        due=0.2,
        team="Wholesale desk",
        said="Carrier opened an inquiry, number 88-4021.",
    ),
    _Matter(
        ("Lucía Fernández",),
        "Regalo sin precios en el paquete",
        "Delivery",
        ANA,
        2.9,
        outcome="solved",
        resolution="Packed with a card, no invoice inside.",
        status="resolved",
    ),
    _Matter(
        ("Дмитрий Соколов",),
        "Кофемашина течёт после ремонта",
        "Repair",
        DARYA,
        12.0,
        status="resolved",
        outcome="solved",
        resolution="Заменили уплотнитель.",
        reopened=True,
        priority="high",
        due=0.8,
    ),
    _Matter(
        ("Oliver Hartley",), "Invoice needs the new VAT number", "Complaint", "", 1.1, team="Wholesale desk"
    ),
    _Matter(
        ("김민지",),
        "선물 포장 요청 누락",
        "Complaint",
        LEAD,
        14.0,
        status="resolved",
        outcome="withdrawn",
        resolution="고객님이 괜찮다고 하셨습니다. 쿠폰을 보내 드렸어요.",
    ),
    _Matter(
        ("Rafael Moreira", "Lucía Fernández"),
        "Wrong size of bags in one shipment",
        "Delivery",
        ANA,
        1.8,
        due=3.0,
    ),
)
DUPLICATE = _Matter(("Lucía Fernández",), "Broken cups", "Complaint", DARYA, 2.7)
"""the same as the first, found out later"""


def give_cases(made: Made, talks: Mapping[str, Conversation], now: datetime) -> None:
    """``talks``: by the name of the contact. Needs a transaction."""
    there = _There(made, talks, now)
    for name, color, icon in CATEGORIES:
        create_category(made.workspace.id, name, color=color, icon=icon, by=actor_of_member(made.members[0]))
    cases = [_open(matter, there) for matter in sorted(MATTERS, key=lambda each: -each.days)]
    double = _open(DUPLICATE, there)
    first = next(case for case in cases if case.title == MATTERS[0].title)
    with clock.frozen_at(now - timedelta(days=2.1)):
        merge_case(double, into=first, by=actor_of_member(there.member(LEAD)))


class _There(NamedTuple):
    made: Made
    talks: Mapping[str, Conversation]
    now: datetime

    def member(self, email: str) -> Member:
        return next(each for each in self.made.members if each.user.email == email)

    def team(self, name: str) -> Team | None:
        return Team.objects.filter(workspace=self.made.workspace, name=name).first()


def _open(matter: _Matter, there: _There) -> Case:
    owner = there.member(matter.owner) if matter.owner else None
    by = actor_of_member(owner or there.made.members[1])
    opened = there.now - timedelta(days=matter.days)
    threads = [there.talks[name] for name in matter.people if name in there.talks]
    with clock.frozen_at(opened):
        case = open_case(
            NewCase(
                title=matter.title,
                about=matter.about,
                category=categories_in(there.made.workspace.id).get(name=matter.category),
                priority=matter.priority,
                owner=owner,
                team=there.team(matter.team) if matter.team else None,
                due_at=there.now + timedelta(days=matter.due) if matter.due else None,
                conversations=threads,
            ),
            by=by,
        )
    if matter.said:
        with clock.frozen_at(opened + timedelta(hours=3, minutes=12)):
            comment_case(case, matter.said, by=actor_of_member(there.member(LEAD)))
    if matter.status != "open":
        with clock.frozen_at(opened + timedelta(hours=20)):
            changes = CaseChanges(
                status=matter.status,
                outcome=matter.outcome or UNSET,
                resolution=matter.resolution or UNSET,
            )
            change_case(case, changes, by=by)
    if matter.reopened:
        with clock.frozen_at(opened + timedelta(days=4)):
            case = reopen_case(case, by=by)
    return case
