"""What stands in the form of a condition, as the JSON that it means, and back; and what its buttons do to it.

Each part of the form has a name that begins with its place: ``c`` is the whole, ``c.0`` the first part of a group,
``c.0.where`` what narrows a leaf down. Half-filled leaves are leaves: nothing is lost while somebody writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import tzinfo
from typing import Any

from regulars.kernel.conditions.fields import Field, Registry, Rows
from regulars.kernel.conditions.tree import JOINS
from regulars.kernel.conditions.values import MEMBERSHIP, ORDERED, takes_list
from regulars.web.design.conditions.times import read_time

Json = dict[str, Any]
Find = Callable[[str], Field | None]
ROOT = "c"
DEEPEST, WIDEST = 9, 101
"""one more than a condition may have, so that too much is named and not lost"""
_SIMPLE_DURATION = re.compile(r"P(T?)(\d+)([DWMYH])", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)


class Posted:
    """A form's values by name; days and times in them are those of ``zone``."""

    def __init__(self, values: Mapping[str, Sequence[str]], zone: tzinfo) -> None:
        self._values = values
        self.zone = zone

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def one(self, name: str) -> str:
        found = self._values.get(name) or [""]
        return found[-1].strip()

    def all(self, name: str) -> list[str]:
        return [each for each in self._values.get(name, ()) if each]


def read_form(posted: Posted, registry: Registry, path: str = ROOT) -> Json:
    """The condition that a form says, however little of it is filled in."""
    return _read(posted, path, 0, registry.find)


def _read(posted: Posted, path: str, depth: int, find: Find) -> Json:
    join = posted.one(f"{path}.join")
    if join in JOINS or f"{path}.field" not in posted:
        parts = [] if depth > DEEPEST else list(_read_parts(posted, path, depth, find))
        return {join if join in JOINS else "all": parts}
    return _read_leaf(posted, path, depth, find)


def _read_parts(posted: Posted, path: str, depth: int, find: Find) -> Iterator[Json]:
    for index in range(WIDEST):
        place = f"{path}.{index}"
        if f"{place}.join" not in posted and f"{place}.field" not in posted:
            return
        yield _read(posted, place, depth + 1, find)


def _read_leaf(posted: Posted, path: str, depth: int, find: Find) -> Json:
    name = posted.one(f"{path}.field")
    if name.endswith("<key>") and (key := posted.one(f"{path}.key")):
        name = name.replace("<key>", key)
    operator = posted.one(f"{path}.op")
    leaf: Json = {"field": name, "op": "is_empty" if operator == "is_filled" else operator}
    field = find(name)
    if field is None:
        return leaf
    if field.rows is not None and field.takes_where and f"{path}.where.join" in posted:
        leaf["where"] = _read(posted, f"{path}.where", depth + 1, _finder_in(field.rows))
    for part in ("window", "compare"):
        if window := _read_window(posted, f"{path}.{part}"):
            leaf[part] = window
    value = _read_value(posted, path, field, operator, is_factor="compare" in leaf)
    if value is not None:
        leaf["value"] = value
    return leaf


def _finder_in(rows: Rows) -> Find:
    return rows.fields.get


def _read_window(posted: Posted, path: str) -> Json | None:
    kind, _colon, rest = posted.one(path).partition(":")
    match kind:
        case "last":
            count, unit = posted.one(f"{path}.count"), posted.one(f"{path}.unit")
            return {"last": f"P{'T' if unit == 'H' else ''}{count}{unit}" if unit else count}
        case "calendar":
            return {"calendar": rest}
        case "since":
            return {"since": rest}
        case "between":
            days = {key: posted.one(f"{path}.{key}") for key in ("from", "to")}
            return {key: read_time(day, posted.zone) for key, day in days.items() if day} or {"from": ""}
        case _:
            return None


def _read_value(posted: Posted, path: str, field: Field, operator: str, *, is_factor: bool) -> Any:
    if operator in {"is_empty", "is_filled"}:
        return operator == "is_empty"
    low, high = posted.one(f"{path}.value"), posted.one(f"{path}.upper")
    if field.type == "moment":
        low, high = (read_time(each, posted.zone) for each in (low, high))
    currency = posted.one(f"{path}.currency").upper()
    if is_factor:
        factor = [_number(low), _number(high)] if operator == "between" else _number(low) if low else None
        return {"factor": factor, "currency": currency} if field.type == "money" else factor
    if operator == "between":
        return (
            [_one(field, low, operator, currency), _one(field, high, operator, currency)]
            if low or high
            else None
        )
    if takes_list(operator):
        written = posted.all(f"{path}.value")
        texts = (
            written
            if field.choices
            else [part.strip() for text in written for part in re.split(r"[,\n]", text)]
        )
        return [_one(field, text, operator, currency) for text in texts if text] or None
    return _one(field, low, operator, currency) if low else None


