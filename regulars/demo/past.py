"""The demo's past: who wrote before today, what came of it, and who or what put tags there, or took them off.

The simulated customers are known already, so that lists, filters and panels have something to show while the first of
them is still typing. Talks are generated; tags, and what was reopened, go through the verbs at the time they tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from regulars.attention.operations.following import follow
from regulars.attention.operations.mentioning import Named, leave_note
from regulars.contacts.models import Contact
from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
from regulars.contacts.operations.tagging import tag_contacts, untag_contacts
from regulars.conversations.models import Conversation, Episode
from regulars.conversations.notifying import seen_among
from regulars.conversations.operations.composing import Composition
from regulars.conversations.operations.handling import (
    assign_conversation,
    reopen_conversation,
    resolve_conversation,
    set_priority,
    snooze_conversation,
)
from regulars.conversations.operations.tagging import tag_conversations, untag_conversations
from regulars.demo.cases import give_cases
from regulars.demo.idling import resolve_what_is_idle
from regulars.demo.macros import keep_macros
from regulars.demo.quick_replies import keep_replies, know_more
from regulars.demo.routing import route_the_wholesale_number
from regulars.demo.saved_views import keep_views
from regulars.demo.seed import PASSWORD, Made
from regulars.demo.service_levels import promise_answers
from regulars.demo.trail import leave_a_trail
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.kernel.events import Doer, Position
from regulars.kernel.generating import Generated, Run, amounts_of, generate
from regulars.mail.servers import ServerFacts, set_up_server
from regulars.notifications.notifying import notify
from regulars.notifications.ports import Occasion
from regulars.scheduling.operations import schedule_message
from regulars.search.filling import fill_workspace
from regulars.tags.models import Tag
from regulars.tags.queries import tags_in
from regulars.tags.taggings import Said
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member, Team
from regulars.workspaces.operations import add_member
from regulars.workspaces.permissions import Reach, Thing
from regulars.workspaces.roles import create_role
from regulars.workspaces.teams import set_teams

SEED = 8
DAYS, MESSAGES = 45, 120
MOST_TOLD = 3
"""notifications of a member"""
QUIET_FOR = timedelta(hours=26)
"""Longer than anybody may answer freely: the sandbox knows nothing of these talks and would refuse an answer."""
PEOPLE_KNOWN = (
    ("+821000000117", "김민지", "Asia/Seoul"),
    ("+34600000125", "Lucía Fernández", "Europe/Madrid"),
    ("+79450000123", "Дмитрий Соколов", "Europe/Moscow"),
    ("+66800000131", "สมชาย วงศ์ทอง", "Asia/Bangkok"),
    ("+5511900000152", "Rafael Moreira", "America/Sao_Paulo"),
    ("+442079460118", "Oliver Hartley", "Europe/London"),
    ("+61491570157", "陈美玲", "Australia/Sydney"),
)
"""Number, name and zone; those who write to the first number go before those who write to the second. The eighth of the
simulated customers does not show her number: she is new."""
ROLE = "Packing room"
ROLE_PERMISSIONS = (
    "conversations:read",
    "contacts:read",
    "notes:write",
    "tags:read",
    "message_templates:read",
)
ROLE_REACH: Mapping[Thing, Reach] = {"conversations": "teams", "contacts": "teams", "files": "teams"}
PACKER = ("packing@demo.example", "Tomás Rivera", "en", "Shop desk")


PROMISED = ("Oliver Hartley", "Good morning! The invoice with your tax number is on its way to you.")
SENDER = "hello@demo.example"


class _Put(NamedTuple):
    """A tag on somebody, so many days before now. ``by``: a member's mail, or the name of what put it there."""

    person: str
    tag: str
    days: float
    by: str
    why: str = ""
    kind: str = "member"
    confidence: float | None = None
    gone: float = 0
    """taken off so many days before now; 0 while it is there"""
    gone_why: str = ""
    ends: float = 0
    """in so many days it ends by itself; 0 for never"""


