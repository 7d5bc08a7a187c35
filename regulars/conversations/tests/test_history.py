"""Status, assignee and team are remembered: what was so when, by whom, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.conversations.models import Conversation, ConversationHistory
from regulars.conversations.operations import handling
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.teams import remove_team
from regulars.conversations.tasks import wake_snoozed
from regulars.conversations.tests.saying import claim, fresh, open_conversation, queue, said, status, tell
from regulars.kernel import clock
from regulars.kernel.history import facts_at
from regulars.workspaces.teams import create_team, set_teams
from tests.cast import ALICE, Cast
from tests.running.histories import broken_histories

pytestmark = pytest.mark.django_db

Verb = Callable[[Cast, Conversation], object]
TABLE = "conversations_conversationhistory"
_serial = count(1)


def ask(query: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def rows(conversation: Conversation, fact: str) -> list[ConversationHistory]:
    return list(ConversationHistory.objects.filter(conversation=conversation, fact=fact).order_by("from_at"))


def told(conversation: Conversation, fact: str) -> list[tuple[str | None, str, str, str]]:
    return [(row.value, row.by_kind, row.by_name, row.why) for row in rows(conversation, fact)]


def values_at(conversation: Conversation, at: datetime) -> dict[str, str | None]:
    found = facts_at(ConversationHistory, [conversation.id], at)
    return {fact: row.value for fact, row in found.get(conversation.id, {}).items()}


def shown(conversation: Conversation) -> dict[str, str | None]:
    conversation.refresh_from_db()
    ids = {"assignee": conversation.assignee_id, "team": conversation.team_id}
    return {"status": conversation.status, **{name: str(id_) if id_ else None for name, id_ in ids.items()}}


def test_who_had_it_when_and_why(cast: Cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.lead)
    handling.hand_to_team(conversation, team=cast.team, by=by)
    handling.assign_conversation(conversation, to=cast.agent, by=by)
    handling.assign_conversation(conversation, to=None, by=by)
    queue(cast, conversation, "I take it", by=cast.mate)
    agent, mate, team = str(cast.agent.id), str(cast.mate.id), str(cast.team.id)
    assert told(conversation, "assignee") == [
        (None, "system", "", "started"),
        (agent, "member", "Leo Lead", "assigned"),
        (None, "member", "Leo Lead", "unassigned"),
        (mate, "member", "Max Mate", "claimed"),
    ]
    assert [row.name for row in rows(conversation, "assignee")] == ["", "Ann Agent", "", "Max Mate"]
    assert told(conversation, "team") == [
        (None, "system", "", "started"),
        (team, "member", "Leo Lead", "team_set"),
    ]
    assert broken_histories(ask) == []


def test_its_status_goes_on_by_whatever_changes_it(cast: Cast):
    conversation = open_conversation(cast)
    by = cast.actor(cast.agent)
    handling.snooze_conversation(fresh(conversation), until=clock.now() + timedelta(hours=1), by=by)
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        wake_snoozed()
    handling.resolve_conversation(fresh(conversation), by=by)
    cast.hears(ALICE, "and one thing more")
    handling.resolve_conversation(fresh(conversation), by=by)
    handling.reopen_conversation(fresh(conversation), by=by)
    cast.hears(ALICE, "well?")
    answer = queue(cast, fresh(conversation), by=cast.agent)
    handling.resolve_conversation(fresh(conversation), by=by)
    claim(cast)
    tell(cast, status(answer, "failed"))
    assert [(value, by_kind, why) for value, by_kind, _name, why in told(conversation, "status")] == [
        ("open", "system", "started"),
        ("snoozed", "member", "snoozed"),
        ("open", "system", "woken"),
        ("resolved", "member", "resolved"),
        ("open", "contact", "reopened_by_contact"),
        ("resolved", "member", "resolved"),
        ("open", "member", "reopened"),
        ("resolved", "member", "resolved"),
        ("open", "system", "reopened_by_failure"),
    ]
    assert broken_histories(ask) == []


def test_a_removed_team_leaves_also_what_is_resolved(cast: Cast):
    nights = create_team(cast.workspace, "Nights", by=cast.actor())
    set_teams(cast.mate, [nights], by=cast.actor())
    done, going = open_conversation(cast), open_conversation(cast, "+12025550177")
    for each in (done, going):
        handling.hand_to_team(each, team=cast.team, by=cast.actor(cast.lead))
    handling.resolve_conversation(fresh(done), by=cast.actor(cast.lead))
    remove_team(cast.team, to=nights, by=cast.actor(cast.admin))
    for each in (done, going):
        last = rows(each, "team")[-1]
        assert (last.value, last.name, last.by_name, last.why) == (
            str(nights.id),
            "Nights",
            "Adele Admin",
            "team_succeeded",
        )
    assert broken_histories(ask) == []


def test_doing_it_again_adds_nothing(cast: Cast):
    conversation = open_conversation(cast)
    for _ in range(3):
        handling.assign_conversation(fresh(conversation), to=cast.agent, by=cast.actor(cast.lead))
        handling.resolve_conversation(fresh(conversation), by=cast.actor(cast.lead))
    assert [len(rows(conversation, fact)) for fact in ("status", "assignee", "team")] == [2, 2, 1]


VERBS: dict[str, Verb] = {
    "assign": lambda cast, c: handling.assign_conversation(c, to=cast.agent, by=cast.actor(cast.lead)),
    "reassign": lambda cast, c: handling.assign_conversation(c, to=cast.mate, by=cast.actor(cast.lead)),
    "unassign": lambda cast, c: handling.assign_conversation(c, to=None, by=cast.actor(cast.lead)),
    "hand over": lambda cast, c: handling.hand_to_team(c, team=cast.team, by=cast.actor(cast.lead)),
    "take out": lambda cast, c: handling.hand_to_team(c, team=None, by=cast.actor(cast.lead)),
    "resolve": lambda cast, c: handling.resolve_conversation(c, by=cast.actor(cast.agent)),
    "reopen": lambda cast, c: handling.reopen_conversation(c, by=cast.actor(cast.agent)),
    "snooze": lambda cast, c: handling.snooze_conversation(
        c, until=clock.now() + timedelta(hours=1), by=cast.actor(cast.agent)
    ),
    "answer": lambda cast, c: queue(cast, c, by=cast.mate),
    "write": lambda cast, c: cast.hears(c.contact.phone if c.contact else "", "hello"),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(VERBS)), min_size=1, max_size=8), st.booleans())
def test_every_moment_is_answered_as_it_was_then(cast: Cast, verbs: list[str], is_still: bool):
    """When the clock stands still, at least the last one is."""
    conversation = open_conversation(cast, f"+1202556{next(_serial):04}")
    before = conversation.created_at - timedelta(microseconds=1)
    moments: list[tuple[datetime, dict[str, str | None]]] = []
    began = clock.now()
    for verb in verbs:
        with clock.frozen_at(began if is_still else clock.now()):
            VERBS[verb](cast, fresh(conversation))
        latest = max(row.from_at for row in ConversationHistory.objects.filter(conversation=conversation))
        moments = [*([] if is_still else moments), (latest, shown(conversation))]
    assert [values_at(conversation, at) for at, _then in moments] == [then for _at, then in moments]
    assert values_at(conversation, before) == {}
    assert broken_histories(ask) == []


def test_the_database_holds_it_together(cast: Cast):
    conversation = open_conversation(cast)
    for _ in range(2):
        handling.resolve_conversation(fresh(conversation), by=cast.actor(cast.agent))
        handling.reopen_conversation(fresh(conversation), by=cast.actor(cast.agent))
    first, second, _third, _fourth, last = rows(conversation, "status")
    its = ConversationHistory.objects.filter(conversation=conversation, fact="status")

    def refused(change: Callable[[], object]) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                change()
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:
            return True
        return False

    row = its.filter(from_at=second.from_at)
    later = last.from_at + timedelta(seconds=1)
    assert refused(row.delete)  # a gap
    assert refused(lambda: row.update(until_at=later))  # an overlap with those that follow
    assert refused(lambda: row.update(until_at=second.from_at))  # nothing
    assert refused(lambda: row.update(until_at=None))  # a second one that lasts
    assert refused(lambda: its.filter(from_at=last.from_at).update(until_at=later))  # and nothing after it
    assert refused(lambda: its.filter(from_at=first.from_at).update(until_at=last.from_at))  # a bypass
    assert broken_histories(ask) == []


def test_a_batch_costs_no_more_statements_for_many_than_for_one(cast: Cast):
    conversations = [open_conversation(cast, f"+1202557{number:04}") for number in range(31)]
    for each in conversations:
        handling.resolve_conversation(each, by=cast.actor(cast.agent))

    def statements(wanted: Sequence[Conversation]) -> list[str]:
        news = [
            said(f"again {next(_serial)}", 0, phone=each.contact.phone if each.contact else "")
            for each in wanted
        ]
        with CaptureQueriesContext(connection) as captured:
            cast.receives(news)
        return [each["sql"] for each in captured.captured_queries if TABLE in each["sql"]]

    one, many = statements(conversations[:1]), statements(conversations[1:])
    assert (len(one), len(many)) == (1, 1)
    assert statements(conversations) == []  # they are open
    assert {told(each, "status")[-1][3] for each in conversations} == {"reopened_by_contact"}
    assert broken_histories(ask) == []


def test_new_threads_bring_their_history_in_the_statement_that_makes_them(cast: Cast):
    news = [said(f"new {number}", 0, phone=f"+1202558{number:04}") for number in range(20)]
    with CaptureQueriesContext(connection) as captured:
        made = cast.receives(news)
    written = [each["sql"] for each in captured.captured_queries if TABLE in each["sql"]]
    assert [sql.count("INSERT INTO") for sql in written] == [2]
    assert [len(rows(each, fact)) for each in made for fact in ("status", "assignee", "team")] == [1] * 60


def test_it_goes_with_the_contact(cast: Cast):
    conversation = open_conversation(cast)
    handling.resolve_conversation(conversation, by=cast.actor(cast.agent))
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert not ConversationHistory.objects.filter(conversation_id=conversation.id).exists()


def test_of_before_it_is_known_only_what_is_so_now(cast: Cast):
    conversation = open_conversation(cast)
    handling.assign_conversation(conversation, to=cast.agent, by=cast.actor(cast.lead))
    ConversationHistory.objects.all().delete()
    migration = import_module("regulars.conversations.migrations.0025_open_history")
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.OPEN)
    assert [(row.value, row.name, row.since_unknown) for row in rows(conversation, "assignee")] == [
        (str(cast.agent.id), "Ann Agent", True)
    ]
    (row,) = rows(conversation, "status")
    assert values_at(conversation, row.from_at) == shown(conversation)
    assert values_at(conversation, row.from_at - timedelta(microseconds=1)) == {}
    handling.assign_conversation(fresh(conversation), to=None, by=cast.actor(cast.lead))
    assert UUID(rows(conversation, "assignee")[0].value) == cast.agent.id
    assert broken_histories(ask) == []
