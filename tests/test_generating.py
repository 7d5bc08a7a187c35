"""Generated conversations are as the message path would have left them: every figure follows from the messages."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import phonenumbers
import pytest
from django.db import connection, transaction

from config.wiring import GENERATED
from regulars.cases.models import Case, CaseConversation, CaseHistory
from regulars.cases.queries.lists import CaseFilter, list_cases
from regulars.contacts.models import Consent, Contact, ContactHistory, ContactIdentity, ContactTagging
from regulars.contacts.search import matching_contacts
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import (
    SILENT_KINDS,
    UNCOUNTED_KINDS,
    Activity,
    Conversation,
    ConversationTagging,
    Episode,
    Fact,
    Message,
)
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.conversations.queries.threads import read_thread
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.generating import Run, amounts_of, check, generate
from regulars.kernel.models import Event
from regulars.search.filling import fill_workspace
from regulars.search.models import SearchEntry
from regulars.service_levels.models import AnswerClock, FollowUp
from regulars.service_levels.ringing import ring_clocks
from regulars.tags.models import Tag
from regulars.workspaces.models import Workspace
from tests.cast import House, make_cast
from tests.running.histories import broken_histories

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 29, 12, tzinfo=UTC)


def fill(house: House, seed: int = 7, days: int = 30, **given: int) -> Run:
    run = Run(house.workspace.id, seed, UNTIL, days, amounts_of(GENERATED, given))
    check(GENERATED, run)
    assert sum(generate(GENERATED, run)) == sum(run.amounts.values())
    return run


@pytest.fixture
def house() -> House:
    """A shop that nobody has written to."""
    cast = make_cast()
    Contact.objects.all().delete()
    return cast


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


_RECOUNTED = """
WITH said AS (
  SELECT m.conversation_id AS id, m.id AS message_id, m.sent_at, m.kind, m.direction,
    max(m.sent_at) FILTER (WHERE m.direction = 'out' AND m.status <> 'failed' AND m.kind <> 'reaction')
      OVER (PARTITION BY m.conversation_id) AS answered_at
  FROM conversations_message m WHERE NOT m.kind = ANY(%s)
)
SELECT c.id, c.unread_count, c.waiting_since, c.last_message_id, c.last_inbound_at, c.window_closes_at,
  CASE WHEN c.status = 'resolved' THEN 0 ELSE count(*) FILTER (WHERE said.direction = 'in'
    AND said.sent_at > COALESCE(said.answered_at, '-infinity')) END,
  CASE WHEN c.status <> 'resolved' THEN min(said.sent_at) FILTER (WHERE said.direction = 'in'
    AND NOT said.kind = ANY(%s) AND said.sent_at > COALESCE(said.answered_at, '-infinity')) END,
  (array_agg(said.message_id ORDER BY said.sent_at DESC, said.message_id DESC))[1],
  max(said.sent_at) FILTER (WHERE said.direction = 'in'),
  max(said.sent_at) FILTER (WHERE said.direction = 'in') + interval '24 hours'
