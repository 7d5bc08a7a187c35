"""The searches of the benchmark can be asked, and are told as figures."""

from __future__ import annotations

import pytest

from benchmarks import searching
from benchmarks.searching import MIXED, WORDS, figures_of
from regulars.search.filling import fill_workspace
from tests.cast import ALICE, make_cast


@pytest.mark.django_db
def test_a_small_workspace_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    cast.hears(ALICE, "your order arrives within 3 days, it is on its way 배송")
    monkeypatch.setattr(
        searching, "MIXED", {name: said for name, said in MIXED.items() if "tag:" not in said}
    )
    monkeypatch.setattr(searching, "_largest", lambda: cast.workspace.id)
    monkeypatch.setattr(searching, "_vacuum", lambda: None)
    fill_workspace(cast.workspace.id)
    told = searching.measure(1)
    assert len(told["searches"]) == 2 * (3 * len(WORDS) + len(MIXED) - 1)
    names = [figure.name for figure in figures_of(told)]
    assert names[0] == "search: Korean, a word, owner, p95"
    assert names[-1] == "1,000 messages put into the index"
