"""Entry points of the worker."""

from __future__ import annotations

from regulars.kernel import clock
from regulars.kernel.database import check_connection
from regulars.scheduling.operations import send_due
from regulars.scheduling.queries import next_due_at

LONGEST_REST = 5.0
"""seconds; a lost NOTIFY is made up for by then"""


def send_what_is_due() -> bool:
    check_connection()
    return send_due()


def rest_until_due() -> float:
    """Seconds until the next one is due."""
    due_at = next_due_at()
    if due_at is None:
        return LONGEST_REST
    return min(LONGEST_REST, max(0.02, (due_at - clock.now()).total_seconds()))
