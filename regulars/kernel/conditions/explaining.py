"""Why a condition holds for one object, or does not: leaf by leaf, with the value then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regulars.kernel.conditions.in_memory import Facts, joined_holds, leaf_holds, values_of
from regulars.kernel.conditions.tree import Condition, Group, Leaf, write
from regulars.kernel.conditions.values import write_value
from regulars.kernel.conditions.windows import AsOf


@dataclass(frozen=True, slots=True)
class Verdict:
    """A part of the condition and whether it held; of a leaf the value that it saw, with ``compare`` the second."""

    condition: Condition
    holds: bool
    value: Any = None
    second: Any = None
    parts: tuple[Verdict, ...] = ()

    @property
    def path(self) -> str:
        return self.condition.path


def explain(condition: Condition, facts: Facts, as_of: AsOf) -> Verdict:
    """The verdict on every part: unlike ``in_memory.matches`` it looks at all of them."""
    if isinstance(condition, Leaf):
        value, second = values_of(condition, facts, as_of)
        return Verdict(condition, leaf_holds(condition, value, second), value, second)
    parts = tuple(explain(part, facts, as_of) for part in condition.parts)
    return Verdict(condition, joined_holds(condition.join, [each.holds for each in parts]), parts=parts)


def write_verdict(verdict: Verdict) -> dict[str, Any]:
    """As JSON: the condition's shape, each part with ``holds``, each leaf with its ``saw``."""
    condition = verdict.condition
    if isinstance(condition, Group):
        return {condition.join: [write_verdict(each) for each in verdict.parts], "holds": verdict.holds}
    saw = {"saw": _seen(verdict.value)}
    if condition.compare is not None:
        saw["saw_second"] = _seen(verdict.second)
    return {**write(condition), **saw, "holds": verdict.holds}


def _seen(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [write_value(each) for each in value]
    return write_value(value)
