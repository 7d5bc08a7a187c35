"""After a test whose transactions were real nothing is left of it, and what migrating wrote is still there."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.kernel.ids import new_id
from regulars.tags.models import Tag
from tests.cast import ALICE, make_cast
from tests.emptying import KEPT, empty_database
from tests.repeating.effects import census

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_row_is_left_and_what_migrating_wrote_is():
    assert set(census().values()) == {0}, "the test before left something"
    make_cast().hears(ALICE, "good day")
    assert census()["conversations.Message.rows"] == 1
    kept = _rows(KEPT)
    empty_database()
    assert set(census().values()) == {0}
    assert _rows(KEPT) == kept
    assert min(kept.values()) > 0


def test_references_are_looked_after_again():
    make_cast()
    empty_database()
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(workspace_id=new_id(), name="of nobody")


def _rows(tables: frozenset[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of ours
            found[table] = cursor.fetchone()[0]
        return found
