"""``python -m benchmarks.campaign.migrating``: brings the database up to date and prints how long each migration took.

In an environment that names the product's database and home.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any


def migrate_timed() -> dict[str, float]:
    """Seconds of each migration that was not applied yet, by ``room.name``."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    seconds: dict[str, float] = {}
    began = time.monotonic()

    def note(action: str, migration: Any = None, _fake: bool | None = None) -> None:
        nonlocal began
        if action == "apply_start":
            began = time.monotonic()
        elif action == "apply_success":
            seconds[f"{migration.app_label}.{migration.name}"] = time.monotonic() - began

    executor = MigrationExecutor(connection, note)
    executor.migrate(executor.loader.graph.leaf_nodes())
    return seconds


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(migrate_timed()))
