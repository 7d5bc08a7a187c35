"""What `make campaign` does with a million messages of the version before: here with some hundred, in one process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from benchmarks.campaign.earlier import LEAVES, differences, fill, lacking, say
from benchmarks.campaign.migrating import migrate_timed
from benchmarks.campaign.moving import _UNIQUE
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Message
from regulars.kernel.crypto import fingerprint
from regulars.kernel.events import Position, look_after, read_after
from regulars.kernel.ids import new_id
from regulars.kernel.models import ReactionCursor
from tests.old_schema import database_at

MESSAGES = 400
TOKEN = "rgl_of_a_script"


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    with database_at(LEAVES) as models:
        yield models


def _make_shop(old: Any) -> Any:
    workspace = old.get_model("workspaces", "Workspace").objects.create(id=new_id(), name="Shop", slug="shop")
    user = old.get_model("workspaces", "User").objects.create(
        id=new_id(), email="ann@shop.example", name="Ann"
    )
    member = old.get_model("workspaces", "Member").objects.create(
        id=new_id(), workspace=workspace, user=user, role="owner"
    )
    old.get_model("workspaces", "ApiToken").objects.create(
        id=new_id(),
        workspace=workspace,
        name="script",
        role="admin",
        prefix=TOKEN[:8],
        token_fingerprint=fingerprint(TOKEN),
        created_by=member,
    )
    account = old.get_model("inboxes", "Connection").objects.create(
        id=new_id(), workspace=workspace, channel="whatsapp", name="Shop", account_id="1", verify_token="v"
    )
    for address in ("1", "2"):
        old.get_model("inboxes", "Inbox").objects.create(
            id=new_id(), workspace=workspace, connection=account, name=address, address=address
        )
    return workspace


def _fetch(query: str) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_database_of_before_moves_over_whole_and_once(old: Any):
    workspace = _make_shop(old)
    fill(_execute, MESSAGES)
    before = say(_fetch)
    threads: dict[Any, Any] = dict(
        _fetch(  # type: ignore[arg-type]  # two columns
            "SELECT conversation_id, array_agg(id ORDER BY sent_at, id) FROM conversations_message"
            " WHERE kind <> 'reaction' GROUP BY 1 HAVING count(*) < 100"
        )
    )
    assert min(columns["id"][0] for table, columns in before.items() if "id" in columns) > 0

    assert "conversations.0018_messages_in_parts" in migrate_timed()
    assert migrate_timed() == {}
    assert differences(before, say(_fetch)) == []
    ((names, distinct, missing),) = _fetch(_UNIQUE)
    assert (names == distinct, missing) == (True, 0)
    assert names == Message.objects.filter(provider_id__isnull=False).count()
    assert read_ledger(workspace.id)[0].adds_up

    client = Client(headers={"Authorization": f"Bearer {TOKEN}"})
    for thread, ids in threads.items():
        answer = client.get(f"/api/v1/conversations/{thread}/messages?limit=100")
        assert answer.status_code == 200, answer.content
        shown = [each["id"] for each in answer.json()["items"] if each["kind"] != "reaction"]
        assert sorted(shown) == sorted(map(str, ids))
    _the_log_goes_on_where_it_stood()


def _the_log_goes_on_where_it_stood() -> None:
    """A reaction had read half of it."""
    ((count,),) = _fetch("SELECT count(*) FROM kernel_event")
    cursor = ReactionCursor.objects.get()
    seen = Position(cursor.generation, int(cursor.transaction_id), cursor.event_id)
    kinds = sorted(look_after(Position()).kinds)
    left = read_after(seen, kinds, 1_000).events
    assert 0 < len(left) < count
    assert len(read_after(Position(), kinds, 1_000).events) == count
    assert [each.position for each in left] == sorted(each.position for each in left)


def test_what_differs_is_named():
    before = {"t": {"a": (2, 7), "b": (2, 8), "c": (2, 9)}}
    assert differences(before, {"t": {"a": (2, 7), "b": (3, 8), "d": (2, 1)}}) == [
        "t.b: 2 rows before, 3 now, or they say other things",
        "t.c is gone",
    ]
    was = {"items": [{"text": "a", "to": None}], "next": "x"}
    assert list(lacking(was, {"items": [{"text": "a", "to": None, "more": 1}], "next": "x"})) == []
    assert list(lacking(was, {"items": [{"text": "b"}]})) == [
        ".items[0].text was 'a' and is 'b'",
        ".items[0].to is gone",
        ".next is gone",
    ]
