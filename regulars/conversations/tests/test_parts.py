"""Messages lie in parts by the time of their ids: what was there moves over, and nothing is twice in two of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from django.db import connection

from regulars.conversations.models import MESSAGES, Message, ProviderMessageId
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.provider_ids import Named, find_messages, take_ids
from regulars.conversations.tasks import look_over_parts
from regulars.conversations.tests.saying import NOON, receive, said
from regulars.kernel import clock
from regulars.kernel.ids import id_at, lowest_id_at, moment_of, new_id
from regulars.kernel.partitions import EVENTS, quarter_of
from tests.cast import BORIS, Cast
from tests.old_schema import database_at, migrate_to_now

BEFORE = [
    ("conversations", "0017_ad_pictures_by_file"),
    ("kernel", "0006_columns_have_database_defaults"),
]
LONG_AGO = datetime(2019, 2, 14, 9, 30, tzinfo=UTC)


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    with database_at(BEFORE) as models:
        yield models


def _parts_of(table: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text, count(*) FROM {table} GROUP BY 1")  # noqa: S608 - a table of ours
        return dict(cursor.fetchall())


def test_what_is_there_becomes_the_first_part_as_it_stands(old):
    workspace = old.get_model("workspaces", "Workspace").objects.create(id=new_id(), name="Shop", slug="shop")
    account = old.get_model("inboxes", "Connection").objects.create(
        id=new_id(), workspace=workspace, channel="whatsapp", name="Shop", account_id="1", verify_token="v"
    )
    inbox = old.get_model("inboxes", "Inbox").objects.create(
        id=new_id(), workspace=workspace, connection=account, name="1", address="1", display_address="1"
    )
    gwen = old.get_model("contacts", "Contact").objects.create(id=new_id(), workspace=workspace, name="Gwen")
    thread = old.get_model("conversations", "Conversation").objects.create(
        id=new_id(), workspace=workspace, inbox=inbox, contact=gwen
    )
    messages = old.get_model("conversations", "Message").objects
    made = [
        messages.create(
            id=id_,
            workspace=workspace,
            inbox=inbox,
            conversation=thread,
            contact=gwen,
            direction="out",
            kind="text",
            author_kind="member",
            status="sent",
            provider_id=provider_id,
            sent_at=clock.now(),
        )
        for id_, provider_id in ((new_id(), "wamid.1"), (id_at(LONG_AGO), "wamid.2"), (new_id(), None))
    ]
    old.get_model("conversations", "MessageStatus").objects.create(
        message=made[0], status="accepted", at=clock.now()
    )
    migrate_to_now()
    assert set(Message.objects.values_list("id", "provider_id")) == {
        (each.id, each.provider_id) for each in made
    }
    assert _parts_of("conversations_message") == {"conversations_message_before": 3}
    assert _parts_of("conversations_messagestatus") == {"conversations_messagestatus_before": 1}
    assert find_messages([(inbox.id, "wamid.1"), (inbox.id, "wamid.2"), (inbox.id, "wamid.3")]) == {
        (inbox.id, "wamid.1"): made[0].id,
        (inbox.id, "wamid.2"): made[1].id,
    }
    starts = [part.starts_at for part in MESSAGES.parts() if part.starts_at]
    assert starts == [span.starts_at for span in _next_quarters(2)]


def test_ids_of_a_clock_that_was_ahead_move_over_too(old):
    workspace = old.get_model("workspaces", "Workspace").objects.create(id=new_id(), name="Shop", slug="shop")
    ahead = clock.now() + timedelta(days=400)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # whose thread it is does not matter here
        cursor.execute(
            "INSERT INTO conversations_message (id, workspace_id, inbox_id, conversation_id, direction, kind,"
            " author_kind, status, sent_at) VALUES (%s, %s, %s, %s, 'in', 'text', 'contact', 'received', now())",
            [id_at(ahead), workspace.id, new_id(), new_id()],
        )
        cursor.execute(
            "INSERT INTO kernel_event (workspace_id, kind, body, happened_at) VALUES (%s, 'x', '{}', %s)",
            [workspace.id, ahead],
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    migrate_to_now()
    assert _parts_of("conversations_message") == {"conversations_message_before": 1}
    assert _parts_of("kernel_event") == {"kernel_event_before": 1}
    MESSAGES.prepare()
    EVENTS.prepare()
    starts = [part.starts_at for part in MESSAGES.parts() if part.starts_at]
    assert all(start > ahead for start in starts)


def test_postgresql_knows_what_lies_in_all_parts_together(transactional_db: None):
    look_over_parts()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples >= 0 FROM pg_class WHERE relname IN"
            " ('conversations_message', 'conversations_messagestatus') AND relkind = 'p'"
        )
        assert cursor.fetchall() == [(True,), (True,)]


def _next_quarters(count: int) -> Iterator[Any]:
    span = quarter_of(clock.now())
    for _place in range(count):
        span = quarter_of(span.ends_at)
        yield span


@pytest.mark.django_db(transaction=True)
def test_what_was_said_long_ago_lies_among_what_was_said_then(cast: Cast):
    seconds = (LONG_AGO - NOON).total_seconds()
    MESSAGES.prepare_for([LONG_AGO])
    try:
        receive(cast, said("h1", seconds, source="history"), said("m1", 0))
        parts = _parts_of("conversations_message")
        assert (len(parts), parts["conversations_message_2019q1"]) == (2, 1)
        assert moment_of(Message.objects.get(provider_id="h1").id) == LONG_AGO
        assert receive(cast, said("h1", seconds, source="history")) == ["duplicate"]
    finally:
        Message.objects.all().delete()
        (part,) = (each for each in MESSAGES.parts() if each.name == "conversations_message_2019q1")
        assert MESSAGES.drop(part)


def test_a_platforms_id_names_one_message_whatever_part_it_would_lie_in(cast: Cast):
    here, there = new_id(), id_at(LONG_AGO)
    assert take_ids([Named(cast.inbox.id, "wamid.1", here)]) == {here}
    assert take_ids([Named(cast.inbox.id, "wamid.1", there)]) == set()
    assert take_ids([Named(cast.second_inbox.id, "wamid.1", there)]) == {there}
    assert find_messages([(cast.inbox.id, "wamid.1")]) == {(cast.inbox.id, "wamid.1"): here}


def test_no_id_outlives_its_message(cast: Cast):
    receive(cast, said("m1", 0), said("m2", 1, phone=BORIS))
    remove_contact(cast.alice, by=cast.actor(cast.owner))
    assert list(ProviderMessageId.objects.values_list("provider_id", flat=True)) == ["m2"]


def test_the_ids_of_a_moment_lie_between_its_bounds():
    moment = datetime(2026, 11, 30, 9, 15, 0, 123_000, tzinfo=UTC)
    id_ = id_at(moment)
    assert lowest_id_at(moment) <= id_ < lowest_id_at(moment + timedelta(milliseconds=1))
    assert (moment_of(id_), id_.version, id_.variant) == (moment, 7, RFC_4122)
    assert lowest_id_at(datetime(1900, 1, 1, tzinfo=UTC)) == UUID(int=0)


@pytest.mark.parametrize(
    ("moment", "starts_at", "ends_at", "name"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), (2026, 10), (2027, 1), "2026q4"),
        (datetime(2027, 1, 1, tzinfo=UTC), (2027, 1), (2027, 4), "2027q1"),
        (datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=9))), (2026, 10), (2027, 1), "2026q4"),
    ],
)
def test_quarters(moment: datetime, starts_at: tuple[int, int], ends_at: tuple[int, int], name: str):
    assert quarter_of(moment) == (
        datetime(*starts_at, 1, tzinfo=UTC),
        datetime(*ends_at, 1, tzinfo=UTC),
        name,
    )
