"""`regulars seed`: generated data, added to the demo's workspace or to a new one."""

import json
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from .loading import loaded_django, refusals_in_words

KINDS = {
    "contacts": "People with a phone and the platform's id each.",
    "conversations": "Threads, of all statuses.",
    "messages": "In and out, of all kinds, with statuses and notes.",
    "orders": "Orders.",
    "tags": "Tags, put on contacts and conversations.",
    "rules": "Rules.",
    "enrollments": "People in journeys.",
}
"""what can be asked for by number; who makes each says so in ``config.wiring.GENERATED``"""
MOST = 100_000_000


def _with_amounts(command: Callable[..., None]) -> Callable[..., None]:
    for name, words in reversed(KINDS.items()):
        command = click.option(f"--{name}", metavar="N", type=click.IntRange(0, MOST), help=words)(command)
    return command


@click.command()
@_with_amounts
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, 3_650),
    default=90,
    show_default=True,
    help="Over so many days.",
)
@click.option(
    "--until", metavar="TIME", help="The last of them ends then, like 2026-11-29T08:00:00Z; else now."
)
@click.option(
    "--seed", metavar="N", type=click.IntRange(0), help="The same seed and --until make the same; else any."
)
@click.option("--new", "is_new", is_flag=True, help="A new workspace, even where the demo's is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def seed(
    days: int, until: str | None, seed: int | None, is_new: bool, as_json: bool, **asked: int | None
) -> None:
    """Fill a workspace with believable people and threads in many languages, as if they had come over some weeks.

    What is not asked for follows from what is: 20 messages to a conversation, a contact to each. Nobody has the
    numbers, nothing is sent, and nothing reacts. Without a demo it makes a workspace of its own and prints its
    sign-ins.
    """
    given = {name: amount for name, amount in asked.items() if amount is not None}
    moment = _read_time(until)
    number = secrets.randbelow(1_000_000) if seed is None else seed
    with loaded_django(), refusals_in_words():
        facts = _fill(given, number, moment, days, is_new=is_new, as_json=as_json)
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else _in_words(facts))


def _read_time(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise click.UsageError(
            f"--until is {written!r}; it must be a time like 2026-11-29T08:00:00Z."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fill(
    given: dict[str, int], seed: int, until: datetime | None, days: int, *, is_new: bool, as_json: bool
) -> dict[str, Any]:
    from django.conf import settings
    from django.utils.module_loading import import_string

    from regulars.demo.generated import find_target
    from regulars.kernel import clock
    from regulars.kernel.generating import Run, amounts_of, check, generate
    from regulars.workspaces.models import Workspace

    generators = import_string(settings.GENERATED)
    amounts = amounts_of(generators, given)
    moment = until or clock.now()

    def run_in(workspace: Workspace) -> Run:
        return Run(workspace.id, seed, moment, days, amounts)

    target = find_target(lambda workspace: check(generators, run_in(workspace)), is_new=is_new)
    run = run_in(target.workspace)
    began = time.monotonic()
    hidden = as_json or not sys.stderr.isatty()
    with click.progressbar(
        length=sum(amounts.values()), label="Generating", file=sys.stderr, hidden=hidden
    ) as progress:
        for made in generate(generators, run):
            progress.update(made)
    seconds = time.monotonic() - began
    return {
        "workspace": target.workspace.slug,
        "seed": seed,
        "until": run.until.isoformat(),
        "amounts": amounts,
        "rows": dict(run.rows),
        "seconds": round(seconds, 3),
        "rows_per_second": round(sum(run.rows.values()) / seconds) if seconds else 0,
        "members": target.sign_ins,
    }


def _in_words(facts: dict[str, Any]) -> str:
    amounts = ", ".join(f"{amount:,} {name}" for name, amount in facts["amounts"].items())
    rows = sum(facts["rows"].values())
    made = (
        f"{facts['workspace']} has {amounts} more: {rows:,} rows in {facts['seconds']} s, "
        f"{facts['rows_per_second']:,} a second. The seed was {facts['seed']}."
    )
    lines = [
        made,
        *(f"  sign in: {each['email']} {each['password']} ({each['role']})" for each in facts["members"]),
    ]
    return "\n".join(lines)