LIST, SHOP, TOPICS = "Customer list 2025", "Shop orders", "Topics"
LEAD, ADMIN = "lead@demo.example", "admin@demo.example"
ANA, NICHA, DARYA = "agent@demo.example", "agent2@demo.example", "agent3@demo.example"
ON_CONTACTS = (
    _Put("김민지", "단골", 24, LEAD, "지난달에만 세 번 주문하셨어요"),
    _Put("김민지", "VIP", 40, LIST, kind="import"),
    _Put("Lucía Fernández", "VIP", 12, SHOP, "12 orders this year", "sync"),
    _Put("Дмитрий Соколов", "Знакомые", 19, DARYA, "Пришёл по совету сестры"),
    _Put("สมชาย วงศ์ทอง", "ลูกค้าใหม่", 33, NICHA, "สั่งซื้อครั้งแรก", gone=6, gone_why="สั่งซื้อครั้งที่สองแล้ว"),
    _Put("สมชาย วงศ์ทอง", "No promotions", 17, NICHA, "ขอไม่รับโปรโมชัน"),
    _Put("Rafael Moreira", "ลูกค้าใหม่", 9, SHOP, "First order", "sync"),
    _Put(
        "Lucía Fernández", "No promotions", 21, ANA, "Had two on one day", gone=3, gone_why="Wants them again"
    ),
    _Put("Oliver Hartley", "Wholesale", 38, ADMIN, "Runs a café with two branches"),
    _Put("陈美玲", "Wholesale", 40, LIST, kind="import"),
)
ON_CONVERSATIONS = (
    _Put("김민지", "교환 요청", 8, LEAD, "색상을 바꾸고 싶어 하세요", gone=5, gone_why="교환 완료"),
    _Put("Lucía Fernández", "Envío urgente", 2, ANA, "Needs it for a birthday", ends=4),
    _Put("Дмитрий Соколов", "Возврат", 7, DARYA, "Не подошёл помол", gone=2, gone_why="Деньги возвращены"),
    _Put("สมชาย วงศ์ทอง", "สอบถามราคา", 4, NICHA, "ถามราคาส่ง"),
    _Put(
        "Rafael Moreira",
        "Size question",
        6,
        TOPICS,
        "Asks how large the bag is",
        "model",
        0.72,
        3,
        "Answered",
    ),
    _Put("Lucía Fernández", "Gift", 3, ANA, "No prices on the note"),
    _Put("Oliver Hartley", "Invoice", 5, TOPICS, "Mentions a tax number", "model", 0.87),
    _Put("陈美玲", "Late delivery", 4, SHOP, "Two days late", "sync"),
)


def give_a_past(made: Made, generators: Sequence[Generated], mail_port: int | None = None) -> None:
    """Needs a transaction. ``mail_port``: where the sandbox catches mail."""
    now = clock.now()
    contacts = _know(made, now - timedelta(days=DAYS))
    amounts = amounts_of(
        generators, {"contacts": 0, "conversations": len(contacts), "messages": MESSAGES, "tags": 0}
    )
    for _made in generate(generators, Run(made.workspace.id, SEED, now - QUIET_FOR, DAYS, amounts)):
        pass
    talks = {str(each.contact_id): each for each in Conversation.objects.filter(workspace=made.workspace)}
    members = {member.user.email: member for member in made.members}
    tags = {tag.name: tag for tag in tags_in(made.workspace.id)}
    for put in ON_CONTACTS:
        _tag_contact(contacts[put.person], tags[put.tag], put, _Those(members, now))
    for put in ON_CONVERSATIONS:
        _tag_talk(talks[str(contacts[put.person].id)], tags[put.tag], put, _Those(members, now))
    _leave_to_colleagues(made, talks, contacts, _Those(members, now))
    _reopen_some(made, now)
    know_more(contacts, now.date())
    keep_replies(made)
    give_cases(made, {name: talks[str(each.id)] for name, each in contacts.items()}, now)
    _promise_too_late(talks[str(contacts[PROMISED[0]].id)], members["agent@demo.example"])
    _staff_the_packing_room(made)
    route_the_wholesale_number(made)
    promise_answers(made, contacts)
    keep_views(made)
    keep_macros(made)
    resolve_what_is_idle(made)
    fill_workspace(made.workspace.id)
    _tell_members(made)
    leave_a_trail(made, [talks[str(each.id)] for each in contacts.values()], now)
    if mail_port:
        facts = ServerFacts(
            host="127.0.0.1",
            port=mail_port,
            security="none",
            sender_name=made.workspace.name,
            sender_address=SENDER,
        )
        set_up_server(facts, by=actor_of_member(made.members[0]))


