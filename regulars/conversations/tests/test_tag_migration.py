"""Lists of tags of before become taggings, in batches and as often as it takes; and lists again on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from regulars.kernel.ids import new_id
from regulars.tags import moving
from regulars.tags.moving import move_lists

pytestmark = pytest.mark.django_db(transaction=True)

EXPANDED = [("conversations", "0021_taggings"), ("contacts", "0008_taggings")]
LISTS = [
    ["vip", "late payer"],
    ["VIP", " vip ", "\uff36\uff29\uff30", ""],
    ["vip", 7, None, {"a": []}],
    [],
    {"not": "a list"},
]


@pytest.fixture
def old() -> Iterator[Any]:
    """The models as they were; the schema is of today again afterwards."""
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(EXPANDED)
    yield executor.loader.project_state(EXPANDED).apps
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workspaces_workspace CASCADE")
    MigrationExecutor(connection).migrate(latest)


def _migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def test_lists_become_taggings_and_lists_again(old: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(moving, "BATCH", 2)
    workspace = old.get_model("workspaces", "Workspace").objects.create(id=new_id(), name="Shop", slug="shop")
    contacts = [
        old.get_model("contacts", "Contact").objects.create(id=new_id(), workspace=workspace, tags=tags)
        for tags in LISTS
    ]
    now = _migrate([("contacts", "0009_move_tags")])
    with connection.schema_editor() as editor:
        move_lists("contacts_contact", "contacts_contacttagging", "contact")(None, editor)
    taggings = now.get_model("contacts", "ContactTagging").objects
    assert set(taggings.values_list("by_kind", "until_at")) == {("import", None)}
    assert [
        sorted(taggings.filter(contact_id=each.id).values_list("tag__name", flat=True)) for each in contacts
    ] == [["late payer", "vip"], ["vip"], ["vip"], [], []]
    uses = now.get_model("tags", "TagUse").objects
    assert sorted(uses.values_list("tag__name", "subject", "change")) == [
        ("late payer", "contact", 1),
        ("vip", "contact", 3),
    ]
    _migrate([("contacts", "0010_no_tag_lists")])
    back = _migrate([("contacts", "0008_taggings")])
    lists = back.get_model("contacts", "Contact").objects.order_by("id").values_list("tags", flat=True)
    assert list(lists) == [["late payer", "vip"], ["vip"], ["vip"], [], []]
