"""A condition as it was understood: groups and leaves, typed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from regulars.kernel.conditions.fields import Field
from regulars.kernel.conditions.problems import joined
from regulars.kernel.conditions.values import Money, write_value
from regulars.kernel.conditions.windows import AsOf, Window, write_window

Join = Literal["all", "any", "none"]
JOINS: tuple[Join, ...] = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question. ``where``, ``window`` and ``compare`` only of a field that counts rows."""

    field: Field
    operator: str
    value: Any
    """typed; with ``compare`` the factor, of money with its currency"""
    path: str = ""
    where: Condition | None = None
    window: Window | None = None
    compare: Window | None = None

    def at(self, as_of: AsOf) -> Leaf:
        """The question as that moment answers it."""
        then = self.field.then
        return self if then is None or as_of.is_now else replace(self, field=then)


@dataclass(frozen=True, slots=True)
class Group:
    """``all`` and ``none`` of nothing are true, ``any`` of nothing is not."""

    join: Join
    parts: tuple[Condition, ...]
    path: str = ""

    def at(self, as_of: AsOf) -> Group:
        """The question as that moment answers it."""
        return replace(self, parts=tuple(part.at(as_of) for part in self.parts))


Condition = Group | Leaf


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Every leaf, in order; not those inside ``where``."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves_of(part)


def write(condition: Condition) -> dict[str, Any]:
    """A condition as it is written in JSON."""
    if isinstance(condition, Group):
        return {condition.join: [write(part) for part in condition.parts]}
    written: dict[str, Any] = {"field": condition.field.name, "op": condition.operator}
    if condition.where is not None:
        written["where"] = write(condition.where)
    if condition.window is not None:
        written["window"] = write_window(condition.window)
    if condition.compare is not None:
        written["compare"] = write_window(condition.compare)
        written["value"] = _write_factor(condition.value)
    else:
        written["value"] = write_value(condition.value)
    return written


def _write_factor(value: Any) -> Any:
    if isinstance(value, Money):
        return {"factor": write_value(value.amount), "currency": value.currency}
    if isinstance(value, tuple) and isinstance(value[0], Money):
        return {"factor": [write_value(each.amount) for each in value], "currency": value[0].currency}
    return write_value(value)


def path_of(path: str, join: str, index: int) -> str:
    return joined(path, f"{join}[{index}]")
