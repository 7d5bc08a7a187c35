"""Figures: what was measured, what it is held against, and whether it is enough."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

COLUMNS = ("figure", "product", "floor", "ratio", "target", "met")


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``target`` holds for the ratio when there is a floor, else for the value."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        judged = self.value if self.ratio is None else self.ratio
        if self.at_least is not None:
            return judged >= self.at_least
        return judged <= self.at_most if self.at_most is not None else None

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    return rows_as_table([COLUMNS, *(_cells(each) for each in figures)])


def rows_as_table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _cells(figure: Figure) -> tuple[str, ...]:
    unit = f" {figure.unit}" if figure.unit else ""
    return (
        figure.name,
        f"{number(figure.value)}{unit}",
        f"{number(figure.floor)}{unit} ({figure.floor_name})" if figure.floor is not None else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        _target(figure),
        {True: "yes", False: "NO", None: ""}[figure.met],
    )


def _target(figure: Figure) -> str:
    unit = " × floor" if figure.floor is not None else f" {figure.unit}" if figure.unit else ""
    if figure.at_least is not None:
        return f"≥ {number(figure.at_least)}{unit}"
    return f"≤ {number(figure.at_most)}{unit}" if figure.at_most is not None else ""


def number(value: float) -> str:
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}"
