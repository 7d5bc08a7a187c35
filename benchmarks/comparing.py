"""This checkout beside another commit: the same benchmarks on both in turn, round by round, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from benchmarks.accepting import Effort
from benchmarks.checkouts import THIS, Checkout
from benchmarks.figures import Figure, median, number, rows_as_table
from benchmarks.product import Product, running_product
from benchmarks.resting import measure_resting

MOST_WORSE = 0.10
"""a figure may be so much worse than it was before it counts as worse"""
HIGHER_IS_BETTER = {"/s": True, "ms": False, "s": False, "MB": False}
"""by unit; a figure with another one tells something and is not judged"""
SECOND_FLOOR = ", of floor "
"""in the name of a figure that is there again, beside another floor"""
Measure = Callable[[Product, Effort], Iterator[Figure]]


@dataclass(frozen=True)
class Comparison:
    """One figure of both, each the median of its rounds; ``change`` is the median of the rounds' quotients."""

    name: str
    unit: str
    before: float
    now: float
    change: float

    @property
    def is_worse(self) -> bool:
        """Worse by more than a tenth. Rows of floors, which show how quiet the machine was, are never judged."""
        better_up = HIGHER_IS_BETTER.get(self.unit)
        if better_up is None or self.name.startswith("…"):
            return False
        return self.change < 1 - MOST_WORSE if better_up else self.change > 1 + MOST_WORSE

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "is_worse": self.is_worse}


def compare(
    other: Checkout, measures: Sequence[Measure], effort: Effort, *, with_resting: bool
) -> Iterator[Comparison]:
    """One round on the one, then on the other; who begins changes with each round."""
    one_round = Effort(1, effort.seconds)
    if with_resting:
        yield from in_turn(
            effort.rounds,
            lambda: measure_resting(one_round, other),
            lambda: measure_resting(one_round, THIS),
        )
    if not measures:
        return
    with ExitStack() as stack:
        before = stack.enter_context(running_product(other))
        now = stack.enter_context(running_product(THIS))
        for measure in measures:
            yield from _on_both(measure, before, now, one_round, effort.rounds)


def _on_both(
    measure: Measure, before: Product, now: Product, effort: Effort, rounds: int
) -> Iterator[Comparison]:
    return in_turn(rounds, lambda: measure(before, effort), lambda: measure(now, effort))


def in_turn(
    rounds: int, before: Callable[[], Iterator[Figure]], now: Callable[[], Iterator[Figure]]
) -> Iterator[Comparison]:
    seen: dict[str, list[tuple[Figure, Figure]]] = {}
    for turn in range(rounds):
        first, second = (before, now) if turn % 2 == 0 else (now, before)
        one, two = _by_name(first()), _by_name(second())
        old, new = (one, two) if turn % 2 == 0 else (two, one)
        for name in (name for name in new if name in old):
            seen.setdefault(name, []).append((old[name], new[name]))
    for name, pairs in seen.items():
        yield Comparison(
            name,
            pairs[0][0].unit,
            median(old.value for old, _new in pairs),
            median(new.value for _old, new in pairs),
            median(new.value / old.value if old.value else 1.0 for old, new in pairs),
        )


def _by_name(figures: Iterator[Figure]) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    last = ""
    for figure in figures:
        if figure.name.startswith("…"):
            found[f"{figure.name} ({last})"] = figure
            continue
        if SECOND_FLOOR not in figure.name:
            last = figure.name
            found[figure.name] = figure
        if figure.floor is not None:
            found[f"… floor {figure.floor_name} ({last})"] = Figure("", figure.floor, figure.unit)
    return found


def comparison_table(comparisons: Sequence[Comparison], before: str) -> str:
    rows = [("figure", before, "now", "now / before", "worse by over 10 %")]
    for each in comparisons:
        unit = f" {each.unit}" if each.unit else ""
        verdict = "" if each.name.startswith("…") else "YES" if each.is_worse else "no"
        cells = (f"{number(each.before)}{unit}", f"{number(each.now)}{unit}", f"{each.change:.2f}")
        rows.append((each.name, *cells, verdict if each.unit in HIGHER_IS_BETTER else ""))
    return rows_as_table(rows)
