"""A database as an earlier version left it, for what migrations do with what was there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@contextmanager
def database_at(targets: Sequence[tuple[str, str]]) -> Iterator[Any]:
    """A database of its own, migrated up to ``targets`` and no further, in place of the tests'; yields its models.

    Migrations need not lead back for this. Whoever calls migrates on with :func:`migrate_to_now`.
    """
    usual = connection.settings_dict["NAME"]
    ours = f"{usual}_of_before"
    _administer(f'DROP DATABASE IF EXISTS "{ours}"', f'CREATE DATABASE "{ours}" TEMPLATE template0')
    connection.close()
    connection.settings_dict["NAME"] = ours
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets))
        yield executor.loader.project_state(list(targets)).apps
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        _administer(f'DROP DATABASE "{ours}"')


def migrate_to_now() -> Any:
    """Migrate on to this version; returns its models."""
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(latest)
    return executor.loader.project_state(latest).apps


def _administer(*statements: str) -> None:
    values = connection.get_connection_params()
    values.pop("cursor_factory", None)
    values.pop("context", None)
    with psycopg.connect(**{**values, "dbname": "postgres"}, autocommit=True) as session:
        for statement in statements:
            session.execute(statement)
