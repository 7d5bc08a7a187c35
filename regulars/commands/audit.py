"""`regulars audit verify`: whether the audit trail is as it was sealed."""

import json
import sys
from dataclasses import asdict
from functools import partial

import click

from .loading import loaded_django, refusals_in_words


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(as_json: bool) -> None:
    """Follow all seals again: finds what was changed, taken out, put in or moved. Exit code 1 when something was."""
    with loaded_django(), refusals_in_words():
        from regulars.workspaces.models import AuditSeal, Workspace
        from regulars.workspaces.trail.verifying import verify_trail

        verdicts = {}
        for workspace in Workspace.objects.order_by("created_at"):
            count = AuditSeal.objects.filter(workspace=workspace).count()
            with click.progressbar(length=count, label=workspace.slug, file=sys.stderr) as bar:
                verdicts[workspace.slug] = verify_trail(workspace.id, each_seal=partial(bar.update, 1))
    if as_json:
        click.echo(json.dumps({slug: asdict(each) for slug, each in verdicts.items()}, ensure_ascii=False))
    else:
        for slug, each in verdicts.items():
            click.echo(
                f"{slug}: {each.entries} entries in {each.seals} seals; the last hash is {each.last_hash or 'none'}"
            )
            for flaw in each.flaws:
                place = f"seal {flaw.seal}: " if flaw.seal else ""
                click.echo(click.style(f"  {place}{flaw.detail}", fg="red"))
    if not all(each.is_whole for each in verdicts.values()):
        sys.exit(1)