def _tell_members(made: Made) -> None:
    """What they have not seen yet: of conversations that they have, the newest."""
    owned = Conversation.objects.filter(workspace=made.workspace, assignee__isnull=False)
    told: dict[UUID, list[Occasion]] = {}
    for each in owned.order_by("-last_message_at", "id"):
        if each.assignee_id and each.last_message_at:
            theirs = told.setdefault(each.assignee_id, [])
            if len(theirs) < MOST_TOLD:
                theirs.append(
                    Occasion(
                        each.workspace_id,
                        each.assignee_id,
                        each.id,
                        "assigned" if theirs else "reply",
                        each.last_message_at,
                        Position(),
                        each.last_message_id,
                    )
                )
    notify([each for theirs in told.values() for each in theirs], seen_among)


def _know(made: Made, since: datetime) -> dict[str, Contact]:
    """By name."""
    seen = [
        PersonSeen((("phone", phone),), name=name, at=since, provider_address=phone.lstrip("+"))
        for phone, name, _zone in PEOPLE_KNOWN
    ]
    ids = identify_contacts(made.workspace.id, made.connection.channel, seen)
    contacts = Contact.objects.filter(workspace=made.workspace).in_bulk([each for each in ids if each])
    known = {}
    for contact_id, (_phone, name, zone) in zip(ids, PEOPLE_KNOWN, strict=True):
        if contact_id:
            contact = known[name] = contacts[contact_id]
            contact.created_at, contact.time_zone = since, zone
            contact.save(update_fields=["created_at", "time_zone"])
    return known


class _Those(NamedTuple):
    """Who is there, and when now is."""

    members: Mapping[str, Member]
    now: datetime

    def actor(self, put: _Put) -> Actor:
        return actor_of_member(self.members.get(put.by) or self.members["owner@demo.example"])

    def said(self, put: _Put) -> Said:
        by = self.actor(put).doer if put.kind == "member" else Doer(put.kind, None, put.by)
        ends = self.now + timedelta(days=put.ends) if put.ends else None
        return Said(by, put.why, put.confidence, ends)

    def before(self, days: float) -> datetime:
        return self.now - timedelta(days=days, minutes=17 * days)


def _tag_contact(contact: Contact, tag: Tag, put: _Put, those: _Those) -> None:
    by = those.actor(put)
    with clock.frozen_at(those.before(put.days)):
        tag_contacts([contact], [tag], by=by, said=those.said(put))
    if put.gone:
        with clock.frozen_at(those.before(put.gone)):
            untag_contacts([contact], [tag], by=by, reason=put.gone_why)


def _tag_talk(talk: Conversation, tag: Tag, put: _Put, those: _Those) -> None:
    by = those.actor(put)
    with clock.frozen_at(max(those.before(put.days), talk.created_at + timedelta(hours=1))):
        tag_conversations([talk], [tag], by=by, said=those.said(put))
    if put.gone:
        with clock.frozen_at(max(those.before(put.gone), talk.created_at + timedelta(hours=2))):
            untag_conversations([talk], [tag], by=by, reason=put.gone_why)


class _Told(NamedTuple):
    """A note that names a colleague, so many days before now."""

    person: str
    by: str
    to: str
    text: str
    """``{to}`` stands for the colleague, as a note names them"""
    days: float


