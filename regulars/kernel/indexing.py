"""A migration's step that adds an index to a table which others write to meanwhile."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexMeanwhile(AddIndexConcurrently):
    """Builds the index while messages come and go: another machine may serve on while this one brings the tables
    up to date. Needs ``atomic = False``, and a migration of its own, for nothing of it is rolled back.

    A build that was cut off leaves an index by this name that is none; it goes first, so the step can be repeated.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
