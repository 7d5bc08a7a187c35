"""Who goes when the process is full, and who when their time is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from config import crowd
from config.crowd import NEVER, Crowd, Phase, Standing


@dataclass(eq=False)
class Someone:
    """A connection that stands where it is told."""

    phase: Phase
    since: float
    until: float = NEVER
    is_over: bool = False

    def standing(self) -> Standing:
        return Standing(self.phase, self.since, self.until)

    def end(self) -> None:
        self.is_over = True


async def test_the_least_proven_go_first_and_of_them_the_oldest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "LOOK_SECONDS", 3600)
    people = [Someone(phase, since) for phase in Phase for since in range(20)]
    limit = len(people) - 1
    Crowd(limit).welcome(set(people))
    ended = [(each.phase, each.since) for each in people if each.is_over]
    assert ended == [(Phase.UNPROVEN, since) for since in range(limit // 20)]


async def test_who_waits_for_an_answer_stays(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "LOOK_SECONDS", 3600)
    people = [Someone(Phase.ANSWER, 0) for _ in range(100)]
    Crowd(64).welcome(set(people))
    assert not any(each.is_over for each in people)


async def test_who_is_overdue_goes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "LOOK_SECONDS", 0.01)
    early = Someone(Phase.IDLE, 0, until=0)
    later = Someone(Phase.IDLE, 0)
    Crowd(64).welcome({early, later})
    await asyncio.sleep(0.05)
    assert (early.is_over, later.is_over) == (True, False)


def test_a_slow_body_goes_on_as_long_as_it_comes():
    began = 1_000.0
    assert crowd.until_of_body(began, began + 170, 100) > began + 175
    assert crowd.until_of_body(began, began, 0) == began + crowd.SILENCE_SECONDS
    assert crowd.until_of_body(began, began + 400, 0) <= began + crowd.BODY_SECONDS
