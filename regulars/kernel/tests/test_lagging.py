"""How far reactions are behind: by what they take, not by what is for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.kernel import clock, lagging
from regulars.kernel.lagging import read_lags
from regulars.kernel.models import Event
from regulars.kernel.reactions import Reaction, ensure_cursors
from regulars.kernel.tests.conftest import WORKSPACE, KettleBoiled, KettleEmptied, wait_until_visible

REACTIONS = tuple(
    Reaction(name, (kind,), lambda _happened: None)
    for name, kind in (("boiled", KettleBoiled), ("emptied", KettleEmptied))
)


@pytest.fixture
def lags(db: None, settings: Any) -> dict[str, float]:
    """A minute ago many kettles were boiled, and none has been emptied."""
    settings.REACTIONS = f"{__name__}.REACTIONS"
    wait_until_visible()
    ensure_cursors(REACTIONS)
    then = clock.now() - timedelta(minutes=1)
    for _ in range(3):
        Event.objects.create(
            workspace_id=WORKSPACE, kind=KettleBoiled.__name__, body={"note": "x"}, happened_at=then
        )
    return {each.reaction: each.seconds for each in read_lags()}


def test_only_what_a_reaction_takes_waits_for_it(lags: dict[str, float]):
    assert lags["boiled"] == pytest.approx(60, abs=5)
    assert lags["emptied"] == 0


def test_of_many_events_for_others_the_last_counts(lags: dict[str, float], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lagging, "SEEN_AT_MOST", 2)
    assert {each.reaction: each.seconds for each in read_lags()}["emptied"] == pytest.approx(60, abs=5)


def test_a_cursor_of_no_reaction_that_is_known_waits_for_everything(lags: dict[str, float], settings: Any):
    settings.REACTIONS = f"{__name__}.NOBODY"
    assert {each.reaction: each.seconds for each in read_lags()}["emptied"] == pytest.approx(60, abs=5)


NOBODY: tuple[Reaction, ...] = ()
