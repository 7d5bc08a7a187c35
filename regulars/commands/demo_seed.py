"""`regulars demo-seed` (hidden): what the supervisor calls once to fill the demo."""

import json

import click

from .loading import loaded_django


@click.command(hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the demo's part of the ready file.")
@click.option("--quiet", is_flag=True, help="Nobody has written yet, so that scripts can count.")
@click.option("--mail-port", type=int, help="Where a mail server on this machine listens.")
def demo_seed(as_json: bool, quiet: bool, mail_port: int | None) -> None:
    """Make the demo workspace."""
    with loaded_django():
        from functools import partial

        from django.conf import settings
        from django.utils.module_loading import import_string

        from regulars.demo.past import give_a_past
        from regulars.demo.seed import seed_demo

        generators = import_string(settings.GENERATED)
        facts = seed_demo(None if quiet else partial(give_a_past, generators=generators, mail_port=mail_port))
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else "The demo workspace is there.")
