"""Django's `migrate`, which begins in an empty database with all tables at once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangosCommand

from regulars.kernel.schema import load_schema


class Command(DjangosCommand):
    """Whoever names an app or a migration, or asks for a plan, gets what Django does."""

    def handle(self, *args: Any, **options: Any) -> None:
        named = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")
        if options["database"] == "default" and not any(options.get(name) for name in named):
            load_schema()
        super().handle(*args, **options)
