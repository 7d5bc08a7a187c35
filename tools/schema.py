"""All tables of this version in one file: ``python -m tools.schema`` writes config/schema.sql anew.

``--check`` fails when the file holds other migrations than the code has; it needs no database. That they make the same
tables is what ``tools/tests/test_schema.py`` sees to.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from regulars.supervision import cluster, postgres
from regulars.supervision.binaries import choose_binaries


def main() -> int:
    if "--check" in sys.argv:
        return _check()
    with tempfile.TemporaryDirectory(prefix="regulars-schema-") as place:
        home = Path(place)
        home.chmod(0o711)  # the account that PostgreSQL runs under passes through here
        server = postgres.start(home, durable=False)
        try:
            _load_django(home, server.url)
            _write(home, server.url)
        finally:
            server.stop()
    return 0


def dump_tables(home: Path, url: str) -> str:
    """All tables of a database, as pg_dump writes them, but for parts, which come with time."""
    from regulars.kernel.partitions import parted_tables

    private = cluster.find(home)
    binaries = private.binaries if private else choose_binaries(None)
    parts = [part.name for table in parted_tables() for part in table.parts() if part.ends_at]
    left_out = [f"--exclude-table={name}" for name in ("django_migrations", *parts)]
    command = [str(binaries.directory / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges"]
    return subprocess.run([*command, *left_out, url], capture_output=True, text=True, check=True).stdout


def _check() -> int:
    _load_django(None, None)
    from django.conf import settings

    from regulars.kernel.schema import held_by, last_migrations

    if held_by(Path(settings.SCHEMA_FILE).read_text()) == last_migrations():
        return 0
    print("config/schema.sql is stale; write it anew with: python -m tools.schema")
    return 1


def _write(home: Path, url: str) -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from regulars.kernel.schema import format_schema, last_migrations

    MigrationExecutor(connection).migrate(last_migrations())
    Path(settings.SCHEMA_FILE).write_text(format_schema(dump_tables(home, url)))
    connection.close()


def _load_django(home: Path | None, url: str | None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if home is not None and url is not None:
        os.environ["REGULARS_HOME"], os.environ["DATABASE_URL"] = str(home), url
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