NOTES_TO_COLLEAGUES = (
    _Told("Lucía Fernández", LEAD, ANA, "{to} she asks for gift wrapping, can you check what is left?", 1.2),
    _Told(
        "Дмитрий Соколов", DARYA, ANA, "{to} возврат оплаты ушёл, ответь ему, пожалуйста, когда придёт", 0.9
    ),
    _Told("สมชาย วงศ์ทอง", ADMIN, NICHA, "{to} ลูกค้าจะโอนเงินพรุ่งนี้ ช่วยส่งเลขบัญชีให้ด้วยนะคะ", 0.8),
    _Told("김민지", NICHA, LEAD, "{to} 교환 상품이 도착했어요, 확인 부탁드려요", 0.5),
)
FOLLOWED = (("김민지", ANA), ("Oliver Hartley", ANA), ("Rafael Moreira", DARYA))
SNOOZED = (("陈美玲", LEAD, 1.3, False), ("Oliver Hartley", LEAD, 4.6, True))
"""person, by whom, for how many days from now, and whether it sleeps on when they write"""
PRESSING = (("Lucía Fernández", "high"), ("Дмитрий Соколов", "urgent"))


def _leave_to_colleagues(
    made: Made, talks: Mapping[str, Conversation], contacts: Mapping[str, Contact], those: _Those
) -> None:
    """Notes that name somebody, what is followed, put off and pressing."""

    def talk(person: str) -> Conversation:
        found = talks[str(contacts[person].id)]
        found.refresh_from_db()
        return found

    for told in NOTES_TO_COLLEAGUES:
        to = those.members[told.to]
        named = [Named("member", to.id)]
        with clock.frozen_at(those.before(told.days)):
            by, conversation = actor_of_member(those.members[told.by]), talk(told.person)
            assign_conversation(conversation, to=to, by=actor_of_member(made.members[0]))
            leave_note(conversation, told.text.format(to=f"@{to}"), named, by=by)
    for person, email in FOLLOWED:
        follow(talk(person), by=actor_of_member(those.members[email]))
    by = actor_of_member(made.members[0])
    for person, priority in PRESSING:
        set_priority(talk(person), priority, by=by)
    for person, email, days, through in SNOOZED:
        until = (those.now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        by = actor_of_member(those.members[email])
        snooze_conversation(talk(person), until=until, by=by, sleeps_through=through)


def _reopen_some(made: Made, now: datetime) -> None:
    """What was resolved last, somebody opened again, and resolved after all; what was before it stays open."""
    over = Episode.objects.filter(
        workspace=made.workspace, conversation__status="resolved", resolved_at__lt=now - timedelta(hours=3)
    )
    by = actor_of_member(next(each for each in made.members if each.user.email == LEAD))
    hours = {reopen_conversation: 1, resolve_conversation: 2}
    for place, last in enumerate(over.select_related("conversation").order_by("-resolved_at")[:3]):
        for verb, later in hours.items():
            if last.resolved_at and (place == 0 or verb is reopen_conversation):
                with clock.frozen_at(last.resolved_at + timedelta(hours=later)):
                    verb(last.conversation, by=by)


def _promise_too_late(talk: Conversation, member: Member) -> None:
    """A scheduled message whose time came while nothing ran: it comes back to its writer, for the window is closed."""
    closes = talk.window_closes_at
    if closes is None:
        return
    with clock.frozen_at(closes - timedelta(hours=3)):
        schedule_message(
            Composition(talk, [OutgoingText(body=PROMISED[1])]),
            closes - timedelta(minutes=1),
            stops_on_answer=False,
            by=actor_of_member(member),
            channel=facts_of(talk.inbox.connection.channel),
        )


def _staff_the_packing_room(made: Made) -> None:
    """A role of the shop's own, and somebody who has it: reads what their team answers, and leaves notes."""
    by = actor_of_member(made.members[0])
    role = create_role(made.workspace, ROLE, permissions=ROLE_PERMISSIONS, reach=ROLE_REACH, by=by)
    email, name, language, team = PACKER
    member = add_member(made.workspace, email, PASSWORD, name=name, role=role.handle, language=language)
    set_teams(member, [Team.objects.get(workspace=made.workspace, name=team)], by=by)
