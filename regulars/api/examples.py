"""Examples of shapes, put together from those of their properties. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Node = dict[str, Any]
_NONE_KNOWN = object()


def add_examples(components: Mapping[str, Node], reference_start: str) -> None:
    """Give each shape an example, and each property that has none of its own that of its shape."""
    for name, schema in components.items():
        for node in schema.get("properties", {}).values():
            found = _example_of(node, components, reference_start, (name,))
            if "examples" not in node and found is not _NONE_KNOWN:
                node["examples"] = [found]
    for schema in components.values():
        found = _example_of(schema, components, reference_start, ())
        if found is not _NONE_KNOWN:
            schema.setdefault("examples", [found])


def _example_of(schema: Node, components: Mapping[str, Node], start: str, inside: Sequence[str]) -> Any:
    """``inside``: the shapes around the value, so that none stands within itself."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(start)
        return (
            _NONE_KNOWN
            if name in inside
            else _example_of(components[name], components, start, [*inside, name])
        )
    if "anyOf" in schema:
        fitting = (_example_of(each, components, start, inside) for each in schema["anyOf"])
        return next((each for each in fitting if each is not _NONE_KNOWN), _NONE_KNOWN)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "array":
            item = _example_of(schema.get("items", {}), components, start, inside)
            return [] if item is _NONE_KNOWN else [item]
        case "object":
            return _object(schema, components, start, inside)
        case _:
            return _NONE_KNOWN


def _object(schema: Node, components: Mapping[str, Node], start: str, inside: Sequence[str]) -> Node:
    found = {
        name: _example_of(node, components, start, inside)
        for name, node in schema.get("properties", {}).items()
        if name in schema.get("required", ())
    }
    values = schema.get("additionalProperties")
    if isinstance(values, dict) and not found:
        found = {"key": _example_of(values, components, start, inside)}
    return {name: value for name, value in found.items() if value is not _NONE_KNOWN}
