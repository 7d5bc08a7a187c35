"""The facts of every event as fields (``event.to_status``): of one event in memory, for rules. Pure.

Who did it is ``event.by.kind``, ``event.by.id`` and ``event.by.name``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from regulars.kernel.conditions.fields import Contribution, Field, Label, Subject
from regulars.kernel.conditions.values import FieldType
from regulars.kernel.conditions.windows import AsOf

_TYPES: dict[Any, FieldType] = {
    str: "text",
    int: "number",
    bool: "boolean",
    UUID: "reference",
    datetime: "moment",
    tuple[str, ...]: "words",
}


class FactLabel:
    """``Event: to_status``: the fact has the name that it has in docs/reference/events.md."""

    def __init__(self, word: Label, name: str) -> None:
        self._word, self._name = word, name

    def __str__(self) -> str:
        return f"{self._word}: {self._name}"


def event_fields(events: Iterable[type], label: Label, reaches: Iterable[str]) -> Contribution:
    """The subject ``event`` with every fact that JSON can say; what several events tell is one field."""
    fields: dict[str, Field] = {}
    for each in events:
        for name, type_ in _facts_of(each):
            fields.setdefault(name, _field(name, type_, FactLabel(label, name.replace("_", " "))))
    subject = Subject("event", label, reaches=dict.fromkeys(reaches, ""))
    return Contribution((subject,), tuple(fields[name] for name in sorted(fields)))


def _facts_of(event: type) -> Iterator[tuple[str, FieldType]]:
    hints = get_type_hints(event)
    for fact in dataclasses.fields(event):
        plain = _without_none(hints[fact.name])
        if fact.name == "workspace_id":
            continue
        if plain in _TYPES:
            yield fact.name, _TYPES[plain]
        elif dataclasses.is_dataclass(plain):
            for part in dataclasses.fields(plain):
                part_type = _TYPES.get(_without_none(get_type_hints(plain)[part.name]))
                if part_type:
                    yield f"{fact.name}.{part.name}", part_type


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        kept = [each for each in get_args(hint) if each is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint


def _field(name: str, type_: FieldType, label: Label) -> Field:
    first, *rest = name.split(".")

    def get(event: Any, _as_of: AsOf) -> Any:
        value = getattr(event, first, None)
        for part in rest:
            value = getattr(value, part, None)
        return None if value == "" else value

    return Field(f"event.{name}", type_, label, "event", get=get, has_history=True)
