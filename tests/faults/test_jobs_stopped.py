"""A worker is asked to end while jobs fill all its places: it ends in time, they go on elsewhere, no step twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.kernel.jobs import queue, rescuing
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.models import ACTIVE, Job
from regulars.kernel.jobs.rescuing import rescue_jobs
from regulars.kernel.models import Event, PeriodicRun
from regulars.kernel.tests.job_kinds import STUBBORN, Asking, Cups
from regulars.supervision.processes import STOP_PATIENCE

STEPS, STEP_SECONDS = 40, 0.05
PATIENCE = 60.0
BY = Asking()

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    monkeypatch.setattr(rescuing, "TAKEN_FOR", timedelta(seconds=1))
    running: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DATABASE_URL": database_url, "REGULARS_TESTS_JOBS_STOP_SECONDS": "2"}
        command = [sys.executable, "-m", "tests.running.tea_worker"]
        running.append(subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment))
        return running[-1]

    yield start_one
    for each in running:
        each.kill()
        each.wait()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def _wait(condition: Callable[[], bool], do: Callable[[], object] = lambda: None) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE, list(Job.objects.values_list("status", "done", "attempt"))
        do()
        time.sleep(0.05)


def _running() -> int:
    return Job.objects.filter(status="running", done__gt=0).count()


def _end(worker: subprocess.Popen[bytes]) -> float:
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(STOP_PATIENCE) == 0
    return time.monotonic() - began


def test_jobs_in_all_places_go_on_where_they_were_and_no_step_twice(start: Start):
    jobs = [start_job(STUBBORN, Cups(STEPS, STEP_SECONDS), by=BY) for _ in range(queue.AT_ONCE + 2)]
    worker = start()
    _wait(lambda: _running() == queue.AT_ONCE)
    print(f"ended after {_end(worker):.1f} s")
    stopped = Job.objects.filter(attempt=1, done__gt=0, done__lt=STEPS)
    assert {(each.status, each.tries, each.error_count) for each in stopped} == {("waiting", 0, 0)}
    assert len(stopped) == queue.AT_ONCE
    start()
    _wait(lambda: not Job.objects.filter(status__in=ACTIVE).exists())
    rows = Job.objects.filter(id__in=[each.id for each in jobs])
    assert {(each.status, each.done) for each in rows} == {("done", STEPS)}
    assert sorted(each.attempt for each in rows) == [1, 1, 2, 2]
    assert PeriodicRun.objects.filter(name__contains="/").count() == len(jobs) * STEPS
    assert Event.objects.filter(kind="JobFinished").count() == len(jobs)


def test_a_step_without_end_keeps_no_worker_and_its_job_goes_on(start: Start):
    """Both places are taken by jobs that tell nothing for an hour."""
    jobs = [start_job(STUBBORN, Cups(1, 3_600), by=BY) for _ in range(queue.AT_ONCE)]
    worker = start()
    _wait(lambda: _running() == queue.AT_ONCE)
    print(f"ended after {_end(worker):.1f} s")
    start()
    _wait(lambda: not Job.objects.filter(status__in=ACTIVE).exists(), do=rescue_jobs)
    rows = Job.objects.filter(id__in=[each.id for each in jobs])
    assert {(each.status, each.attempt) for each in rows} == {("done", 2)}
    assert PeriodicRun.objects.filter(name__contains="/").count() == len(jobs)
