"""Loads Django inside a command: settings checked, a database that answers, then `django.setup()`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from regulars.supervision import postgres
from regulars.supervision.home import make_home, secret_key
from regulars.supervision.settings import Settings, read_settings


@contextmanager
def loaded_django() -> Iterator[Settings]:
    """Django with the database of this home: DATABASE_URL, or the private PostgreSQL, started if need be.

    Inside the block rooms may be imported. Raises StartRefused on wrong settings.
    """
    settings = read_settings(os.environ)
    make_home(settings.home)
    running = None if settings.database_url else postgres.start(settings.home)
    try:
        _set_environment(settings, running.url if running else settings.database_url)
        import django

        django.setup()
        yield settings
    finally:
        if running is not None:
            _close_connections()
            running.stop()


def _set_environment(settings: Settings, database_url: str | None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["REGULARS_HOME"] = str(settings.home)
    os.environ["DATABASE_URL"] = database_url or ""
    os.environ["REGULARS_SECRET_KEY"] = settings.secret_key or secret_key(settings.home)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """Inside loaded_django(): what an operation refuses becomes one sentence and exit code 1."""
    from regulars.kernel.errors import ProductError

    try:
        yield
    except ProductError as error:
        fields = error.facts.get("fields")
        right = fields.items() if isinstance(fields, dict) else ()
        wanted = "; ".join(f"{name}: {hint}" for name, hint in right if hint)
        raise click.ClickException(f"{error}{f' ({wanted})' if wanted else ''}") from error
