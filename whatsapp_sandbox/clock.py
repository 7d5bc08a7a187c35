"""The sandbox's own time, and work that becomes due in it.

Everything that waits (statuses, media expiry, template review, webhook retries, simulated people) waits in this
time, so a test can move it forward by a day and see the consequences at once.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

logger = logging.getLogger(__name__)

_RUN_AT_MOST = 2_000  # due entries per turn of the loop, so that requests are answered in between


class Clock:
    """Unix time in seconds: the machine's clock plus an offset, or a frozen instant."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.frozen_at: float | None = None

    def now(self) -> float:
        return time.time() + self.offset if self.frozen_at is None else self.frozen_at

    def advance(self, seconds: float) -> None:
        if self.frozen_at is None:
            self.offset += seconds
        else:
            self.frozen_at += seconds

    def freeze(self) -> None:
        self.frozen_at = self.now()

    def thaw(self) -> None:
        if self.frozen_at is not None:
            self.offset = self.frozen_at - time.time()
            self.frozen_at = None


@dataclass(order=True, slots=True)
class Entry:
    """One callback and the sandbox time at which it is due."""

    when: float
    number: int
    callback: Callable[..., None] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False, default=())
    cancelled: bool = field(compare=False, default=False)
    counted: bool = field(compare=False, default=True)


class Scheduler:
    """Runs callbacks in order of their sandbox time; one timer for all of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[Entry] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = float("inf")
        self.pending = 0

    def at(self, when: float, callback: Callable[..., None], *arguments: Any, counted: bool = True) -> Entry:
        """``counted`` entries keep the sandbox "busy" (see :attr:`pending`); housekeeping passes False."""
        self._number += 1
        entry = Entry(when, self._number, callback, arguments, counted=counted)
        heapq.heappush(self._heap, entry)
        self.pending += counted
        if when < self._armed_for:
            self._arm()
        return entry

    def after(
        self, seconds: float, callback: Callable[..., None], *arguments: Any, counted: bool = True
    ) -> Entry:
        return self.at(self._clock.now() + seconds, callback, *arguments, counted=counted)

    def cancel(self, entry: Entry) -> None:
        if not entry.cancelled:
            entry.cancelled = True
            self.pending -= entry.counted

    def clear(self) -> None:
        self._heap.clear()
        self.pending = 0
        self._arm()

    def clock_moved(self) -> None:
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = float("inf")
        if not self._heap:
            return
        self._armed_for = self._heap[0].when
        wait = self._armed_for - self._clock.now()
        if wait > 0 and self._clock.frozen_at is not None:
            return  # frozen: only a move of the clock makes it due
        self._timer = asyncio.get_running_loop().call_later(max(0.0, wait), self._run_due)

    def _run_due(self) -> None:
        self._timer = None
        self._armed_for = float("-inf")  # callbacks may add entries: they must not arm while we run
        for _ in range(_RUN_AT_MOST):
            if not self._heap or self._heap[0].when > self._clock.now():
                break
            self._run(heapq.heappop(self._heap))
        self._arm()

    def _run(self, entry: Entry) -> None:
        if entry.cancelled:
            return
        entry.cancelled = True
        self.pending -= entry.counted
        try:
            entry.callback(*entry.arguments)
        except Exception:
            logger.exception("a scheduled sandbox action failed")
