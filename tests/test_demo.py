"""The demo has a past: its customers are known, tagged and talked to before anybody writes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from config.wiring import GENERATED
from regulars.contacts.models import Contact, ContactTagging
from regulars.conversations.models import Conversation, ConversationTagging, Episode
from regulars.demo.past import PEOPLE_KNOWN, give_a_past
from regulars.demo.seed import seed_demo
from regulars.kernel import clock
from regulars.mail.models import MailServer
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import send_due
from regulars.tags.models import Tagging
from regulars.workspaces.models import Member, Role
from tests.running.histories import broken_histories
from whatsapp_sandbox.customers.stories import STORIES

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.fixture
def demo() -> None:
    with clock.frozen_at(NOON):
        seed_demo(partial(give_a_past, generators=GENERATED, mail_port=2525))


@pytest.mark.usefixtures("demo")
def test_the_simulated_customers_who_show_a_number_are_known_with_tags_that_are_there_and_that_went() -> None:
    known = {number: name for number, name, _zone in PEOPLE_KNOWN}
    people = [story.person for story in STORIES.values() if story.person.get("identity") != "hidden"]
    assert known == {person["phone"]: person["name"] for person in people}
    assert set(Contact.objects.values_list("phone", flat=True)) == set(known)
    for taggings in (ContactTagging.objects, ConversationTagging.objects):
        found: list[Tagging] = list(taggings.all())
        assert {row.until_at is None for row in found} == {True, False}
        assert all(row.by_name and row.from_at < NOON for row in found)
    assert {"member", "import", "sync", "model"} <= {
        *ContactTagging.objects.values_list("by_kind", flat=True),
        *ConversationTagging.objects.values_list("by_kind", flat=True),
    }
    assert not broken_histories(rows)


@pytest.mark.usefixtures("demo")
def test_a_promise_comes_back_to_its_writer_as_soon_as_a_worker_runs() -> None:
    with clock.frozen_at(NOON):
        assert [send_due(), send_due()] == [True, False]
    (promise,) = ScheduledMessage.objects.all()
    assert (promise.state, (promise.error or {}).get("code")) == ("refused", "reply-window-closed")


@pytest.mark.usefixtures("demo")
def test_it_has_talks_of_all_sorts_and_one_that_was_reopened() -> None:
    assert {"open", "resolved"} <= set(Conversation.objects.values_list("status", flat=True))
    assert Episode.objects.filter(reopened_count__gt=0).exists()
    assert Episode.objects.filter(number__gt=1).exists()


@pytest.mark.usefixtures("demo")
def test_somebody_has_a_role_of_the_shops_own() -> None:
    role = Role.objects.get(key=None)
    assert Member.objects.filter(role=role).count() == 1
    assert role.rights.far("conversations") == "teams"
    assert MailServer.objects.get().port == 2525


def test_where_scripts_count_nobody_has_written() -> None:
    seed_demo()
    assert not Contact.objects.exists()
    assert not Role.objects.filter(key=None).exists()
