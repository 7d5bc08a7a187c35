"""What conditions count, as SQL: leaves that ask about the same rows go through them together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from regulars.kernel.conditions.fields import Rows, Sql
from regulars.kernel.conditions.windows import Stretch


@dataclass(frozen=True, slots=True)
class Counted:
    """What is made of rows: of which, and what. ``tests``: beside their workspace and their time."""

    rows: Rows
    joins: str
    stretch: Stretch
    tests: tuple[Sql, ...]
    made: str
    """an aggregate; of ``is_latest`` the value of the last row"""
    is_latest: bool = False
    stands_alone: bool = False
    """whether ``tests`` leave few enough rows, found by an index, that these are better read by themselves"""

    def shares_with(self, other: Counted) -> bool:
        """Whether both can be made of the same rows while these are read once."""
        if self.is_latest or other.is_latest or self.stands_alone or other.stands_alone:
            return False
        return self._source() == other._source()

    def _source(self) -> tuple[str, ...]:
        return (self.rows.table, self.joins, self.rows.key, self.rows.workspace, self.rows.at)


@dataclass(slots=True)
class Pass:
    """Rows that are read once, and everything that is made of them: columns ``value0``, ``value1`` …"""

    made: list[Counted] = field(default_factory=list)

    @property
    def rows(self) -> Rows:
        return self.made[0].rows

    def takes(self, counted: Counted) -> bool:
        return any(each == counted or each.shares_with(counted) for each in self.made)

    def place_of(self, counted: Counted) -> int:
        """Of its column; what is asked for twice is counted once."""
        if counted not in self.made:
            self.made.append(counted)
        return self.made.index(counted)

    @property
    def stands_alone(self) -> bool:
        return self.made[0].stands_alone

    def by_object(self, workspace_id: UUID, further: Sql | None = None) -> Sql:
        """A row for each object that has any, with its ``id``; ``further``: another test of the rows."""
        first, key = self.made[0], self.rows.key
        tests = self._tests(workspace_id, further)
        if first.is_latest:
            order = f"{self.rows.at} DESC, {self.rows.order} DESC"
            return Sql(
                f"SELECT DISTINCT ON ({key}) {key} AS id, {first.made} AS value0 FROM {self._table()}"
                f" WHERE {tests.text} ORDER BY {key}, {order}",
                tests.values,
            )
        made = self._values()
        return Sql(
            f"SELECT {key} AS id, {made.text} FROM {self._table()} WHERE {tests.text} GROUP BY {key}",
            (*made.values, *tests.values),
        )

    def of_one(self, workspace_id: UUID, id_: str) -> Sql:
        """One row, of the object with this id."""
        first = self.made[0]
        tests = self._tests(workspace_id, Sql(f"{self.rows.key} = {id_}"))
        if first.is_latest:
            return Sql(
                f"SELECT {first.made} AS value0 FROM {self._table()} WHERE {tests.text}"
                f" ORDER BY {self.rows.at} DESC, {self.rows.order} DESC LIMIT 1",
                tests.values,
            )
        made = self._values()
        return Sql(
            f"SELECT {made.text} FROM {self._table()} WHERE {tests.text}", (*made.values, *tests.values)
        )

    def any_of(self, workspace_id: UUID, id_: str) -> Sql:
        """Whether the object with this id has a row."""
        tests = self._tests(workspace_id, Sql(f"{self.rows.key} = {id_}"))
        return Sql(f"EXISTS (SELECT FROM {self._table()} WHERE {tests.text})", tests.values)

    def _table(self) -> str:
        return f"{self.rows.table}{self.made[0].joins}"

    def _tests(self, workspace_id: UUID, further: Sql | None) -> Sql:
        """Those that hold for every row that is read."""
        tests = [Sql(f"{self.rows.workspace} = %s", (workspace_id,)), *([further] if further else [])]
        stretches = together_in_time([each.stretch for each in self.made])
        tests.append(joined("OR", [self._within(each) for each in stretches]))
        if len(self.made) == 1:
            tests += self.made[0].tests
        return joined("AND", tests)

    def _within(self, stretch: Stretch) -> Sql:
        at = self.rows.at
        return Sql(f"{at} >= %s AND {at} < %s", (stretch.start, stretch.end))

    def _values(self) -> Sql:
        if len(self.made) == 1:
            return Sql(f"{self.made[0].made} AS value0")
        columns = [self._filtered(each) for each in self.made]
        text = ", ".join(f"{column.text} AS value{place}" for place, column in enumerate(columns))
        return Sql(text, tuple(value for column in columns for value in column.values))

    def _filtered(self, counted: Counted) -> Sql:
        whole = together_in_time([each.stretch for each in self.made])
        tests = (
            list(counted.tests)
            if whole == [counted.stretch]
            else [self._within(counted.stretch), *counted.tests]
        )
        if not tests:
            return Sql(counted.made)
        only = joined("AND", tests)
        return Sql(f"{counted.made} FILTER (WHERE {only.text})", only.values)


def together_in_time(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same moments in as few stretches as possible, the earliest first."""
    merged: list[Stretch] = []
    for each in sorted(stretches, key=lambda stretch: stretch.start):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Stretch(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return merged


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """Tests with a word between them."""
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.values))
