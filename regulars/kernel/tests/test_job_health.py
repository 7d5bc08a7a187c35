"""Jobs that stand still are noticed; those that work for long, or wait for their time, are none of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from regulars.kernel import clock
from regulars.kernel.jobs import queue
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.health import STUCK_AFTER, job_problem
from regulars.kernel.jobs.models import Job
from regulars.kernel.tests.job_kinds import FILL, Asking, Cups

pytestmark = pytest.mark.django_db(transaction=True)
BY = Asking()
LONG_AGO = STUCK_AFTER + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _tea(settings) -> Iterator[None]:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def overdue() -> Job:
    job = start_job(FILL, Cups(1), by=BY)
    Job.objects.filter(id=job.id).update(due_at=clock.now() - LONG_AGO)
    return job


def a_worker(silent_for: timedelta = timedelta()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
            " RETURNING id",
            [silent_for.total_seconds()],
        )
        return int(cursor.fetchone()[0])


def take(job: Job, worker_id: int, ago: timedelta) -> None:
    Job.objects.filter(id=job.id).update(status="running")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job.queue_id],
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - make_interval(secs => %s)"
            " WHERE job_id = %s AND type = 'started'",
            [ago.total_seconds(), job.queue_id],
        )


def test_without_anything_due_all_is_well():
    start_job(FILL, Cups(1), by=BY)
    start_job(FILL, Cups(1), by=BY, at=clock.now() + timedelta(hours=1))
    assert job_problem() == ""


def test_that_nobody_takes_jobs_is_told():
    overdue()
    assert job_problem() == "no worker takes jobs; due for 2 minutes: 1"
    a_worker(silent_for=timedelta(minutes=5))
    assert job_problem() == "no worker takes jobs; due for 2 minutes: 1"


def test_a_worker_that_lives_and_takes_none_is_told():
    overdue()
    a_worker()
    assert "have room and take no job" in job_problem()
    ended = start_job(FILL, Cups(1), by=BY)
    Job.objects.filter(id=ended.id).update(status="done", ended_at=clock.now())
    assert job_problem() == ""


def test_workers_that_are_busy_for_long_are_no_problem():
    worker = a_worker()
    overdue()
    for _ in range(queue.AT_ONCE):
        take(start_job(FILL, Cups(1), by=BY), worker, LONG_AGO)
    assert job_problem() == ""


def test_that_nobody_puts_back_what_a_dead_worker_left_is_told():
    job = start_job(FILL, Cups(1), by=BY)
    take(job, a_worker(silent_for=LONG_AGO), timedelta())
    assert job_problem() == ""  # it is soon
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - make_interval(secs => %s)", [LONG_AGO.total_seconds()]
        )
    assert "nobody puts back" in job_problem()
