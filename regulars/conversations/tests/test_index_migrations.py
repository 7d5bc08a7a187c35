"""Indexes on the table of messages come while others write to it, also at the second try."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("conversations", "0014_template_drafts")]
INDEXES = ("message_by_ad_picture", "message_template_sent")


@pytest.fixture
def latest() -> Iterator[list[tuple[str, str]]]:
    """Today's migrations; the schema is as it was before the indexes, and of today again afterwards."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate(BEFORE)
    yield leaves
    MigrationExecutor(connection).migrate(leaves)


def definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_indexdef(oid) FROM pg_class JOIN pg_index ON indexrelid = oid"
            " WHERE relname = ANY(%s) AND indisvalid",
            [list(INDEXES)],
        )
        return dict(cursor.fetchall())


def test_no_build_locks_writers_out_and_one_that_was_cut_off_is_made_anew(latest: list[tuple[str, str]]):
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
        MigrationExecutor(connection).migrate(latest)
    built = [sql for sql in said if sql.startswith("CREATE INDEX") and '"conversations_message"' in sql]
    assert [sql.split()[2] for sql in built] == ["CONCURRENTLY", "CONCURRENTLY"]
    made = definitions()
    assert sorted(made) == list(INDEXES)
    assert "(inbox_id, sent_at DESC)" in made["message_template_sent"]
    assert "(ad_picture_id)" in made["message_by_ad_picture"]
