"""A campaign does each step once, notes it by commit, and goes on where it was cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from benchmarks.campaign.entries import Entry, Step
from benchmarks.campaign.kills import read_rounds
from benchmarks.campaign.results import Results
from benchmarks.campaign.running import run_entry
from benchmarks.figures import Figure


class Walk:
    """An entry of three steps; whatever ``trips`` raises stops the second."""

    def __init__(self, trips: Callable[[], None] = lambda: None) -> None:
        self.done: list[str] = []
        self.trips = trips

    @property
    def entry(self) -> Entry:
        @contextmanager
        def opened(folder: Path, _scale: float) -> Iterator[Sequence[Step]]:
            (folder / "kept").touch()
            yield [Step(name, partial(self._go, name)) for name in ("one", "two", "three")]

        return Entry("walk", "three steps", opened)

    def _go(self, name: str) -> list[Figure]:
        if name == "two":
            self.trips()
        self.done.append(name)
        return [Figure(name, len(self.done), "m", at_least=1)]


def stumble() -> None:
    raise RuntimeError("a stone")


def interrupt() -> None:
    raise KeyboardInterrupt


def run(walk: Walk, place: Path, *, resumes: bool = False, scale: float = 1.0) -> bool:
    results = Results.read("abc", place / "results")
    return run_entry(walk.entry, results, place, print, scale=scale, resumes=resumes)


def read(place: Path) -> Results:
    return Results.read("abc", place / "results")


def test_what_failed_goes_on_behind_the_last_step_that_was_done(tmp_path: Path) -> None:
    walk = Walk(stumble)
    assert run(walk, tmp_path) is False
    assert (read(tmp_path).entries["walk"]["state"], read(tmp_path).entries["walk"]["why"]) == (
        "failed",
        "RuntimeError: a stone",
    )
    assert (tmp_path / "abc-walk-1" / "kept").exists()
    walk.trips = lambda: None
    assert run(walk, tmp_path, resumes=True) is True
    assert walk.done == ["one", "two", "three"]
    assert [(figure.name, figure.met) for figure in read(tmp_path).figures("walk")] == [
        ("one", True),
        ("two", True),
        ("three", True),
    ]
    assert not (tmp_path / "abc-walk-1").exists()
    assert run(walk, tmp_path, resumes=True) is True
    assert len(walk.done) == 3


def test_an_interrupt_is_noted_and_goes_on_up(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Walk(interrupt), tmp_path)
    assert read(tmp_path).entries["walk"]["state"] == "cut off"


def test_without_resume_it_begins_anew_and_each_scale_is_for_itself(tmp_path: Path) -> None:
    walk = Walk()
    run(walk, tmp_path)
    run(walk, tmp_path)
    run(walk, tmp_path, scale=0.1, resumes=True)
    assert len(walk.done) == 9
    assert list(read(tmp_path).entries) == ["walk", "walk, scale 0.1"]


def test_rounds_of_kills_are_read_from_what_the_tests_tell() -> None:
    said = (
        "order of the kills: REGULARS_TESTS_SEED=1000\n"
        "worker    killed after 0.31 s, answers {200: 500}, all read 2.5 s after the kill\n"
        "postgres  killed after 0.02 s, answers {200: 500, 503: 3}, all read 4.5 s after the kill\n"
    )
    with pytest.raises(RuntimeError, match="jobs"):
        read_rounds(said, 2)
    said += "4 jobs, 1 of them cut off\n"
    with pytest.raises(RuntimeError, match="answers"):
        read_rounds(said, 2)
    said += ".62 answers, 3 of them unknown, refused Counter()\n"
    assert [figure.value for figure in read_rounds(said, 2)] == [2, 4, 1, 62, 3, 3.5, 4.5]
    with pytest.raises(RuntimeError, match="2 of 3 rounds"):
        read_rounds(said, 3)
