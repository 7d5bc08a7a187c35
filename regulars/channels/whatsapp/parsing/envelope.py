"""The envelope of a plain delivery: typed, for the short ways that build no tree."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

V = TypeVar("V")


class Metadata(Struct):
    phone_number_id: str


class Change(Struct, Generic[V]):
    field: Literal["messages"]
    value: V


class Entry(Struct, Generic[V]):
    changes: list[Change[V]]


class Envelope(Struct, Generic[V]):
    """``object`` and entries whose changes all are of field ``messages``."""

    object: str
    entry: list[Entry[V]]
