"""What was written, as a tree: names are known, values typed, every mistake named with its path. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from regulars.kernel.conditions.fields import Field, Registry
from regulars.kernel.conditions.problems import Wrong, joined
from regulars.kernel.conditions.tree import JOINS, Condition, Group, Join, Leaf, path_of
from regulars.kernel.conditions.values import parse_factor, parse_value
from regulars.kernel.conditions.windows import Window, parse_window, write_window

DEEPEST = 8
"""groups within groups"""
MOST_LEAVES = 100
"""those of ``where`` included"""
LEAF_KEYS = ("field", "op", "value", "where", "window", "compare")

KnownValues = Callable[[Field], Collection[str] | None]
"""the values that a field may have in a workspace; None: any"""


def parse(
    written: Any, registry: Registry, subject: str, *, known_values: KnownValues | None = None
) -> Condition:
    """The condition about ``subject`` that JSON says; raises ``Wrong`` with the path of what is wrong.

    Whoever takes one from a person gives ``known_values``; what was stored stays readable without.
    """
    sources = registry.subjects[subject].sources
    fields = [each.name for each in registry.of(subject)]

    def find(name: str) -> Field:
        found = registry.find(name)
        if found is None:
            raise Wrong("unknown_field", f"one of {', '.join(fields)}", "field")
        if found.source not in sources:
            raise Wrong("not_here", f"one of {', '.join(fields)}", "field")
        return found

    reader = _Reader(find, known_values)
    return reader.read(written, "", 0)


class _Reader:
    """Reads one condition; counts its leaves meanwhile."""

    def __init__(self, find: Callable[[str], Field], known_values: KnownValues | None) -> None:
        self._find = find
        self._known_values = known_values
        self._leaf_count = 0

    def read(self, written: Any, path: str, depth: int) -> Condition:
        if not isinstance(written, Mapping):
            raise Wrong("shape", "a group (all, any or none) or a leaf (field, op, value)", path)
        if "field" in written or "op" in written:
            return self._read_leaf(written, path, depth)
        joins = [each for each in JOINS if each in written]
        if len(written) != 1 or not joins:
            raise Wrong("shape", "one of all, any and none alone, or a leaf (field, op, value)", path)
        return self._read_group(joins[0], written[joins[0]], path, depth)

    def _read_group(self, join: Join, parts: Any, path: str, depth: int) -> Group:
        if depth >= DEEPEST:
            raise Wrong("too_deep", f"at most {DEEPEST} groups within groups", path)
        if not isinstance(parts, list):
            raise Wrong("shape", "a list of conditions", joined(path, join))
        read = (self.read(part, path_of(path, join, index), depth + 1) for index, part in enumerate(parts))
        return Group(join, tuple(read), path)

    def _read_leaf(self, written: Mapping[str, Any], path: str, depth: int) -> Leaf:
        self._leaf_count += 1
        if self._leaf_count > MOST_LEAVES:
            raise Wrong("too_many", f"at most {MOST_LEAVES} leaves", path)
        try:
            field, operator = self._read_question(written)
            window, compare = _read_windows(field, written)
            value = self._read_value(field, operator, written, is_factor=compare is not None)
        except Wrong as wrong:
            raise wrong.at(path) from None
        where = self._read_where(field, written, path, depth)
        return Leaf(field, operator, value, path, where, window, compare)

    def _read_question(self, written: Mapping[str, Any]) -> tuple[Field, str]:
        for key in written:
            if key not in LEAF_KEYS:
                raise Wrong("shape", f"known are {', '.join(LEAF_KEYS)}", str(key))
        if not isinstance(written.get("field"), str):
            raise Wrong("unknown_field", "a field's name", "field")
        field = self._find(written["field"])
        operators = field.operators_with(compare=written.get("compare") is not None)
        if written.get("op") not in operators:
            raise Wrong("unknown_operator", f"one of {', '.join(operators)}", "op")
        return field, written["op"]

    def _read_value(self, field: Field, operator: str, written: Mapping[str, Any], *, is_factor: bool) -> Any:
        raw = written.get("value")
        if raw is None and operator != "is_empty" and not is_factor:
            raise Wrong("no_value", "what it is compared with", "value")
        try:
            if is_factor:
                return parse_factor(field.type, operator, raw)
            value = parse_value(field.type, operator, raw)
            self._check_known(field, operator, value)
        except Wrong as wrong:
            raise wrong.at("value") from None
        return value

    def _check_known(self, field: Field, operator: str, value: Any) -> None:
        if field.choices is None or field.choices.is_open or operator in {"is_empty", "contains"}:
            return
        if field.choices.asked:
            known = self._known_values(field) if self._known_values else None
        else:
            known = {each.value for each in field.choices.fixed}
        if known is None:
            return
        for index, each in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            if str(each) not in known:
                path = "" if index is None else f"[{index}]"
                raise Wrong(
                    "unknown_value", f"one of {', '.join(sorted(known))}" if known else "nothing yet", path
                )

    def _read_where(
        self, field: Field, written: Mapping[str, Any], path: str, depth: int
    ) -> Condition | None:
        where = written.get("where")
        if where is None:
            return None
        path = joined(path, "where")
        if not field.takes_where or field.rows is None:
            raise Wrong("no_where", "no `where`: this field counts no rows", path)
        fields = field.rows.fields

        def find(name: str) -> Field:
            if name not in fields:
                raise Wrong("unknown_field", f"one of {', '.join(fields)}", "field")
            return fields[name]

        outside, self._find = self._find, find
        try:
            if not isinstance(where, list):
                return self.read(where, path, depth + 1)
            parts = (self.read(part, f"{path}[{index}]", depth + 1) for index, part in enumerate(where))
            return Group("all", tuple(parts), path)
        finally:
            self._find = outside


def _read_windows(field: Field, written: Mapping[str, Any]) -> tuple[Window | None, Window | None]:
    found: list[Window | None] = []
    for key in ("window", "compare"):
        raw = written.get(key)
        if raw is None:
            found.append(None)
            continue
        if not field.takes_window:
            raise Wrong("no_window", "no window: this field counts no rows", key)
        if key == "compare" and not field.takes_compare:
            raise Wrong("no_compare", "no second window: nothing here is counted or summed", key)
        try:
            found.append(parse_window(raw))
        except Wrong as wrong:
            raise wrong.at(key) from None
    window, compare = found
    if compare is not None and window is not None and write_window(compare) == write_window(window):
        raise Wrong("no_compare", "another window than the first", "compare")
    return window, compare
