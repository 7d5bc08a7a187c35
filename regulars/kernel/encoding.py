"""JSON of what is said: msgspec takes texts, and no kinds of text."""

from __future__ import annotations

import msgspec


def plain(value: object) -> object:
    """For ``enc_hook``."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON")


def encode(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=plain)
