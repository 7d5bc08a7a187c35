"""Kill -9 for workers in the middle of jobs: each job is done in the end, no step twice, no two workers at one job.

The default is two kills; REGULARS_FAULT_KILLS=20 is the full run. REGULARS_TESTS_SEED repeats an order.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.kernel.jobs import rescuing
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.models import ACTIVE, Job
from regulars.kernel.jobs.rescuing import rescue_jobs
from regulars.kernel.models import Event, PeriodicRun
from regulars.kernel.tests.job_kinds import STUBBORN, Asking, Cups

KILLS = int(os.environ.get("REGULARS_FAULT_KILLS") or 2)
SEED = int(os.environ.get("REGULARS_TESTS_SEED") or random.SystemRandom().randrange(10_000))
WORKERS, JOBS, STEPS, STEP_SECONDS = 2, 4, 30, 0.02
PATIENCE = 120.0

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Workers:
    """Processes that run jobs, each killed by its number."""

    def __init__(self, database_url: str) -> None:
        self._environment = {**os.environ, "DATABASE_URL": database_url}
        self._running = [self._start() for _ in range(WORKERS)]

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "regulars.kernel.tests.job_process"]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2], env=self._environment)

    def kill(self, number: int) -> None:
        self._running[number].kill()
        self._running[number].wait()
        self._running[number] = self._start()

    def stop(self) -> None:
        for each in self._running:
            each.terminate()
        for each in self._running:
            assert each.wait(20) in {0, -signal.SIGTERM}  # the latter while it still starts


@pytest.fixture
def workers(database_url: str, settings: Any) -> Iterator[Workers]:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    running = Workers(database_url)
    yield running
    running.stop()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_killed_workers_leave_nothing_stuck_and_nothing_twice(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescuing, "TAKEN_FOR", timedelta(seconds=1))
    rng = random.Random(SEED)
    print(f"order of the kills: REGULARS_TESTS_SEED={SEED}")
    by = Asking()
    jobs = [start_job(STUBBORN, Cups(STEPS, STEP_SECONDS), by=by) for _ in range(JOBS)]
    for _ in range(KILLS):
        _go_on(until=time.monotonic() + rng.uniform(0.1, 1.0))
        jobs += [start_job(STUBBORN, Cups(STEPS, STEP_SECONDS), by=by)]
        _wait_until_one_runs()
        workers.kill(rng.randrange(WORKERS))
    began = time.monotonic()
    while Job.objects.filter(status__in=ACTIVE).exists():
        assert time.monotonic() - began < PATIENCE, list(Job.objects.values_list("status", "done", "attempt"))
        _go_on(until=time.monotonic() + 0.2)
    print(f"all done {time.monotonic() - began:.1f} s after the last kill")
    rows = Job.objects.filter(id__in=[each.id for each in jobs])
    assert {(each.status, each.done) for each in rows} == {("done", STEPS)}
    assert PeriodicRun.objects.count() == len(jobs) * STEPS
    assert [each.id for each in rows if _attempts_overlap(each)] == []
    assert Event.objects.filter(kind="JobFinished").count() == len(jobs)


def _go_on(until: float) -> None:
    while time.monotonic() < until:
        rescue_jobs()
        time.sleep(0.1)


def _wait_until_one_runs() -> None:
    began = time.monotonic()
    while not Job.objects.filter(status="running").exists():
        assert time.monotonic() - began < PATIENCE
        rescue_jobs()
        time.sleep(0.02)


def _attempts_overlap(job: Job) -> bool:
    """Whether an attempt wrote after a later one had begun to."""
    steps = PeriodicRun.objects.filter(name__startswith=f"{job.id}/").order_by("name")
    attempts = [int(attempt) for attempt in steps.values_list("last_error", flat=True)]
    times = list(steps.values_list("ran_at", flat=True))
    return attempts != sorted(attempts) or times != sorted(times)
