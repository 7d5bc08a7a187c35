"""All tables of this version in one file, for a database that has none yet.

Drawn by the migrations one after the other they take a quarter of a minute of processor time, nearly all of it Django
making its models anew for each step. The file is what they make; ``python -m tools.schema`` writes it, and a test holds
it against them. Migrations that it does not know follow it as they would follow any earlier version.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from regulars.kernel.partitions import parted_tables

_NAMES = "-- holds: "
"""each line after it names an app and its last migration"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('regulars.schema'))"


@transaction.atomic
def load_schema() -> bool:
    """Make all tables of the file, if the database is empty and the code has the file's migrations; True if it did."""
    text = Path(settings.SCHEMA_FILE).read_text()
    held = _all_up_to(held_by(text))
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        if not held or not _is_empty():
            return False
        cursor.execute(
            "SET LOCAL check_function_bodies = off"
        )  # they name tables that come later in the file
        cursor.execute(text)
        cursor.execute("SET LOCAL check_function_bodies = on")
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in held)
    for table in parted_tables():
        table.prepare()
    return True


def held_by(text: str) -> list[tuple[str, str]]:
    """The last migration of each app that the file's tables come from."""
    return [
        (app, name)
        for line in text.splitlines()
        if line.startswith(_NAMES)
        for app, name in [line.removeprefix(_NAMES).split()]
    ]


def last_migrations() -> list[tuple[str, str]]:
    """What a file of this code has to hold: the last migrations of our rooms and of what they stand on."""
    loader = MigrationLoader(None)
    ours = [
        key for key in loader.graph.leaf_nodes() if loader.graph.nodes[key].__module__.startswith("regulars.")
    ]
    held = {key for leaf in ours for key in loader.graph.forwards_plan(leaf)}
    return sorted(max(key for key in held if key[0] == app) for app in {app for app, _name in held})


def format_schema(dump: str) -> str:
    """What the file says: ``dump``, the output of ``pg_dump --schema-only``, without settings and remarks."""
    kept = [
        line for line in dump.splitlines() if not re.match(r"--|\\|SET |SELECT pg_catalog\.set_config", line)
    ]
    statements = re.sub(r"\n{2,}", "\n\n", "\n".join(kept)).strip()
    holds = "\n".join(f"{_NAMES}{app} {name}" for app, name in last_migrations())
    return f"-- All tables of this version; python -m tools.schema writes it.\n{holds}\n\n{statements}\n"


def _all_up_to(targets: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The migrations that lead there, in order; none when the code lacks one of them."""
    graph = MigrationLoader(None).graph
    if any(target not in graph.nodes for target in targets):
        return []
    return list(dict.fromkeys(key for target in targets for key in graph.forwards_plan(target)))


def _is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        is_usual = cursor.fetchone()[0] == "public"
        made = set(connection.introspection.table_names(cursor))
    recorder = MigrationRecorder(connection)
    return is_usual and made <= {"django_migrations"} and not recorder.applied_migrations()
