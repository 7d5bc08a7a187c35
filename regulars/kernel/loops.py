"""Threads that do something again and again: when woken, and by themselves now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from regulars.kernel.database import is_away
from regulars.kernel.metrics import LOOP_FAILURES

logger = logging.getLogger("regulars.worker")

IDLE_SECONDS = 1.0
AFTER_ERROR_SECONDS = 1.0


class Loop(threading.Thread):
    """A thread that repeats ``step`` until stopped: at once while it finds work, else when woken or each second.

    ``idle_seconds``: or what says, after a step without work, how long until there is some. ``rest_seconds``: how long
    it rests after each step, for what need not happen at once and wakes often.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], bool],
        idle_seconds: float | Callable[[], float] = IDLE_SECONDS,
        rest_seconds: float = 0.0,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._rest_seconds = rest_seconds
        self._step = step
        self._idle_seconds = idle_seconds
        self._wake = threading.Event()
        self._stopping = False

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                busy = self._step()
                idle_seconds = 0.0 if busy else self._idle()
            except Exception as error:
                logger.warning(
                    "a loop failed",
                    extra={"loop": self.name, "error": type(error).__name__},
                    exc_info=not is_away(error),
                )
                LOOP_FAILURES.labels(self.name).inc()
                connection.close()
                self._wake.wait(AFTER_ERROR_SECONDS)
                continue
            if not busy:
                self._wake.wait(idle_seconds)
            time.sleep(self._rest_seconds)
        connection.close()

    def _idle(self) -> float:
        return self._idle_seconds() if callable(self._idle_seconds) else self._idle_seconds
