"""Indexes on the table of messages come while others write to it, also at the second try."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from regulars.conversations.models import MESSAGES
from tests.old_schema import database_at, migrate_to_now

BEFORE = [("conversations", "0014_template_drafts")]
INDEXES = ("message_by_ad_picture", "message_by_contact", "message_by_time", "message_template_sent")


@pytest.fixture
def before(transactional_db: None) -> Iterator[None]:
    """The tables as they were before the indexes."""
    with database_at(BEFORE):
        yield


def definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_indexdef(oid) FROM pg_class JOIN pg_index ON indexrelid = oid"
            " WHERE relname = ANY(%s) AND indisvalid",
            [list(INDEXES)],
        )
        return dict(cursor.fetchall())


def test_no_build_locks_writers_out_and_one_that_was_cut_off_is_made_anew(before: None):
    """``CREATE INDEX`` alone keeps everybody from writing to the table until it is done."""
    said: list[str] = []

    def note(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    assert definitions() == {}
    with connection.cursor() as cursor:
        for name in INDEXES:
            cursor.execute(f"CREATE INDEX {name} ON conversations_message (text)")
    with connection.execute_wrapper(note):
        migrate_to_now()
    built = [sql for sql in said if sql.startswith("CREATE INDEX") and '"conversations_message' in sql]
    whole, of_parts = (
        [sql for sql in built if ('"conversations_message"' in sql) is is_whole] for is_whole in (True, False)
    )
    assert ["ONLY" if " ON ONLY " in sql else sql.split()[2] for sql in whole] == [
        "CONCURRENTLY",
        "CONCURRENTLY",
        "ONLY",
        "ONLY",
    ]
    assert {sql.split()[2] for sql in of_parts} == {"CONCURRENTLY"}
    assert len(of_parts) == 2 * len(MESSAGES.parts())
    made = definitions()
    assert sorted(made) == list(INDEXES)
    assert "(inbox_id, sent_at DESC)" in made["message_template_sent"]
    assert "(ad_picture_id)" in made["message_by_ad_picture"]
    assert "(contact_id, sent_at)" in made["message_by_contact"]
