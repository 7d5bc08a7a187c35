"""Running what is due: a row lock a job, so that any number of workers may try."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from regulars.kernel import clock
from regulars.kernel.models import PeriodicRun

logger = logging.getLogger(__name__)


def run_if_due(name: str, every: timedelta, run: Callable[[], object]) -> bool:
    """Run the job if its time has come and nobody else runs it; true if it ran (well or not)."""
    PeriodicRun.objects.get_or_create(name=name, defaults={"ran_at": clock.now() - every})
    with transaction.atomic():
        due = PeriodicRun.objects.select_for_update(skip_locked=True).filter(
            name=name, ran_at__lte=clock.now() - every
        )
        row = due.first()
        if row is None:
            return False
        row.last_error = _run(name, run)
        row.ran_at = clock.now()
        row.save()
        return True


def _run(name: str, run: Callable[[], object]) -> str:
    try:
        with transaction.atomic():
            run()
    except Exception as error:
        logger.exception("a periodic job failed", extra={"job": name})
        return type(error).__name__
    return ""
