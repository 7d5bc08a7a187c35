"""What PostgreSQL did for a statement: plans are tested by the rows they touch, never by their shape or time."""

from __future__ import annotations

import json
from typing import Any


def rows_read(explained: str | list[dict[str, Any]]) -> int:
    """Rows that a statement touched, with those its filters threw away, from ``EXPLAIN (ANALYZE, FORMAT JSON)``."""
    plan = json.loads(explained) if isinstance(explained, str) else explained
    return _rows_of(plan[0]["Plan"])


def _rows_of(node: dict[str, Any]) -> int:
    touched = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    touched += node.get("Rows Removed by Join Filter", 0)
    return int(touched * node["Actual Loops"]) + sum(map(_rows_of, node.get("Plans", [])))
