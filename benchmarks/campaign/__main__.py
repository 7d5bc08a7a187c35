"""`python -m benchmarks.campaign` (`make campaign`): what takes hours, step by step."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.campaign.asking import ASKING
from benchmarks.campaign.colliding import COLLIDING
from benchmarks.campaign.kills import KILLS
from benchmarks.campaign.millions import MILLIONS
from benchmarks.campaign.moving import MOVING
from benchmarks.campaign.results import RESULTS, Results, commit
from benchmarks.campaign.running import run_entry
from benchmarks.campaign.searching import SEARCHING
from benchmarks.figures import table
from regulars.supervision.home import PROJECT

ENTRIES = {each.name: each for each in (MILLIONS, KILLS, MOVING, ASKING, COLLIDING, SEARCHING)}
PLACE = PROJECT / ".campaign"
"""where entries keep what they go on with; git ignores it"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--only", "names", multiple=True, type=click.Choice(list(ENTRIES)), help="This one; may be repeated."
)
@click.option("--resume", "resumes", is_flag=True, help="Go on where this commit was cut off or failed.")
@click.option(
    "--scale",
    type=click.FloatRange(0.0001, 10),
    default=1.0,
    show_default=True,
    help="0.1 is a tenth as large.",
)
@click.option("--list", "lists", is_flag=True, help="Say what there is, and do nothing.")
@click.option("--place", type=click.Path(path_type=Path), default=PLACE, hidden=True)
@click.option("--results", "folder", type=click.Path(path_type=Path), default=RESULTS, hidden=True)
def main(names: Sequence[str], resumes: bool, scale: float, lists: bool, place: Path, folder: Path) -> None:
    """Run what takes hours, step by step; results stand in benchmarks/results, by commit.

    Exit code 1 when an entry fails or a figure misses its target.
    """
    if lists:
        for entry in ENTRIES.values():
            click.echo(f"{entry.name:<10} {entry.words}")
        return
    results = Results.read(commit(), folder)
    is_fine = True
    for name in names or ENTRIES:
        done = run_entry(ENTRIES[name], results, place, _tell, scale=scale, resumes=resumes)
        key = name if scale == 1 else f"{name}, scale {scale:g}"
        figures = results.figures(key)
        click.echo(table(figures) if figures else f"{name}: nothing was measured")
        is_fine = is_fine and done and all(figure.met is not False for figure in figures)
    click.echo(f"\nResults: {results.path}")
    if not is_fine:
        sys.exit(1)


def _tell(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    main()