def _one(field: Field, written: str, operator: str, currency: str) -> Any:
    match field.type:
        case "number":
            return _number(written)
        case "money":
            return {"amount": written.replace(",", "."), "currency": currency}
        case "boolean":
            return {"true": True, "false": False}.get(written, written)
        case "any" if operator not in MEMBERSHIP and operator != "contains":
            truth = {"true": True, "false": False}.get(written, written)
            return _number(written) if operator in ORDERED or _NUMBER.fullmatch(written) else truth
        case _:
            return written


def _number(written: str) -> Any:
    """A number if it is one; else what was written, so that it is named."""
    if not _NUMBER.fullmatch(written):
        return written
    number = float(written.replace(",", "."))
    return int(number) if number.is_integer() else number


def simple_duration(duration: str) -> tuple[str, str]:
    """Count and unit of a duration with one of them; else the whole as it is written, and no unit."""
    found = _SIMPLE_DURATION.fullmatch(duration)
    if not found or bool(found[1]) != (found[3] == "H"):
        return duration, ""
    return found[2], found[3]


def act(written: Json, done: str, first_field: str) -> tuple[Json, str]:
    """The condition after one of its buttons, and the place where the reader goes on.

    ``add:c.1`` a leaf to that group, ``nest:c.1`` a group, ``remove:c.1.0``, ``narrow:c.1`` a ``where``.
    """
    verb, _colon, path = done.partition(":")
    changed = deepcopy(written)
    steps = [step for step in path.split(".")[1:] if step]
    if verb in {"add", "nest"}:
        parts = _parts_at(changed, steps)
        if parts is None:
            return changed, path
        new: Json = {"field": first_field, "op": "is"} if verb == "add" else {"any": []}
        parts.append(new)
        return changed, f"{path}.{len(parts) - 1}"
    if verb == "remove" and steps:
        return _removed(changed, steps)
    if verb == "narrow":
        leaf = _at(changed, steps)
        if isinstance(leaf, dict) and "field" in leaf:
            leaf.setdefault("where", {"all": []})
            return changed, f"{path}.where"
    return changed, path


def first_field(written: Json, done: str, registry: Registry, subject: str) -> str:
    """What a new leaf asks until somebody chooses: inside a ``where`` something of the rows that are counted."""
    steps = done.partition(":")[2].split(".")[1:]
    if "where" in steps:
        leaf = _at(written, steps[: steps.index("where")])
        asked = registry.fields.get(str(leaf.get("field"))) if isinstance(leaf, dict) else None
        if asked is not None and asked.rows:
            return next(iter(asked.rows.fields))
    return next(iter(registry.of(subject))).name


def _removed(written: Json, steps: list[str]) -> tuple[Json, str]:
    above = _at(written, steps[:-1])
    place = ".".join([ROOT, *steps[:-1]])
    if steps[-1] == "where" and isinstance(above, dict):
        above.pop("where", None)
        return written, place
    parts = _parts_at(written, steps[:-1])
    place_there = None if parts is None else _index(steps[-1], parts)
    if parts is not None and place_there is not None:
        del parts[place_there]
    return written, place


def _at(written: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if step == "where":
            written = written.get("where") if isinstance(written, dict) else None
            continue
        parts = _parts_of(written)
        index = None if parts is None else _index(step, parts)
        if parts is None or index is None:
            return None
        written = parts[index]
    return written


def _index(step: str, parts: Sequence[Any]) -> int | None:
    """None where there is no such part; Python reads no number of more than some thousand digits."""
    index = int(step) if step.isdecimal() and len(step) <= len(str(WIDEST)) else len(parts)
    return index if index < len(parts) else None


def _parts_at(written: Json, steps: Sequence[str]) -> list[Any] | None:
    return _parts_of(_at(written, steps))


def _parts_of(written: Any) -> list[Any] | None:
    if not isinstance(written, dict):
        return None
    return next((written[join] for join in JOINS if isinstance(written.get(join), list)), None)
