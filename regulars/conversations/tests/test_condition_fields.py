"""What can be asked of contacts, conversations and messages: SQL and memory agree on what really happened."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Model
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.contacts.history import DECIDING as COLUMNS
from regulars.contacts.models import Contact, ContactHistory, ContactTagging
from regulars.conversations.condition_fields import facts_of_contact, facts_of_conversation
from regulars.conversations.events import ConversationAssigned
from regulars.conversations.history import DECIDING
from regulars.conversations.models import Conversation, ConversationHistory, ConversationTagging, Message
from regulars.conversations.operations.handling import assign_conversation, resolve_conversation
from regulars.conversations.operations.tagging import tag_conversations, untag_conversations
from regulars.kernel import clock
from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.in_memory import Facts, matches
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.probing import first
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tests.generating import Generator
from regulars.kernel.conditions.tree import Condition, write
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.events import Doer
from regulars.kernel.history import HistoryRow
from regulars.tags.models import Tagging
from regulars.tags.operations import change_tag, tags_named
from regulars.workspaces.access import system_actor
from regulars.workspaces.conditions import names_in
from regulars.workspaces.models import Member, Team
from tests.cast import Cast

WORDS = ("hello", "ГДЕ мой заказ?", "환불해 주세요", "ขอบคุณค่ะ", "REFUND please", "", "100% l_ike\\")
PURPOSES = ("marketing", "promotion", "order", "survey")


@pytest.fixture
def now() -> datetime:
    return clock.now().replace(microsecond=250_000)


@pytest.fixture
def people(cast: Cast, now: datetime) -> list[Contact]:
    """Some who wrote and were answered over a year, with everything that may be known of them; and strangers."""
    draw = random.Random(11)
    contacts = [cast.contact(f"+1202555{number:04}", f"Person {number}") for number in range(300, 312)]
    for number, contact in enumerate(contacts):
        contact.name = draw.choice(("", "Анна Ким", "ANNA"))
        contact.tier, contact.stage = draw.choice(("", "A", "B")), draw.choice(("", "potential"))
        contact.score = draw.choice((None, 0, 7, 90))
        contact.owner = draw.choice((None, cast.agent, cast.mate))
        contact.fields = draw.choice(({}, {"size": "M"}, {"size": 3}, {"size": ["M", "L"]}, {"size": False}))
        contact.created_at = now - timedelta(days=draw.randrange(400), seconds=draw.choice((0, 1)))
        contact.save()
        _remember(draw, contact, now)
        for _ in range(draw.randrange(4)):
            at = now - timedelta(days=draw.randrange(100), hours=draw.randrange(24))
            cast.opt(contact, draw.choice(("opted_in", "opted_out")), at=at)
        for _ in range(draw.randrange(3) if number else 0):
            cast.hears(contact.phone, "hi", inbox=draw.choice((cast.inbox, cast.second_inbox)))
    cast.hears(contacts[1].phone, "to all", group="120363000000000001")
    for conversation in Conversation.objects.filter(workspace=cast.workspace):
        conversation.status = draw.choice(("open", "resolved"))
        conversation.priority = draw.choice(("normal", "urgent"))
        conversation.assignee, conversation.team = (
            draw.choice((None, cast.agent)),
            draw.choice((None, cast.team)),
        )
        conversation.waiting_since = draw.choice((None, now - timedelta(minutes=draw.randrange(200))))
        conversation.window_closes_at = draw.choice((None, now + timedelta(minutes=draw.randrange(-60, 200))))
        conversation.save()
        _remember(draw, conversation, now)
        Message.objects.bulk_create(_said(draw, conversation, now) for _ in range(12))
        _tag(draw, ConversationTagging, conversation, now)
    for contact in contacts:
        _tag(draw, ContactTagging, contact, now)
    cast.stranger.hears(contacts[1].phone, "hello")
    return list(Contact.objects.filter(workspace=cast.workspace))


def _tag(draw: random.Random, model: type[Tagging], thing: Contact | Conversation, now: datetime) -> None:
    """Tags of today and of before; some end by themselves, and nobody has ended them yet."""
    tags = tags_named(
        thing.workspace_id, ["VIP", "новый", "단골", "late"], by=system_actor(thing.workspace_id, "test")
    )
    for tag in draw.sample(tags, draw.randrange(4)):
        began = now - timedelta(days=draw.choice((0, 7, 100, 300)), seconds=draw.choice((0, 3)))
        ends = [began + timedelta(days=days) for days in (0, 5, 7, 100)]
        model(
            workspace_id=thing.workspace_id,
            tag=tag,
            from_at=began,
            until_at=draw.choice((None, None, *ends)),
            expires_at=draw.choice((None, None, *ends)),
            by_kind="import",
            **{f"{model.subject}_id": thing.id},
        ).save()


def _remember(draw: random.Random, thing: Contact | Conversation, now: datetime) -> None:
    """What led to what it is."""
    model: type[HistoryRow] = ConversationHistory if isinstance(thing, Conversation) else ContactHistory
    of_thing = {"workspace_id": thing.workspace_id, f"{model.subject}_id": thing.id}
    facts = {fact.name: fact.column for fact in DECIDING} if model is ConversationHistory else COLUMNS
    model.rows().filter(fact__in=facts, **of_thing).delete()
    members = Member.objects.filter(workspace=thing.workspace_id).values_list("id", flat=True)
    nobody_or_one = [None, str(UUID(int=5)), *map(str, members)]
    teams = Team.objects.filter(workspace=thing.workspace_id).values_list("id", flat=True)
    pools: dict[str, list[str | None]] = {
        "status": ["open", "snoozed", "resolved"],
        "assignee": nobody_or_one,
        "owner": nobody_or_one,
        "team": [None, *map(str, teams)],
        "tier": [None, "A", "B"],
        "stage": [None, "potential"],
    }
    for fact, column in facts.items():
        value = getattr(thing, column)
        since = sorted(draw.sample(range(1, 20_000), draw.randrange(1, 6)), reverse=True)
        moments = [now - timedelta(minutes=30 * ago, seconds=draw.choice((0, 3))) for ago in since]
        values = [*(draw.choice(pools[fact]) for _ in moments[1:]), str(value) if value else None]
        model.rows().bulk_create(
            model(
                fact=fact,
                value=then,
                from_at=began,
                until_at=ended,
                by_kind="system",
                **of_thing,
            )
            for then, began, ended in zip(values, moments, [*moments[1:], None], strict=True)
        )


def _said(draw: random.Random, conversation: Conversation, now: datetime) -> Message:
    direction = draw.choice(("in", "out"))
    return Message(
        workspace_id=conversation.workspace_id,
        inbox_id=conversation.inbox_id,
        conversation=conversation,
        contact_id=conversation.contact_id,
        direction=direction,
        kind=draw.choice(("text", "text", "image", "template", "reaction", "edit")),
        text=draw.choice(WORDS),
        author_kind="contact" if direction == "in" else draw.choice(("member", "phone_app")),
        status="received" if direction == "in" else draw.choice(("sent", "failed", "read")),
        sent_at=now
        - timedelta(days=draw.choice((0, 1, 7, 30, draw.randrange(400))), seconds=draw.choice((0, 5))),
    )


def _generator(subject: str, cast: Cast, now: datetime) -> Generator:
    registry = condition_fields()

    def values_of(name: str) -> list[str]:
        field = registry.find(name)
        assert field is not None
        return [*names_in(cast.workspace.id, field)]

    days = [now - timedelta(days=days) for days in (0, 1, 7, 30, 90, 365)]
    people = [str(UUID(int=5)), *values_of("contact.owner")]
    pools: dict[str, Any] = {
        "text": [each for each in WORDS if each]
        + ["en", "US", "A", "B", "anna", "potential", "America/New_York"],
        "words": ["vip", "новый", "НОВЫЙ", "late", "단골", "\uff36\uff29\uff30", " "],
        "word": ["refund", "где", "환불", "ขอบคุณ", "%", "l_i", "\\"],
        "number": [0, 1, 2, 3, 7, 30, 60, 90, 365],
        "any": ["M", "m", 3, True, False],
        "choice": ["opted_in", "opted_out"],
        "kind": ["text", "image", "template"],
        "author": ["contact", "member"],
        "channel": ["whatsapp"],
        "inbox": values_of("conversation.inbox"),
        "reference": people,
        "message.kind": ["text", "image"],
        "status": ["open", "waiting_customer", "resolved"],  # of cases
        "category": [str(UUID(int=6))],
        **{
            f"conversation.{name}": values_of(f"conversation.{name}") for name in ("inbox", "team", "channel")
        },
        **{f"conversation.{name}": values_of(f"conversation.{name}") for name in ("status", "priority")},
    }
    return Generator(registry, subject, pools, days, {"contact.fields.<key>": ("size", "none")})


def _facts(subject: str, cast: Cast, people: list[Contact]) -> Mapping[UUID, Facts]:
    if subject == "contact":
        return {each.id: facts_of_contact(each) for each in people}
    conversations = Conversation.objects.filter(workspace=cast.workspace).select_related(
        "contact", "inbox__connection"
    )
    if subject == "conversation":
        return {each.id: facts_of_conversation(each) for each in conversations}
    messages = Message.objects.filter(workspace=cast.workspace, inbox=cast.inbox)
    by_id = {each.id: each for each in conversations}
    contacts = {each.id: each for each in people}
    return {
        each.id: Facts(
            {
                "message": each,
                "conversation": by_id[each.conversation_id],
                "contact": contacts.get(each.contact_id) if each.contact_id else None,
            }
        )
        for each in messages
    }


MODELS: Mapping[str, type[Model]] = {"contact": Contact, "conversation": Conversation, "message": Message}


@pytest.mark.parametrize(("subject", "examples"), [("contact", 30), ("conversation", 20), ("message", 10)])
def test_sets_and_single_objects_agree(
    subject: str, examples: int, cast: Cast, people: list[Contact], now: datetime
) -> None:
    facts, registry, model = _facts(subject, cast, people), condition_fields(), MODELS[subject]
    rows = model._default_manager.filter(id__in=list(facts)).order_by("-id")
    seoul, since = ZoneInfo("Asia/Seoul"), {"trigger": now - timedelta(days=20)}
    as_ofs = [AsOf(now, seoul, since, is_now=True)] + [
        AsOf(now - timedelta(days=days, seconds=3 if days else 0), seoul, since) for days in (0, 7, 60, 200)
    ]

    @settings(max_examples=examples)
    @given(_generator(subject, cast, now).conditions(20), st.sampled_from(as_ofs))
    def agree(written: list[dict[str, Any]], as_of: AsOf) -> None:
        for each in written:
            condition = parse(each, registry, subject)
            expected = {key for key, known in facts.items() if matches(condition, known, as_of)}
            question = (condition, registry, subject, cast.workspace.id, as_of)
            found = set(rows.filter(to_sql.matching(*question)).values_list("id", flat=True))
            assert found == expected, (write(condition), as_of)
            one_by_one = first(rows, len(facts), *question)
            assert {row.pk for row in one_by_one} == expected, (write(condition), as_of)

    agree()


def test_another_workspace_is_never_counted(cast: Cast, people: list[Contact], now: datetime) -> None:
    everybody = parse({"all": []}, condition_fields(), "contact")
    as_of = AsOf(now)
    assert to_sql.count(everybody, condition_fields(), "contact", cast.workspace.id, as_of) == len(people)
    assert to_sql.count(everybody, condition_fields(), "contact", cast.stranger.workspace.id, as_of) == 1


def test_consent_is_answered_as_it_was_then(cast: Cast, now: datetime) -> None:
    cast.opt(cast.alice, "opted_in", at=now - timedelta(days=9))
    cast.opt(cast.alice, "opted_out", at=now - timedelta(days=2))
    opted_in = parse(
        {"field": "consent.promotion", "op": "is", "value": "opted_in"}, condition_fields(), "contact"
    )
    empty = parse({"field": "consent.promotion", "op": "is_empty"}, condition_fields(), "contact")

    def at(days: int) -> tuple[bool, bool]:
        as_of = AsOf(now - timedelta(days=days))
        facts = facts_of_contact(cast.alice)
        return matches(opted_in, facts, as_of), matches(empty, facts, as_of)

    assert (at(1), at(5), at(20)) == ((False, False), (True, False), (False, True))


def test_now_and_history_say_the_same_of_now(cast: Cast, people: list[Contact], now: datetime) -> None:
    registry = condition_fields()
    conversations = Conversation.objects.filter(workspace=cast.workspace)
    for field, values in (
        ("status", ["open", "resolved"]),
        ("assignee", [str(cast.agent.id)]),
        ("team", [str(cast.team.id)]),
    ):
        for value in values:
            leaf = {"field": f"conversation.{field}", "op": "is", "value": value}
            condition = parse(leaf, registry, "conversation")

            def found(as_of: AsOf, condition: Condition = condition) -> set[UUID]:
                wanted = to_sql.matching(condition, registry, "conversation", cast.workspace.id, as_of)
                return set(conversations.filter(wanted).values_list("id", flat=True))

            assert found(AsOf(now)) == found(AsOf(now, is_now=True)) != set()


def test_whose_it_was_is_answered_as_it_was_then(cast: Cast) -> None:
    by, registry = cast.actor(cast.lead), condition_fields()
    conversation = cast.hears(cast.alice.phone, "hello")
    began = clock.now()
    assign_conversation(conversation, to=cast.agent, by=by)
    resolve_conversation(conversation, by=by)
    agents = clock.now()
    assign_conversation(conversation, to=None, by=by)
    conversation.refresh_from_db()

    def holds(at: datetime, field: str, operator: str, value: object) -> bool:
        leaf = {"field": f"conversation.{field}", "op": operator, "value": value}
        condition, as_of = parse(leaf, registry, "conversation"), AsOf(at)
        found = matches(condition, facts_of_conversation(conversation), as_of)
        assert to_sql.count(condition, registry, "conversation", cast.workspace.id, as_of) == found
        return found

    moments = (began - timedelta(days=1), began, agents, clock.now())
    agent = str(cast.agent.id)
    assert [holds(at, "assignee", "is", agent) for at in moments] == [False, False, True, False]
    assert [holds(at, "assignee", "is_empty", True) for at in moments] == [True, True, False, True]
    assert [holds(at, "status", "is", "open") for at in moments] == [False, True, False, False]
    assert [holds(at, "status", "in", ["resolved"]) for at in moments] == [False, False, True, True]


def test_tags_are_answered_as_they_were_then(cast: Cast) -> None:
    conversation, by = cast.hears(cast.alice.phone, "hello"), cast.actor(cast.lead)
    (tag,) = tags_named(cast.workspace.id, ["Late payer"], by=by)
    tag_conversations([conversation], [tag], by=by)
    tagged_at = clock.now()
    untag_conversations([conversation], [tag], by=by)
    registry = condition_fields()

    def holds(at: datetime, operator: str, value: object) -> bool:
        leaf = {"field": "conversation.tags", "op": operator, "value": value}
        condition, as_of = parse(leaf, registry, "conversation"), AsOf(at)
        found = matches(condition, facts_of_conversation(conversation), as_of)
        assert to_sql.count(condition, registry, "conversation", cast.workspace.id, as_of) == found
        return found

    before, after = tagged_at - timedelta(hours=1), clock.now()
    assert [holds(at, "contains", "LATE  payer") for at in (before, tagged_at, after)] == [False, True, False]
    assert [holds(at, "is_empty", True) for at in (before, tagged_at, after)] == [True, False, True]
    change_tag(tag, {"name": "Pays late"}, by=by)
    assert holds(tagged_at, "has_all", ["pays late"])
    assert not holds(tagged_at, "has_any", ["late payer"])


def test_what_happened_is_asked_of_one_event(cast: Cast, now: datetime) -> None:
    conversation = cast.hears(cast.alice.phone, "hello")
    by = Doer("member", cast.lead.id, "Leo Lead")
    happened = ConversationAssigned(cast.workspace.id, conversation.id, None, cast.agent.id, "Ann", None, by)
    written = {
        "all": [
            {"field": "event.to_member_id", "op": "is", "value": str(cast.agent.id)},
            {"field": "event.from_member_id", "op": "is_empty"},
            {"field": "event.by.name", "op": "contains", "value": "leo"},
            {"field": "conversation.status", "op": "is", "value": "open"},
            {"field": "messages.in_count", "op": ">=", "value": 1},
        ]
    }
    condition = parse(written, condition_fields(), "event")
    assert matches(condition, facts_of_conversation(conversation, event=happened), AsOf(clock.now()))
