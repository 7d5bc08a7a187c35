"""`regulars bench`: the benchmarks behind the README's figures, which live in the checkout."""

import importlib.util
import os
import sys

import click

from regulars.supervision.home import PROJECT

DEVELOPMENT = ("asyncpg", "fastapi")
"""packages that only the benchmarks import, of those for development"""


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(options: tuple[str, ...]) -> None:
    """Measure: every figure of the README, each beside its floor, as a table."""
    os.chdir(PROJECT)
    if importlib.util.find_spec("benchmarks") is None:
        raise click.ClickException(f"There is no folder benchmarks in {PROJECT}: run this from a clone.")
    if missing := [name for name in DEVELOPMENT if importlib.util.find_spec(name) is None]:
        raise click.ClickException(
            f"The benchmarks need {' and '.join(missing)}, which `make setup` leaves out: run `make bench` "
            "(BENCH=--help lists its options), which fetches it first."
        )
    command = [sys.executable, "-m", "benchmarks", *options]
    os.execv(command[0], command)  # noqa: S606 (the benchmarks take our place: signals reach them)
