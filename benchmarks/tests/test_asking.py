"""The question of the benchmark can be asked, and both evaluators answer it."""

from __future__ import annotations

import pytest

from benchmarks.asking import CONTACTS, PAGE, ask, figures_of, seed


@pytest.mark.django_db
def test_a_generated_workspace_answers() -> None:
    seed(contacts=1000, messages=5000)
    found = ask(rounds=1)
    assert PAGE <= found["contacts"] < 1000
    names = [figure.name for figure in figures_of(found, CONTACTS)]
    assert names == [
        "six leaves over 100,000 contacts, counted",
        "… by a query written by hand",
        "… in processor time",
        "… its messages read and not grouped",
        "first page of them",
        "leaves in memory",
    ]
