"""Tolerant readers of one JSON node each: they never raise and never guess a value that is not there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

Json = Any
"""a decoded JSON node: anything may stand anywhere"""

NOTHING: Mapping[str, Json] = {}

LONGEST_ID = 256
"""characters; ids are far shorter, and database indexes want an upper bound"""

_LATEST_SECONDS = 4_102_444_800
"""the year 2100; a greater number is a time in milliseconds, or none"""
_EARLIEST_MILLISECONDS, _LATEST_MILLISECONDS = 978_307_200_000, _LATEST_SECONDS * 1000
"""the years 2001 to 2100"""


def mapping(node: Json) -> Mapping[str, Json]:
    return node if isinstance(node, dict) else NOTHING


def listed(node: Json) -> list[Json]:
    """A lone value counts as a list of one, so that a broken shape still is read."""
    if isinstance(node, list):
        return node
    return [] if node is None else [node]


def text(node: Json) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, int | float) and not isinstance(node, bool):
        return str(node)
    return ""


def identifier(node: Json) -> str:
    """Strings and integers, never floats. Absurdly long ones become their digest."""
    if not isinstance(node, str):
        return str(node) if isinstance(node, int) and not isinstance(node, bool) else ""
    return node if len(node) <= LONGEST_ID else "long:" + hashlib.sha256(node.encode()).hexdigest()


def number(node: Json) -> float | None:
    if isinstance(node, bool) or not isinstance(node, int | float | str):
        return None
    try:
        value = float(node)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def integer(node: Json) -> int | None:
    """One that fits 64 bits, also when it came as text."""
    if isinstance(node, int) and not isinstance(node, bool):
        value = node
    else:
        as_float = number(node)
        if as_float is None or not as_float.is_integer():
            return None
        value = int(as_float)
    return value if -(2**63) <= value < 2**63 else None


def decimal_text(node: Json) -> str:
    """A price as plain decimal text (``30.5``); empty when it is no number."""
    value = number(node)
    if value is None:
        return ""
    exact = Decimal(node if isinstance(node, int) else str(node).strip())
    if abs(exact.adjusted()) > LONGEST_ID:  # ``1e-999999999`` written out fills the memory
        return ""
    written = format(exact, "f")
    return written if len(written) <= LONGEST_ID else ""


def second(written: str) -> datetime | None:
    """A Unix time of ten digits, as nearly every message has it; ``None`` for everything else."""
    return _second(written) if len(written) == 10 else None


@lru_cache(maxsize=1024)
def _second(written: str) -> datetime | None:
    """Many messages share a second; short texts only, for the cache keeps them."""
    if written.isascii() and written.isdigit() and 0 < int(written) < _LATEST_SECONDS:
        return datetime.fromtimestamp(int(written), UTC)
    return None


def instant(node: Json) -> datetime | None:
    """A Unix time in seconds (or milliseconds), as number or text."""
    if type(node) is str and (moment := second(node)):
        return moment
    if type(node) is str and len(node) < 16 and node.isascii() and node.isdigit():
        seconds: float = int(node)
    elif (value := number(node)) is not None:
        seconds = value
    else:
        return None
    if seconds >= _LATEST_SECONDS:
        if not _EARLIEST_MILLISECONDS <= seconds < _LATEST_MILLISECONDS:
            return None
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None


def sha256_hex(node: Json) -> str:
    """Lower-case, from hex or base64; empty when it is neither."""
    written = text(node).strip()
    try:
        digest = bytes.fromhex(written) if len(written) == 64 else base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return digest.hex() if len(digest) == 32 else ""


def fingerprint(*parts: Json) -> str:
    """A digest of JSON nodes by content: equal for equal nodes, whatever the order of their keys."""
    try:
        canonical = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):  # deeper than 254 levels, or an integer above 64 bits
        canonical = "".join(_tokens(list(parts))).encode("utf-8", "surrogatepass")
    return hashlib.sha256(canonical).hexdigest()


def _tokens(node: Json) -> list[str]:
    pieces: list[str] = []
    waiting: list[tuple[bool, Json]] = [(False, node)]
    while waiting:
        is_piece, item = waiting.pop()
        if is_piece:
            pieces.append(item)
        elif isinstance(item, dict):
            waiting.append((True, "}"))
            for key in sorted(item, reverse=True):
                waiting += [(True, ","), (False, item[key]), (True, json.dumps(key) + ":")]
            pieces.append("{")
        elif isinstance(item, list):
            waiting.append((True, "]"))
            for child in reversed(item):
                waiting += [(True, ","), (False, child)]
            pieces.append("[")
        else:
            pieces.append(json.dumps(item))
    return pieces
