"""Sending limits: throughput per number, pair rate, portfolio tier, management calls.

Figures: Meta's pages "throughput", "messaging limits" and "about the platform" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.settings import Rates

if TYPE_CHECKING:
    from whatsapp_sandbox.model import Thread

DAY = 24 * 3600.0
TIERS: dict[str, int | None] = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": None,
}


class Limits:
    """The counters behind the limits. Times are sandbox seconds."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._throughput: dict[str, tuple[float, float]] = {}
        self._reached: dict[str, dict[str, float]] = {}
        self._management: dict[str, tuple[int, int]] = {}

    def count_throughput(self, number_id: str, rate: float | None, now: float) -> bool:
        if rate is None:
            return True
        left, at = self._throughput.get(number_id, (rate, now))
        left = min(rate, left + max(0.0, now - at) * rate)
        if left < 1:
            self._throughput[number_id] = (left, now)
            return False
        self._throughput[number_id] = (left - 1, now)
        return True

    def count_inbound(self, number_id: str, rate: float | None, now: float) -> None:
        """Inbound messages use the same throughput; they are never refused."""
        if rate is not None:
            left, at = self._throughput.get(number_id, (rate, now))
            self._throughput[number_id] = (max(0.0, min(rate, left + max(0.0, now - at) * rate) - 1), now)

    def reach(self, portfolio_id: str, customer_id: str, tier: str, now: float) -> bool:
        """People reached outside a window in the rolling day; False when the tier is used up."""
        limit = TIERS[tier]
        reached = self._reached.setdefault(portfolio_id, {})
        if now - reached.get(customer_id, -DAY) < DAY:
            return True
        if limit is not None and len(reached) >= limit:
            reached = self._reached[portfolio_id] = {key: at for key, at in reached.items() if now - at < DAY}
            if len(reached) >= limit:
                return False
        if limit is not None:
            reached[customer_id] = now
        return True

    def count_management(self, waba_id: str, per_hour: int | None, now: float) -> bool:
        if per_hour is None:
            return True
        hour = int(now // 3600)
        last_hour, used = self._management.get(waba_id, (hour, 0))
        used = used + 1 if last_hour == hour else 1
        self._management[waba_id] = (hour, used)
        return used <= per_hour

    def management_used(self, waba_id: str, now: float) -> int:
        hour, used = self._management.get(waba_id, (0, 0))
        return used if hour == int(now // 3600) else 0


def take_pair(thread: Thread, rates: Rates, now: float) -> None:
    """Take one message of the pair rate: one per ``pair_seconds``, bursts borrowed from the future.

    Raises GraphError 131056 when the person got too many; only this person is affected.
    """
    if rates.pair_seconds is None:
        return
    due = max(thread.pair_until, now)
    if due - now > (rates.pair_burst - 1) * rates.pair_seconds + 0.001:
        raise GraphError(
            131056,
            "Too many messages sent from this phone number to the same recipient in a short period of time.",
        )
    thread.pair_until = due + rates.pair_seconds
