"""Group threads of before, which belonged to whoever wrote first, come to belong to a group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from regulars.kernel import clock
from regulars.kernel.ids import new_id
from tests.old_schema import database_at, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("conversations", "0005_unmatched_price")]


@pytest.fixture
def old() -> Iterator[Any]:
    """The models as they were."""
    with database_at(BEFORE) as models:
        yield models


def test_threads_move_and_what_we_said_belongs_to_nobody(old):
    workspace = old.get_model("workspaces", "Workspace").objects.create(id=new_id(), name="Shop", slug="shop")
    account = old.get_model("inboxes", "Connection").objects.create(
        id=new_id(), workspace=workspace, channel="whatsapp", name="Shop", account_id="1", verify_token="v"
    )
    inboxes = [
        old.get_model("inboxes", "Inbox").objects.create(
            id=new_id(),
            workspace=workspace,
            connection=account,
            name=name,
            address=name,
            display_address=name,
        )
        for name in ("one", "two")
    ]
    gwen, hal = (
        old.get_model("contacts", "Contact").objects.create(id=new_id(), workspace=workspace, name=name)
        for name in ("Gwen", "Hal")
    )
    threads = {
        key: old.get_model("conversations", "Conversation").objects.create(
            id=new_id(), workspace=workspace, inbox=inbox, contact=gwen, group_address=address
        )
        for key, inbox, address in (
            ("private", inboxes[0], ""),
            ("group", inboxes[0], "G"),
            ("same", inboxes[1], "G"),
        )
    }
    for key, contact, direction in (
        ("private", gwen, "out"),
        ("group", gwen, "in"),
        ("group", hal, "in"),
        ("group", gwen, "out"),
    ):
        old.get_model("conversations", "Message").objects.create(
            id=new_id(),
            workspace=workspace,
            inbox=threads[key].inbox,
            conversation=threads[key],
            contact=contact,
            direction=direction,
            kind="text",
            author_kind="contact",
            status="sent",
            sent_at=clock.now(),
        )
    now = migrate_to_now()
    group = now.get_model("contacts", "Group").objects.get()
    assert (group.address, group.channel, group.subject, group.allows_automation) == (
        "G",
        "whatsapp",
        "",
        False,
    )
    moved = now.get_model("conversations", "Conversation").objects
    assert {
        key: moved.values_list("contact_id", "group_id").get(id=row.id) for key, row in threads.items()
    } == {
        "private": (gwen.id, None),
        "group": (None, group.id),
        "same": (None, group.id),
    }
    said = now.get_model("conversations", "Message").objects.order_by("id")
    assert list(said.values_list("contact__name", "direction")) == [
        ("Gwen", "out"),
        ("Gwen", "in"),
        ("Hal", "in"),
        (None, "out"),
    ]
