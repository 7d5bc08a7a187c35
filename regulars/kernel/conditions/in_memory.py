"""Whether a condition holds for one object, from what is in memory. Pure: rooms load, the caller says when now is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from regulars.kernel.conditions.fields import Field, Rows
from regulars.kernel.conditions.tree import Condition, Group, Leaf
from regulars.kernel.conditions.values import Money, holds, of_kind
from regulars.kernel.conditions.windows import AsOf, Stretch, Window, stretch_of

DAY = timedelta(days=1)


class Facts:
    """What is known of one object: itself and what it leads to by source, and rows, which are read when asked for."""

    def __init__(self, objects: Mapping[str, Any]) -> None:
        self._objects = objects
        self._rows: dict[str, Sequence[Any]] = {}

    def object(self, source: str) -> Any:
        """The object, or None when there is none."""
        return self._objects.get(source)

    def rows(self, rows: Rows) -> Sequence[Any]:
        """Every row that belongs to the object, read once."""
        found = self._rows.get(rows.name)
        if found is None:
            whose = self.object(rows.source)
            found = rows.load(whose) if whose is not None and rows.load else ()
            self._rows[rows.name] = found
        return found


def matches(condition: Condition, facts: Facts, as_of: AsOf) -> bool:
    """Whether the condition holds; looks no further than it must."""
    if isinstance(condition, Leaf):
        return leaf_holds(condition, *values_of(condition, facts, as_of))
    passed = (matches(part, facts, as_of) for part in condition.parts)
    return joined_holds(condition.join, passed)


def joined_holds(join: str, passed: Iterable[bool]) -> bool:
    """``all``, ``any``, or ``none``, which is not any."""
    if join == "all":
        return all(passed)
    return any(passed) is (join == "any")


def values_of(leaf: Leaf, facts: Facts, as_of: AsOf) -> tuple[Any, Any]:
    """What a leaf is about at that moment, and in its second window; None is missing."""
    leaf = leaf.at(as_of)
    if leaf.field.rows is None:
        return _attribute(leaf, facts, as_of), None
    first = _measured(leaf, leaf.window, facts, as_of)
    return first, _measured(leaf, leaf.compare, facts, as_of) if leaf.compare is not None else None


def leaf_holds(leaf: Leaf, value: Any, second: Any) -> bool:
    """The verdict on values that were read."""
    if leaf.compare is None:
        return _passes(leaf, value)
    if second is None:
        return False
    wanted = leaf.value
    times = partial(_times, second)
    return holds(
        leaf.operator, value, tuple(map(times, wanted)) if isinstance(wanted, tuple) else times(wanted)
    )


def _passes(leaf: Leaf, value: Any) -> bool:
    own = leaf.field.passes
    return (
        holds(leaf.operator, value, leaf.value)
        if own is None or value is None
        else own(leaf.operator, value, leaf.value)
    )


def _times(second: Any, factor: Any) -> Any:
    if isinstance(second, Money):
        return Money(second.amount * factor.amount, second.currency)
    return second * factor


def _attribute(leaf: Leaf, facts: Facts, as_of: AsOf) -> Any:
    whose = facts.object(leaf.field.source)
    if whose is None or leaf.field.get is None:
        return None
    return _read(leaf, whose, as_of)


def _read(leaf: Leaf, whose: Any, as_of: AsOf) -> Any:
    field = leaf.field
    value = field.get(whose, as_of) if field.get else None
    if field.type == "any" and leaf.operator != "is_empty":
        return of_kind(value, leaf.operator, leaf.value)
    if field.type in {"any", "words"} and not isinstance(value, bool | int | float) and not value:
        return None
    return value


def _measured(leaf: Leaf, window: Window | None, facts: Facts, as_of: AsOf) -> Any:
    stretch = stretch_of(window, as_of)
    if stretch is None:
        return None
    currency = _currency_of(leaf)
    counted = _counted(leaf, stretch, facts, as_of, currency)
    return _measure(leaf.field, counted, as_of, currency)


def _currency_of(leaf: Leaf) -> str | None:
    wanted = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
    return wanted.currency if isinstance(wanted, Money) else None


def _counted(leaf: Leaf, stretch: Stretch, facts: Facts, as_of: AsOf, currency: str | None) -> list[Any]:
    rows, measure = leaf.field.rows, leaf.field.measure
    if rows is None or rows.get_at is None or measure is None:
        return []
    start, end, get_at, only, where = stretch.start, stretch.end, rows.get_at, measure.only, leaf.where
    get_until = rows.get_until
    return [
        row
        for row in facts.rows(rows)
        if start <= get_at(row) < end
        and (get_until is None or (until := get_until(row)) is None or until >= end)
        and (only is None or only(row))
        and (currency is None or measure.get_currency is None or measure.get_currency(row) == currency)
        and (where is None or _row_passes(where, row, as_of))
    ]


def _row_passes(where: Condition, row: Any, as_of: AsOf) -> bool:
    if isinstance(where, Group):
        return joined_holds(where.join, (_row_passes(part, row, as_of) for part in where.parts))
    return _passes(where, _read(where, row, as_of))


def _measure(field: Field, counted: list[Any], as_of: AsOf, currency: str | None) -> Any:
    measure, rows = field.measure, field.rows
    if measure is None or rows is None or rows.get_at is None:
        return None
    if measure.kind == "count":
        return len(counted)
    if not counted:
        return Decimal(0) if field.is_never_missing else None
    if measure.kind == "days_since_last":
        return (as_of.at - max(map(rows.get_at, counted))) // DAY
    if measure.get is None:
        return None
    if measure.kind == "latest":
        return measure.get(counted[-1])
    if measure.kind == "words":
        return tuple(map(measure.get, counted))
    known = [value for value in map(measure.get, counted) if value is not None]
    if not known:
        return Decimal(0) if field.is_never_missing else None
    found = sum(known) if measure.kind == "sum" else max(known)
    return found if field.type != "money" else Money(Decimal(found), currency or "")
