"""config/schema.sql makes the tables that the migrations make."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from regulars.kernel.schema import format_schema, held_by, last_migrations, load_schema
from tests.old_schema import database_at
from tools.schema import dump_tables


def _tables() -> str:
    base, _slash, rest = settings.DATABASE_URL.rpartition("/")
    _name, mark, query = rest.partition("?")
    here = f"{base}/{connection.settings_dict['NAME']}{mark}{query}"
    return format_schema(dump_tables(Path(os.environ["REGULARS_HOME"]), here))


@pytest.mark.django_db(transaction=True)
def test_the_file_makes_the_tables_that_the_migrations_make():
    with database_at(last_migrations()):
        of_migrations = _tables()
        assert not load_schema(), "a database that has tables is left alone"
    with database_at([]):
        assert load_schema()
        assert _tables() == of_migrations
        assert MigrationExecutor(connection).migration_plan(last_migrations()) == []


def test_the_file_holds_the_last_migration_of_each_room():
    assert held_by(Path(settings.SCHEMA_FILE).read_text()) == last_migrations()


@pytest.mark.django_db(transaction=True)
def test_a_file_of_another_code_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = tmp_path / "schema.sql"
    other.write_text("-- holds: kernel 0999_of_tomorrow\n\nCREATE TABLE tomorrow ();\n")
    monkeypatch.setattr(settings, "SCHEMA_FILE", other)
    with database_at([]):
        assert not load_schema()
        assert connection.introspection.table_names() == ["django_migrations"]
