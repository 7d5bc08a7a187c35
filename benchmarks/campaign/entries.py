"""What a campaign is made of: entries of steps, each of which is done once, however often it is cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure

Report = Callable[[str], None]
"""says how far a step is, to whoever watches"""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an entry; raises what went wrong, and is then done again from its beginning.

    What it leaves in the entry's folder has to bear that.
    """

    name: str
    run: Callable[[], Sequence[Figure]]


@dataclass(frozen=True, slots=True)
class Entry:
    """``open``: the steps, with what they need running, in a folder that stays until all are done."""

    name: str
    words: str
    open: Callable[[Path, float], AbstractContextManager[Sequence[Step]]]
    """(folder, scale): at a scale of 0.1 it is a tenth as large"""
