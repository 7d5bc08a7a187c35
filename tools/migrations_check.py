"""Whether the migrations say all that the models say (`makemigrations --check`); needs no database."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, skip_checks=True)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
