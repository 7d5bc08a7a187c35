"""A migration's step that adds an index to a table which others write to meanwhile."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexMeanwhile(AddIndexConcurrently):
    """Builds the index while messages come and go: another machine may serve on while this one brings the tables
    up to date. Needs ``atomic = False``, and a migration of its own, for nothing of it is rolled back.

    A table that lies in parts gets the index part by part, for PostgreSQL cannot build it over all of them meanwhile.
    A build that was cut off leaves an index by this name that is none; it goes first, so the step can be repeated.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table = model._meta.db_table  # noqa: SLF001 (Django's documented door to it)
        parts = _parts_of(schema_editor, table)
        if parts is None:
            _drop(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(self.index.name)}")
        statement = str(self.index.create_sql(model, schema_editor))
        schema_editor.execute(statement.replace(f'ON "{table}"', f'ON ONLY "{table}"', 1))
        for part in parts:
            self._add_to_part(schema_editor, statement, table, part)

    def _add_to_part(
        self, schema_editor: BaseDatabaseSchemaEditor, statement: str, table: str, part: str
    ) -> None:
        whole, name = self.index.name, f"{part}_{self.index.name}"[-63:]
        _drop(schema_editor, name)
        of_part = statement.replace(
            f'INDEX "{whole}" ON "{table}"', f'INDEX CONCURRENTLY "{name}" ON "{part}"', 1
        )
        schema_editor.execute(of_part)
        schema_editor.execute(f'ALTER INDEX "{whole}" ATTACH PARTITION "{name}"')


def _drop(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


def _parts_of(schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[str] | None:
    """The parts that a table lies in; None when it is one."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = %s::regclass", [table])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass ORDER BY 1",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]
