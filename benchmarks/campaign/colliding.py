"""Twenty agents in two hundred conversations, ten minutes of a day pressed into half a minute, some rounds.

That is ``tests/faults/test_colliding.py``.
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
from benchmarks.figures import Figure
from regulars.supervision.home import PROJECT

AGENTS, PEOPLE, SECONDS, ROUNDS = 20, 200, 30, 3
MOST_SHOWN = 4_000
_TOLD = re.compile(
    r"(\d+) texts for (\d+) questions in (\d+) conversations: (.*); (\d+) doubled, (\d+) lost", re.MULTILINE
)
_COUNT = re.compile(r"(\d+) ([a-z -]+)")


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    seconds = max(2, round(SECONDS * scale))
    yield [Step(f"round {place + 1}", partial(_run, folder, place, seconds)) for place in range(ROUNDS)]


def _run(folder: Path, place: int, seconds: int) -> list[Figure]:
    log = folder / f"round-{place + 1}.log"
    environment = {
        **os.environ,
        "REGULARS_COLLIDING": f"{AGENTS} {PEOPLE} {seconds}",
        "REGULARS_TESTS_SEED": str(2_000 + place),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", "tests/faults/test_colliding.py"]
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output, check=False
        )
    said = log.read_text(errors="replace")
    if done.returncode != 0:
        raise RuntimeError(
            f"somebody answered over somebody, or a text is lost ({log}):\n{said[-MOST_SHOWN:]}"
        )
    return read_round(said)


def read_round(said: str) -> list[Figure]:
    found = _TOLD.search(said)
    if found is None:
        raise RuntimeError("the round did not tell how it ended")
    told = {word: int(count) for count, word in _COUNT.findall(found[4])}
    return [
        Figure("texts that were typed", int(found[1]), ""),
        Figure("answers sent", told.get("sent", 0), ""),
        Figure("sends held back: answered meanwhile", told.get("answered-meanwhile", 0), ""),
        Figure("sends held back: being answered", told.get("being-answered", 0), ""),
        Figure("conversations in which two answered one question", int(found[5]), ""),
        Figure("texts lost", int(found[6]), ""),
    ]


COLLIDING = Entry(
    "colliding",
    f"{AGENTS} agents fall upon {PEOPLE} conversations: nobody answers over anybody, no text is lost",
    _open,
)
