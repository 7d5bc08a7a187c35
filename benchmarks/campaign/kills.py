"""Fifty rounds of a burst with kill -9 in it, jobs at work and people answering, ten rounds a step.

That is ``tests/faults/test_kills.py``. Beside each ten, ten kills of workers that have nothing but jobs
(``tests/faults/test_jobs.py``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.campaign.entries import Entry, Step
from benchmarks.figures import Figure, median
from regulars.supervision.home import PROJECT

ROUNDS, AT_ONCE = 50, 10
TESTS = ("tests/faults/test_kills.py", "tests/faults/test_jobs.py")
MOST_SHOWN = 4_000
_ROUND = re.compile(
    r"^(web|worker|postgres|all) +killed after [\d.]+ s.*all read ([\d.]+) s after", re.MULTILINE
)
_JOBS = re.compile(r"(\d+) jobs, (\d+) of them cut off$", re.MULTILINE)
_ANSWERS = re.compile(r"(\d+) answers, (\d+) of them unknown", re.MULTILINE)


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    rounds = max(1, round(ROUNDS * scale))
    firsts = range(0, rounds, AT_ONCE)
    yield [
        Step(f"rounds {first + 1} to {min(first + AT_ONCE, rounds)}", partial(_run, folder, first, rounds))
        for first in firsts
    ]


def _run(folder: Path, first: int, rounds: int) -> list[Figure]:
    count = min(AT_ONCE, rounds - first)
    log = folder / f"rounds-{first + 1}.log"
    environment = {
        **os.environ,
        "REGULARS_FAULT_KILLS": str(count),
        "REGULARS_TESTS_SEED": str(1_000 + first),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", *TESTS]
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output, check=False
        )
    said = log.read_text(errors="replace")
    if done.returncode != 0:
        raise RuntimeError(f"a round found a loss ({log}):\n{said[-MOST_SHOWN:]}")
    return read_rounds(said, count)


def read_rounds(said: str, count: int) -> list[Figure]:
    """Raises RuntimeError unless every round has told its end."""
    found = [(victim, float(seconds)) for victim, seconds in _ROUND.findall(said)]
    if len(found) != count:
        raise RuntimeError(f"{len(found)} of {count} rounds told how they ended")
    jobs = _JOBS.search(said)
    answers = _ANSWERS.search(said)
    if jobs is None or answers is None:
        raise RuntimeError("nobody told what became of the jobs and the answers")
    seconds = [each for _victim, each in found]
    return [
        Figure("rounds without a loss or a double", count, ""),
        Figure("jobs done in them, each once", int(jobs[1]), ""),
        Figure("jobs that were cut off and went on", int(jobs[2]), ""),
        Figure("answers to people in them, none sent twice", int(answers[1]), ""),
        Figure("answers of which nobody knows whether they went", int(answers[2]), ""),
        Figure("all read after the kill, middle", median(seconds), "s"),
        Figure("all read after the kill, longest", max(seconds), "s"),
    ]


KILLS = Entry(
    "kills",
    f"{ROUNDS} rounds of a burst with kill -9 in it, jobs at work, people answering: nothing lost, nothing twice",
    _open,
)
