"""How fast one token may call: a token bucket per API token, kept in this process.

Each web process counts for itself, so with N of them a token may reach N times the rate; the limit protects
the house from a runaway script and is no billing meter.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.api.problems import TooManyRequests

REQUESTS_PER_SECOND = 100
BURST = 300
KEPT_BUCKETS = 10_000


class Buckets:
    """Buckets that fill at ``rate`` a second up to ``burst``. Safe for threads."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._levels: dict[UUID, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: UUID) -> float:
        """0 when there was one, else the seconds until there will be."""
        with self._lock:
            moment = self.clock()
            level = self._level(key, moment)
            if level < 1:
                return (1 - level) / self.rate
            self._levels[key] = (level - 1, moment)
            if len(self._levels) > KEPT_BUCKETS:
                self._forget_full(moment)
            return 0.0

    def _level(self, key: UUID, moment: float) -> float:
        level, filled_at = self._levels.get(key, (self.burst, moment))
        return min(self.burst, level + (moment - filled_at) * self.rate)

    def _forget_full(self, moment: float) -> None:
        self._levels = {
            key: kept for key, kept in self._levels.items() if self._level(key, moment) < self.burst
        }


buckets = Buckets(REQUESTS_PER_SECOND, BURST)


def spend_request(token_id: UUID) -> None:
    """Raises :class:`TooManyRequests` with ``retry_after`` (whole seconds)."""
    wait = buckets.take(token_id)
    if wait:
        raise TooManyRequests(
            _("A token may make %(rate)d requests a second, %(burst)d at once")
            % {"rate": REQUESTS_PER_SECOND, "burst": BURST},
            retry_after=max(1, math.ceil(wait)),
        )
