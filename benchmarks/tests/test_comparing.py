"""Two commits beside each other: what is compared with what, and when that counts as worse."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from benchmarks.checkouts import checkout_of
from benchmarks.children import run_child
from benchmarks.comparing import Comparison, comparison_table, in_turn
from benchmarks.figures import Figure


@pytest.mark.parametrize(
    ("unit", "change", "worse"),
    [
        ("/s", 0.89, True),
        ("/s", 0.91, False),
        ("/s", 2.0, False),
        ("ms", 1.11, True),
        ("ms", 0.5, False),
        ("MB", 1.09, False),
        ("messages", 9.0, False),
    ],
)
def test_worse_is_less_of_a_rate_and_more_of_a_time(unit: str, change: float, worse: bool) -> None:
    assert Comparison("figure", unit, 100, 100 * change, change).is_worse is worse


def test_a_floor_is_never_judged() -> None:
    assert Comparison("… floor B (accepted)", "/s", 100, 10, 0.1).is_worse is False


def rounds(name: str, *values: float, order: list[str]) -> Callable[[], Iterator[Figure]]:
    """Each call is a round and gives the next value."""
    left = iter(values)

    def measure() -> Iterator[Figure]:
        order.append(name)
        yield Figure("accepted", next(left), "/s", 10, "B")
        yield Figure("… bare client", 5, "/s")

    return measure


def test_who_begins_changes_and_each_round_is_held_against_its_own() -> None:
    order: list[str] = []
    before, now = rounds("before", 100, 10, 100, order=order), rounds("now", 90, 9, 50, order=order)
    accepted, floor, client = in_turn(3, before, now)
    assert order == ["before", "now", "now", "before", "before", "now"]
    assert (accepted.before, accepted.now, accepted.change) == (100, 50, 0.9)
    assert [floor.name, client.name] == ["… floor B (accepted)", "… bare client (accepted)"]


def test_the_table_says_what_is_worse() -> None:
    told = comparison_table([Comparison("accepted", "/s", 1000, 800, 0.8)], "abc1234").splitlines()
    assert [cell.strip() for cell in told[2].strip("|").split("|")] == [
        *("accepted", "1,000 /s", "800 /s", "0.80", "YES")
    ]


def test_what_no_commit_is_called_is_said() -> None:
    with (
        pytest.raises(ValueError, match="'nothing-of-ours' is no commit of this project"),
        checkout_of("nothing-of-ours"),
    ):
        pass


def test_a_child_may_print_more_than_a_pipe_holds() -> None:
    program = "import json; print(json.dumps(['x' * 100] * 20_000))"
    assert len(run_child([sys.executable, "-c", program])) == 20_000


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such word"):
        run_child([sys.executable, "-c", "import sys; sys.exit('no such word')"])
