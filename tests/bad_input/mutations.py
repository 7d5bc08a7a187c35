"""Webhook bodies with something wrong in them: changed as trees, or changed as bytes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.fixtures.own_bodies import OWN
from tests.running.webhooks import encode, escape

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "whatsapp"
SEEDS: list[Any] = [
    *(json.loads(path.read_bytes()) for path in sorted(FIXTURES.glob("*.json"))),
    *(body for body, _lines in OWN.values()),
]

AWKWARD: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**40, 1e308, -0.0),
    *(
        "",
        " ",
        "0",
        "null",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud83d",
        "\ufeff",
        "\u202e",
        "%s",
        "'; --",
        "²",
        "٣",
    ),
    *("1794990000", "99999999999999999999", "-1", "1e400", "NaN", "wamid.own.text", "US.8000000000000001"),
    *("x" * 300, "y" * 3_000, "+" + "9" * 40, "12025550001", "100000000000202", "read", "text", "messages"),
    *([], {}, [[]], [None], {"": None}, {"id": {"id": []}}, [{"type": "text"}], [[[[[[1]]]]]]),
]
TREE_CHANGES = ("delete", "double", "wrap", "retype", "rename", "empty", "swap", "replace", "replace", "add")
BYTE_CHANGES = ("flip", "cut", "drop", "insert", "repeat")
RECIPE_BYTES = 20

recipes = st.binary(min_size=RECIPE_BYTES, max_size=RECIPE_BYTES)
"""what to change, as plain bytes: drawn a hundred times faster than a tree of choices, and shrunk as well"""


def mutate(recipe: bytes) -> bytes:
    """The body that a recipe describes: which seed, as tree or as bytes, and one to four changes."""
    body = SEEDS[recipe[0] % len(SEEDS)]
    style, count = recipe[1] % 4, 1 + recipe[2] % 4
    steps = [recipe[4 + step * 4 : 8 + step * 4] for step in range(count)]
    if style == 0:
        raw = encode(body)
        for how, high, low, value in steps:
            raw = _change_bytes(raw, BYTE_CHANGES[how % len(BYTE_CHANGES)], high * 256 + low, value)
        return raw
    return (escape if style == 1 else encode)(mutate_tree(body, recipe[2:3] * 4 + recipe[4:]))


def mutate_tree(tree: Any, recipe: bytes) -> Any:
    """A copy of a JSON value with one to four changes."""
    box = [copy.deepcopy(tree)]
    for step in range(1 + recipe[0] % 4):
        how, high, low, value = recipe[4 + step * 4 : 8 + step * 4]
        holders = _holders(box)
        holder, key = holders[(high * 256 + low) % len(holders)]
        _change(
            holder, key, TREE_CHANGES[how % len(TREE_CHANGES)], copy.deepcopy(AWKWARD[value % len(AWKWARD)])
        )
    return box[0] if box else None


def _change_bytes(raw: bytes, how: str, place: int, value: int) -> bytes:
    at = place % max(len(raw), 1)
    before, after = raw[:at], raw[at:]
    match how:
        case "flip":
            return before + bytes([value]) + after[1:]
        case "cut":
            return before
        case "drop":
            return before + after[1 + value :]
        case "insert":
            return before + bytes([value]) + after
        case _:
            return before + after[: 1 + value] + after


def _holders(node: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every node below this one."""
    found: list[tuple[Any, Any]] = []
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        found.append((node, key))
        found += _holders(child)
    return found or [([None], 0)]


def _change(holder: Any, key: Any, how: str, value: Any) -> None:
    node = holder[key]
    match how:
        case "delete":
            del holder[key]
        case "replace":
            holder[key] = value
        case "double":
            holder[key] = [node, copy.deepcopy(node)]
        case "wrap":
            holder[key] = {str(key): node}
        case "retype":
            holder[key] = str(node) if not isinstance(node, str) else len(node)
        case "rename" if isinstance(holder, dict):
            holder[f"{key}s"] = holder.pop(key)
        case "empty":
            holder[key] = type(node)() if node is not None else {}
        case "add" if isinstance(node, dict):
            node["extra"] = value
        case "add" if isinstance(node, list):
            node.append(value)
        case "swap" if isinstance(holder, list) and len(holder) > 1:
            holder[key], holder[0] = holder[0], holder[key]
        case _:
            pass
