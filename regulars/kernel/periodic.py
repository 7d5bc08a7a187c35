"""Running what is due: a lock for each job, so that any number of workers may try."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from regulars.kernel import clock
from regulars.kernel.locks import held_by_session
from regulars.kernel.metrics import JOB_RUNS
from regulars.kernel.models import PeriodicRun

logger = logging.getLogger(__name__)


def run_if_due(name: str, every: timedelta, run: Callable[[], object]) -> bool:
    """Run the job if its time has come and nobody else runs it; true if it ran (well or not).

    The job opens its own transactions: one around it would keep the readers of the event log waiting.
    """
    if not _is_due(name, every):
        return False
    with held_by_session(f"periodic:{name}") as mine:
        if not mine or not _is_due(name, every):
            return False
        error = _run(name, run)
        PeriodicRun.objects.update_or_create(name=name, defaults={"ran_at": clock.now(), "last_error": error})
        return True


def _is_due(name: str, every: timedelta) -> bool:
    return not PeriodicRun.objects.filter(name=name, ran_at__gt=clock.now() - every).exists()


def _run(name: str, run: Callable[[], object]) -> str:
    try:
        run()
    except Exception as error:
        logger.exception("a periodic job failed", extra={"job": name})
        JOB_RUNS.labels(name, "failed").inc()
        return type(error).__name__
    JOB_RUNS.labels(name, "done").inc()
    return ""
