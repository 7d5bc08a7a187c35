"""What one request or job looks at and changes, told while it goes on; whoever watches keeps it (``workspaces.trail``).

Rooms tell at their doors and lists (``looked_at``); changes are told by the event log itself. Nobody watching, as in
receiving and in reactions, it costs a look at a variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID


class Watcher(Protocol):
    """Whoever keeps what is told."""

    def looked_at(self, kind: str, ids: Iterable[UUID]) -> None: ...

    def happened(self, events: Sequence[Any]) -> None:
        """In the transaction that recorded them."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def looked_at(kind: str, ids: Iterable[UUID]) -> None:
    """``kind``: conversation, contact, message, media …"""
    if watcher := _watcher.get():
        watcher.looked_at(kind, ids)


def happened(events: Sequence[Any]) -> None:
    if watcher := _watcher.get():
        watcher.happened(events)


def watcher() -> Watcher | None:
    return _watcher.get()


@contextmanager
def watched_by(watcher: Watcher | None) -> Iterator[None]:
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
