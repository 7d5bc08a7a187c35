"""`regulars migrate`: bring the database to this version."""

import sys

import click

from .loading import loaded_django, require_key, require_media_place


@click.command()
def migrate() -> None:
    """Bring the database's tables to this version. `serve` does it by itself."""
    with loaded_django(makes_database=True):
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=int(sys.stdout.isatty()))
        require_key()
        require_media_place()
    click.echo("The database is up to date.")
