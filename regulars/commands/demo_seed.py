"""`regulars demo-seed` (hidden): what the supervisor calls once to fill the demo."""

import json

import click

from .loading import loaded_django


@click.command(hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the demo's part of the ready file.")
def demo_seed(as_json: bool) -> None:
    """Make the demo workspace."""
    with loaded_django():
        from regulars.demo.seed import seed_demo

        facts = seed_demo()
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else "The demo workspace is there.")