FROM conversations_conversation c JOIN said ON said.id = c.id GROUP BY c.id
"""


def test_the_figures_of_every_conversation_follow_from_its_messages(house: House):
    fill(house, contacts=150, conversations=200, messages=3_000)
    found = rows(_RECOUNTED, list(UNCOUNTED_KINDS), list(SILENT_KINDS))
    assert len(found) == 200
    assert [row for row in found if row[1:6] != row[6:]] == []
    states = Counter(Conversation.objects.values_list("status", flat=True))
    assert states.keys() == {"open", "snoozed", "resolved"}
    assert Conversation.objects.filter(waiting_since__isnull=False, unread_count__gt=0).exists()


def test_what_left_and_what_came_is_in_the_ledger(house: House):
    fill(house, conversations=100, messages=4_000)
    total, parts = read_ledger(house.workspace.id)
    assert total.adds_up
    assert all(part.adds_up for part in parts.values())
    statuses = rows("SELECT count(*) FROM conversations_messagestatus WHERE status <> 'accepted'")[0][0]
    came = Message.objects.filter(direction="in").count()
    assert total.inbound.stored == came + statuses
    sent = Message.objects.filter(direction="out")
    assert total.outbound.intended == sent.count()
    assert sum(total.outbound.refused.values()) == sent.filter(status="failed").count() > 0
    jobs = rows(
        "SELECT count(*) FROM conversations_outgoingmessage o JOIN conversations_message m ON m.id = o.message_id"
        " WHERE (o.state = 'refused') = (m.status = 'failed') AND (m.provider_id IS NULL) = (m.status = 'failed')"
    )
    assert jobs == [(sent.count(),)]


def test_everything_lies_within_the_days_and_ids_are_of_their_moment(house: House):
    fill(house, days=20, conversations=60, messages=1_500)
    times = Message.objects.order_by("sent_at").values_list("sent_at", flat=True)
    assert times[0] > UNTIL - timedelta(days=25)  # a long thread may begin before
    assert times[len(times) - 1] <= UNTIL
    apart = [
        message.id
        for message in Message.objects.all()
        if not 0 <= (message.id.int >> 80) / 1_000 - message.sent_at.timestamp() < 5
    ]
    assert apart == []
    assert {each.id.version for each in Message.objects.all()[:50]} == {7}


def test_people_of_many_languages_write_in_theirs(house: House):
    fill(house, contacts=400, conversations=300, messages=3_000)
    assert {"ko", "ru", "th", "en", "es", "pt", "de"} <= set(
        Contact.objects.values_list("language", flat=True)
    )
    korean = Message.objects.filter(contact__language="ko", direction="in", kind="text").values_list(
        "text", flat=True
    )
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean)
    kinds = set(Message.objects.values_list("direction", "kind"))
    assert {
        *(
            ("in", kind)
            for kind in ("text", "image", "audio", "location", "contacts", "order", "reaction", "sticker")
        ),
        *(("in", kind) for kind in ("button", "interactive")),
        *(("out", kind) for kind in ("text", "image", "document", "interactive", "template")),
    } <= kinds


def test_nobody_has_such_a_number(house: House):
    fill(house, contacts=3_000, conversations=0, messages=0)
    numbers = ContactIdentity.objects.filter(kind="phone").values_list("value", flat=True)
    assert len(set(numbers)) == 3_000
    reachable = [
        number
        for number in numbers
        if phonenumbers.is_valid_number(phonenumbers.parse(number)) and not _is_fiction(number)
    ]
    assert reachable == []
    assert set(Contact.objects.values_list("phone", flat=True)) == set(numbers)


def _is_fiction(number: str) -> bool:
    return number.startswith("+441632960") or (number.startswith("+1") and number[5:10] == "55501")


def test_lists_threads_and_search_work_on_it(house: House):
    fill(house, conversations=120, messages=2_400)
    named = rows(
        "SELECT count(*) FROM conversations_providermessageid p JOIN conversations_message m"
        " ON m.id = p.message_id AND m.inbox_id = p.inbox_id AND m.provider_id = p.provider_id"
    )
    assert named == [(Message.objects.filter(provider_id__isnull=False).count(),)]
    page = list_conversations(house.actor(house.owner), ConversationFilter())
    assert len(page.items) == 50
    assert page.next_cursor
    for conversation in page.items[:10]:
        thread = read_thread(conversation)
        assert thread.messages
        assert thread.messages[-1].message.sent_at == conversation.last_message_at
    name = page.items[0].contact.display_name.split()[0]  # type: ignore[union-attr]
    assert page.items[0].contact in matching_contacts(house.actor(), name)


def test_every_history_leads_to_what_is_so_now(house: House):
    fill(house, conversations=120, messages=2_400)
    assert broken_histories(rows) == []
    reasons = dict(rows("SELECT why, count(*)::int FROM conversations_conversationhistory GROUP BY 1"))
    assert reasons.keys() == {
        *("started", "claimed", "unassigned", "resolved", "snoozed", "reopened_by_contact")
    }
    assert reasons["started"] == 3 * 120
    assert reasons["resolved"] == Activity.objects.filter(kind="resolved").count()
    tiers = ContactHistory.objects.filter(fact="tier")
    assert ContactHistory.objects.exclude(fact="tier").count() == Consent.objects.count()
    assert tiers.count() == Contact.objects.exclude(tier="").count() > 0


def test_tags_are_on_what_there_is_and_their_uses_add_up(house: House):
    fill(house, contacts=60, conversations=50, messages=200, tags=40)
    assert Tag.objects.count() == 40
    taggings = ("contacts_contacttagging", "conversations_conversationtagging")
    counted = [
        row
        for table in taggings
        for row in rows(f"SELECT count(*), count(until_at) FROM {table}")  # noqa: S608
    ]
    assert all(0 < ended < count / 2 for count, ended in counted)
    used = rows(
        "SELECT u.tag_id, u.subject, sum(u.change)::int FROM tags_taguse u GROUP BY 1, 2"
        " EXCEPT (SELECT tag_id, 'contact', count(*) FROM contacts_contacttagging WHERE until_at IS NULL GROUP BY 1"
        " UNION ALL SELECT tag_id, 'conversation', count(*) FROM conversations_conversationtagging"
        " WHERE until_at IS NULL GROUP BY 1)"
    )
    assert used == []
    late = ConversationFilter(tag="late delivery")
    assert 0 < len(list_conversations(house.actor(house.owner), late).items) < 50


def test_some_conversations_have_a_case_with_a_number_of_its_own(house: House):
    fill(house, conversations=400, messages=800)
    cases = Case.objects.filter(workspace=house.workspace)
    numbers = sorted(cases.values_list("number", flat=True))
    assert numbers == list(range(1001, 1001 + len(numbers)))
    assert 5 < len(numbers) <= 20
    links = CaseConversation.objects.filter(case__in=cases, conversation__workspace=house.workspace)
    assert links.count() == len(numbers)
    standing = CaseHistory.objects.filter(case__in=cases, fact="status", until_at=None)
    assert dict(standing.values_list("case_id", "value")) == dict(cases.values_list("id", "status"))
    assert list_cases(house.actor(), CaseFilter(), order="due").lines[0].contacts != []


def test_tags_are_added_to_those_that_there_are(house: House):
    fill(house, contacts=60, conversations=50, messages=200, tags=10)
    before = _taggings()
    fill(house, seed=8, contacts=0, conversations=0, messages=0, tags=320)
    assert Tag.objects.count() == 330 == len(set(Tag.objects.values_list("key", flat=True)))
    assert _taggings() > before
    fill(house, seed=9, contacts=0, conversations=0, messages=0, tags=0)
    assert Tag.objects.count() == 330


def test_tags_without_anything_to_put_them_on_are_made_all_the_same(house: House):
    fill(house, contacts=0, conversations=0, messages=0, tags=20)
    assert (Tag.objects.count(), _taggings()) == (20, 0)


def _taggings() -> int:
    return sum(model.rows().count() for model in (ContactTagging, ConversationTagging))


def test_the_same_seed_makes_the_same_and_another_one_something_else(house: House):
    def told(workspace: Workspace) -> list[Any]:
        said = Message.objects.filter(workspace=workspace).order_by("id")
        return list(said.values_list("id", "text", "sent_at", "provider_id"))

    with transaction.atomic():
        fill(house, conversations=20, messages=200)
        first = told(house.workspace)
        transaction.set_rollback(True)
    fill(house, conversations=20, messages=200)
    assert told(house.workspace) == first
    fill(house, seed=8, conversations=20, messages=200)
    assert len(told(house.workspace)) == 400


def test_a_second_time_adds_and_uses_those_who_have_not_written_to_a_number(house: House):
    fill(house, contacts=100, conversations=60, messages=120)
    fill(house, seed=8, contacts=0, conversations=140, messages=280)
    pairs = Conversation.objects.values_list("contact_id", "inbox_id")
    assert len(set(pairs)) == len(pairs) == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"contacts": 5, "conversations": 11, "messages": 20}, "Ask for 1 contacts more"),
        ({"conversations": 10, "messages": 9}, "each has at least one"),
        ({"conversations": 0, "messages": 5}, "no message is without"),
        ({"orders": 5, "messages": 10}, "Nothing generates orders yet"),
        ({"tags": 10_001}, "at most 10000"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    house: House, given: dict[str, int], words: str
):
    with pytest.raises(Invalid, match=words):
        fill(house, **given)
    assert Contact.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "amounts"),
    [
        ({}, (1_000, 1_000, 20_000, 14)),
        ({"messages": 500}, (25, 25, 500, 12)),
        ({"contacts": 30}, (30, 30, 600, 14)),
        ({"conversations": 30}, (30, 30, 600, 14)),
    ],
)
def test_what_is_not_said_follows_from_what_is(given: dict[str, int], amounts: tuple[int, ...]):
    assert tuple(amounts_of(GENERATED, given).values()) == amounts


_EPISODES = (
    "SELECT conversation_id, number, opened_at, resolved_at, reopened_count"
    " FROM conversations_episode ORDER BY 1, 2"
)


def test_episodes_are_those_that_lines_and_messages_tell_and_facts_belong_to_them(house: House):
    fill(house, contacts=80, conversations=90, messages=3_000)
    written = rows(_EPISODES)
    facts = Counter(Fact.objects.values_list("kind", flat=True))
    again, over = sum(row[4] for row in written), sum(row[3] is not None for row in written)
    assert (facts["reopened"], facts["resolved"]) == (again, again + over)
    assert facts["answered"] > 90 < len(written)
    firsts = Fact.objects.filter(kind="answered", is_first=True).values_list("episode_id", "at")
    answered = Episode.objects.exclude(first_answer_at=None).values_list("id", "first_answer_at")
    assert sorted(firsts) == sorted(answered)
    last = "SELECT DISTINCT ON (conversation_id) id FROM conversations_episode ORDER BY conversation_id, number DESC"
    assert rows(f"SELECT count(*) FROM conversations_conversation WHERE episode_id NOT IN ({last})") == [(0,)]  # noqa: S608
    Episode.objects.all().delete()
    before = import_module("regulars.conversations.migrations.0027_episodes_of_before")
    before.derive(None, SimpleNamespace(connection=connection))
    assert rows(_EPISODES) == written


def test_what_was_generated_is_found(house: House) -> None:
    fill(house, contacts=20, conversations=20, messages=200)
    found = Counter(SearchEntry.objects.values_list("kind", flat=True))
    messages = Message.objects.exclude(kind__in=SILENT_KINDS)
    assert found["message"] == messages.count()
    assert found["contact"] == 20
    before = list(SearchEntry.objects.values_list("id", "kind", "tokens"))
    SearchEntry.objects.all().delete()
    fill_workspace(house.workspace.id)
    assert {(*key, tuple(tokens)) for *key, tokens in before} == {
        (*key, tuple(tokens)) for *key, tokens in SearchEntry.objects.values_list("id", "kind", "tokens")
    }


def test_whoever_waits_has_a_clock_and_what_was_due_is_told_to_nobody(house: House):
    fill(house, contacts=120, conversations=150, messages=1_500)
    waiting = set(Conversation.objects.exclude(waiting_since=None).values_list("id", flat=True))
    clocks = AnswerClock.objects.filter(met_at=None, stopped_at=None)
    assert set(clocks.values_list("conversation_id", flat=True)) <= waiting
    assert clocks.filter(rings_at__lte=clock.now()).count() == 0
    assert clocks.exclude(breached_at=None).exists()
    assert Event.objects.filter(kind__startswith="Answer").count() == 0
    open_ones = set(Conversation.objects.filter(status="open").values_list("id", flat=True))
    assert set(FollowUp.objects.values_list("conversation_id", flat=True)) == open_ones
    assert ring_clocks() == 0
