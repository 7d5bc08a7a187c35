"""What the REST face needs done in the background. Thin; safe to run twice."""

from __future__ import annotations

from regulars.api import idempotency
from regulars.kernel import clock


def purge_idempotency_records() -> int:
    """Forget stored answers that are past their 24 hours."""
    return idempotency.purge_idempotency_records(clock.now())
