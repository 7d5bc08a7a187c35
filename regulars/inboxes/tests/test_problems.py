"""What stops a number or an account: how often we ask, whom it concerns, and when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.ports import Deferred, ProviderError
from regulars.inboxes.problems import (
    DueProbe,
    Reach,
    claim_probes,
    end_problem,
    forget_problem,
    note_problem,
)
from regulars.kernel.models import Event
from tests.cast import Cast, make_cast

TEN = timedelta(seconds=10)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _illness(reach: Reach, code: int = 368) -> Deferred:
    error = ProviderError(code=code, title=f"problem {code}")
    return Deferred(error=error, wait=TEN, pauses=reach, longest_wait=TEN * 5)


def _row(cast: Cast, reach: Reach) -> Connection | Inbox:
    if reach == "number":
        return Inbox.objects.get(id=cast.inbox.id)
    return Connection.objects.get(id=cast.connection.id)


def _seconds_to_probe() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXTRACT(epoch FROM probe_at - now()) FROM inboxes_inbox WHERE problem <> ''"
            " UNION ALL SELECT EXTRACT(epoch FROM probe_at - now()) FROM inboxes_connection WHERE problem <> ''"
        )
        ((seconds,),) = cursor.fetchall()
    return float(seconds)


def _make_due() -> None:
    with connection.cursor() as cursor:
        for table in ("inboxes_inbox", "inboxes_connection"):
            cursor.execute(f"UPDATE {table} SET probe_at = now() WHERE problem <> ''")  # noqa: S608


def _due(cast: Cast) -> list[tuple[str, str]]:
    return [(each.reach, each.address) for each in claim_probes()]


@pytest.mark.parametrize("reach", ["number", "connection"])
def test_the_distance_between_two_questions_grows_up_to_its_limit(cast, reach):
    distances = []
    for _ in range(4):
        note_problem(cast.inbox.id, cast.connection.id, _illness(reach))
        distances.append(round(_seconds_to_probe()))
    assert distances == [10, 20, 40, 50]
    row = _row(cast, reach)
    assert (row.problem, row.problem_code, row.probe_count) == ("problem 368", 368, 4)


@pytest.mark.parametrize("reach", ["number", "connection"])
def test_who_is_due_is_given_to_one_and_only_when_due(cast, reach):
    note_problem(cast.inbox.id, cast.connection.id, _illness(reach))
    assert _due(cast) == []
    _make_due()
    assert (_due(cast), _due(cast)) == ([(reach, cast.inbox.address)], [])


def test_a_number_is_not_asked_about_while_its_account_does_not_work(cast):
    note_problem(cast.inbox.id, cast.connection.id, _illness("number", 133010))
    note_problem(cast.inbox.id, cast.connection.id, _illness("connection"))
    _make_due()
    assert _due(cast) == [("connection", cast.second_inbox.address)]


@pytest.mark.parametrize("reach", ["number", "connection"])
def test_a_good_answer_ends_it_and_only_a_message_that_passed_forgets_it(cast, reach):
    note_problem(cast.inbox.id, cast.connection.id, _illness(reach))
    since = _row(cast, reach).problem_since
    end_problem(DueProbe(reach, cast.inbox.id, cast.connection.id, "whatsapp", cast.inbox.address))
    row = _row(cast, reach)
    assert (row.problem, row.probe_at, row.probe_count) == ("", None, 1)
    note_problem(cast.inbox.id, cast.connection.id, _illness(reach))
    assert (round(_seconds_to_probe()), _row(cast, reach).problem_since) == (20, since)
    forget_problem(cast.inbox.id, cast.connection.id)
    row = _row(cast, reach)
    assert (row.problem, row.problem_code, row.problem_since, row.probe_count) == ("", None, None, 0)


def test_screens_are_told_when_it_begins_and_ends_not_each_time_it_goes_on(cast):
    Event.objects.all().delete()
    for _ in range(3):
        note_problem(cast.inbox.id, cast.connection.id, _illness("number"))
    end_problem(DueProbe("number", cast.inbox.id, cast.connection.id, "whatsapp", cast.inbox.address))
    assert list(Event.objects.values_list("kind", flat=True)) == ["InboxStopped", "InboxResumed"]
