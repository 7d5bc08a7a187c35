"""`python -m benchmarks` (`make bench`, `regulars bench`): runs the benchmarks and prints the table."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import click

from benchmarks.accepting import Effort, measure_accepting
from benchmarks.asking import measure_asking
from benchmarks.checkouts import checkout_of
from benchmarks.comparing import Comparison, compare, comparison_table
from benchmarks.costing import measure_costing
from benchmarks.figures import Figure, table
from benchmarks.jobs import measure_jobs
from benchmarks.looking import measure_looking
from benchmarks.processing import measure_processing
from benchmarks.product import Product, running_product
from benchmarks.reacting import measure_reacting
from benchmarks.resting import measure_first_start, measure_resting
from benchmarks.routing import measure_routing
from benchmarks.searching import measure_searching
from benchmarks.seeing import measure_seeing
from benchmarks.sending import measure_sending
from benchmarks.showing import measure_showing
from benchmarks.spending import measure_spending
from benchmarks.syncing import measure_syncing
from benchmarks.tagging import measure_tagging
from benchmarks.viewing import measure_viewing

ON_ONE_PRODUCT: dict[str, Callable[[Product, Effort], Iterator[Figure]]] = {
    "accepting": measure_accepting,
    "processing": measure_processing,
    "spending": measure_spending,
    "showing": measure_showing,
    "looking": measure_looking,
    "sending": measure_sending,
    "tagging": measure_tagging,
    "viewing": measure_viewing,
    "jobs": measure_jobs,
}
ALONE: dict[str, Callable[[Product, Effort], Iterator[Figure]]] = {
    "asking": measure_asking,
    "costing": measure_costing,
    "reacting": measure_reacting,
    "searching": measure_searching,
    "routing": measure_routing,
    "seeing": measure_seeing,
    "syncing": measure_syncing,
}
"""on that product, too, but by this checkout's code and each held against itself: never against another commit"""
NAMES = (*ON_ONE_PRODUCT, *ALONE, "resting")
QUICK = Effort(rounds=1, seconds=0.5)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", "names", multiple=True, type=click.Choice(NAMES), help="This one; may be repeated.")
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="Medians of so many rounds."
)
@click.option(
    "--seconds", type=click.FloatRange(0.2), default=2.0, show_default=True, help="Length of a round."
)
@click.option("--quick", is_flag=True, help="One short round of each: shows that they run, measures little.")
@click.option("--first-start", is_flag=True, help="Also `make demo` in a fresh clone (a minute or two).")
@click.option("--against", metavar="COMMIT", help="Measure that commit, too, in turn with this checkout.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(
    names: Sequence[str],
    rounds: int,
    seconds: float,
    quick: bool,
    first_start: bool,
    against: str | None,
    as_json: bool,
) -> None:
    """Measure every figure of the README beside its floor. Exit code 1 when a target is not met.

    With --against it is 1 when a figure is worse than that commit's by more than a tenth.
    """
    effort = QUICK if quick else Effort(rounds, seconds)
    if against:
        _compare(against, names or NAMES, effort, as_json=as_json)
        return
    began = time.monotonic()
    figures: list[Figure] = []
    try:
        for figure in _measure(names or NAMES, effort, first_start=first_start):
            figures.append(figure)
            _tell(figure, time.monotonic() - began)
    finally:  # a benchmark that finds a mistake ends the run; what was measured before it still counts
        click.echo(json.dumps(_report(figures), indent=2) if as_json else f"{_machine()}\n\n{table(figures)}")
    if any(figure.met is False for figure in figures):
        sys.exit(1)


def _compare(commit: str, names: Sequence[str], effort: Effort, *, as_json: bool) -> None:
    measures = [ON_ONE_PRODUCT[name] for name in ON_ONE_PRODUCT if name in names]
    found: list[Comparison] = []
    try:
        with checkout_of(commit) as other:
            for each in compare(other, measures, effort, with_resting="resting" in names):
                found.append(each)
                click.echo(f"  {each.name}: {each.change:.2f}", err=True)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--against") from error
    finally:
        if found:
            told = [each.to_json() for each in found]
            click.echo(
                json.dumps({**_machine_facts(), "against": commit, "figures": told}, indent=2)
                if as_json
                else f"{_machine()}\n\n{comparison_table(found, commit)}"
            )
    if any(each.is_worse for each in found):
        sys.exit(1)


def _tell(figure: Figure, seconds: float) -> None:
    click.echo(f"  {seconds:4.0f} s  {figure.name}: {figure.value:,.1f} {figure.unit}", err=True)


def _measure(names: Sequence[str], effort: Effort, *, first_start: bool) -> Iterator[Figure]:
    """Idle memory and starts come first: nothing else of ours runs then."""
    if "resting" in names:
        yield from measure_resting(effort)
    if first_start:
        yield from measure_first_start()
    chosen = [measure for name, measure in {**ON_ONE_PRODUCT, **ALONE}.items() if name in names]
    if chosen:
        with ExitStack() as stack:
            product = stack.enter_context(running_product())
            for measure in chosen:
                yield from measure(product, effort)


def _report(figures: Sequence[Figure]) -> dict[str, object]:
    return {**_machine_facts(), "figures": [each.to_json() for each in figures]}


def _machine_facts() -> dict[str, object]:
    return {"cores": os.cpu_count(), "load": os.getloadavg()}


def _machine() -> str:
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} (others' work included)"


if __name__ == "__main__":
    main()
