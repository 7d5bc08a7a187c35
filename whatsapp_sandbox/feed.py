"""What happened, for screens and tests that follow along."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

_KEPT = 2_000


class Feed:
    """A numbered ring of events; followers wait for the next one."""

    def __init__(self) -> None:
        self.last = 0
        self._events: deque[tuple[int, dict[str, Any]]] = deque(maxlen=_KEPT)
        self._waiting: set[asyncio.Future[None]] = set()

    def add(self, kind: str, **about: Any) -> None:
        self.last += 1
        self._events.append((self.last, {"kind": kind, **about}))
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    def since(self, sequence: int) -> list[tuple[int, dict[str, Any]]]:
        if sequence >= self.last:
            return []
        return [event for event in self._events if event[0] > sequence]

    async def wait(self, sequence: int, seconds: float) -> bool:
        if self.last > sequence:
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiter)
        return True
