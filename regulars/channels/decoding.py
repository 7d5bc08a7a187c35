"""Bytes to a JSON tree that is safe to store: no U+0000, no lone surrogates, no NaN, bounded depth."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

MAX_DEPTH = 1024
"""levels; where orjson stops too, so that both decoders agree"""

REPLACEMENT = "\ufffd"

_find_long_integer = re.compile(rb":\s?\d{19}").search
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_EXACT_INTEGER = 40


class NotJSON(ValueError):
    """The bytes are no JSON at all."""


class TooDeep(ValueError):
    """The JSON nests deeper than ``MAX_DEPTH``."""


def load_body(raw: bytes) -> Any:
    """Raises ``NotJSON`` or ``TooDeep``.

    orjson is strict where Meta is not: it refuses lone surrogates, NaN and numbers beyond a double, and turns
    integers above 64 bits into floats, so such bodies go to the standard decoder.
    """
    if _find_long_integer(raw) is None:
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return _load_leniently(raw)
        return _make_storable(body) if rb"\u0000" in raw else body
    return _load_leniently(raw)


def _load_leniently(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8-sig", "replace")
        body = json.loads(text, strict=False, parse_constant=_no_number, parse_int=_exact_integer)
    except RecursionError as error:
        raise TooDeep(f"The body nests deeper than {MAX_DEPTH} levels.") from error
    except ValueError as error:
        raise NotJSON(f"The body is not JSON: {error}") from error
    return _make_storable(body)


def _no_number(_name: str) -> None:
    """NaN and the infinities: no JSON store takes them."""


def _exact_integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_EXACT_INTEGER else digits


def _make_storable(body: Any) -> Any:
    """Replace what PostgreSQL refuses in every string and key, in place and without recursion."""
    box = [body]
    level: list[Any] = [box]
    for _ in range(MAX_DEPTH + 2):
        if not level:
            return box[0]
        level = [child for container in level for child in _clean_container(container)]
    raise TooDeep(f"The body nests deeper than {MAX_DEPTH} levels.")


def _clean_container(container: dict[str, Any] | list[Any]) -> list[Any]:
    if isinstance(container, list):
        container[:] = [_clean(value) for value in container]
        return [value for value in container if isinstance(value, dict | list)]
    if any(_UNSTORABLE.search(key) for key in container):
        cleaned = {_clean(key): value for key, value in container.items()}
        container.clear()
        container.update(cleaned)
    for key, value in container.items():
        container[key] = _clean(value)
    return [value for value in container.values() if isinstance(value, dict | list)]


def _clean(value: Any) -> Any:
    return _UNSTORABLE.sub(REPLACEMENT, value) if isinstance(value, str) else value
