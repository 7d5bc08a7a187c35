"""Metrics of a Flow's endpoint, from the requests that phones really sent.

Shapes: Meta's page "metrics" of Flows (2026). Of the kinds of errors it names ``timeout_error``; the others are ours.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.model import Flow

Json = dict[str, Any]
METRICS = (
    "ENDPOINT_REQUEST_COUNT",
    "ENDPOINT_REQUEST_ERROR",
    "ENDPOINT_REQUEST_ERROR_RATE",
    "ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL",
    "ENDPOINT_AVAILABILITY",
)
SPANS = {"DAY": 24 * 3600, "HOUR": 3600, "LIFETIME": 0}
WRITTEN = "%Y-%m-%dT%H:%M:%S+0000"


def metric(flow: Flow, arguments: dict[str, str]) -> Json:
    """``metric.name(…).granularity(…).since(…).until(…)``; raises GraphError 100."""
    name, granularity = arguments.get("name", ""), arguments.get("granularity", "")
    if name not in METRICS:
        raise GraphError(100, f"Param name must be one of {{{', '.join(METRICS)}}}.")
    if granularity not in SPANS:
        raise GraphError(100, f"Param granularity must be one of {{{', '.join(SPANS)}}}.")
    since, until = _date(arguments, "since", 0.0), _date(arguments, "until", math.inf)
    wanted = [one for one in flow.requests if since <= one[0] < until]
    if name == "ENDPOINT_AVAILABILITY":
        wanted = [one for one in wanted if one[2] == "ping"]
    buckets: dict[int, list[list[Any]]] = {}
    for one in wanted:
        span = SPANS[granularity]
        start = int(one[0]) // span * span if span else int(wanted[0][0])
        buckets.setdefault(start, []).append(one)
    points = [{"timestamp": _written(at), "data": _data(name, mine)} for at, mine in sorted(buckets.items())]
    return {
        "granularity": granularity,
        "name": name,
        "data_points": [point for point in points if point["data"]],
    }


def _data(name: str, requests: list[list[Any]]) -> list[Json]:
    failed = Counter(problem for _, _, _, problem in requests if problem)
    if name == "ENDPOINT_REQUEST_COUNT":
        return [{"key": "value", "value": len(requests)}]
    if name == "ENDPOINT_REQUEST_ERROR":
        return [{"key": problem, "value": count} for problem, count in sorted(failed.items())]
    if name == "ENDPOINT_REQUEST_ERROR_RATE":
        return [{"key": "value", "value": round(failed.total() / len(requests), 14)}]
    if name == "ENDPOINT_AVAILABILITY":
        good = len(requests) - failed.total()
        return [{"key": "succeeded", "value": good}, {"key": "failed", "value": failed.total()}]
    seconds = Counter(max(1, math.ceil(took)) for _, took, _, problem in requests if not problem)
    return [{"key": str(second), "value": count} for second, count in sorted(seconds.items())]


def _date(arguments: dict[str, str], key: str, default: float) -> float:
    text = arguments.get(key)
    if text is None:
        return default
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise GraphError(100, f"Param {key} must be a date such as 2026-11-30.") from error


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(WRITTEN)
