"""procrastinate beneath: who is next, waking, waiting until later, and which worker lives.

One task runs any job; its row is there exactly while the job waits or runs, written in the transaction of the change
to our row. Nothing else knows the library.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.worker import Worker
from psycopg import Error
from psycopg_pool import PoolTimeout

from regulars.kernel import clock
from regulars.kernel.database import check_connection, is_away

logger = logging.getLogger(__name__)

QUEUE = "jobs"
TASK = "regulars.run_job"
AT_ONCE = 2
"""jobs that one worker process runs at a time"""
BEAT_SECONDS = 10.0
LOOK_SECONDS = 5.0
"""how often it looks by itself; NOTIFY says more at once"""
CONNECT_SECONDS = 5.0
WAIT_WHEN_AWAY = timedelta(seconds=2)


class Later(Exception):
    """The job is to be looked at again, not before ``at``."""

    def __init__(self, at: datetime) -> None:
        super().__init__("the job waits")
        self.at = at


class _AsTold(BaseRetryStrategy):
    """Whether and when is decided where the job runs."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Later):
            return RetryDecision(retry_at=exception.at)
        return RetryDecision(retry_at=clock.now() + WAIT_WHEN_AWAY) if is_away(exception) else None


def push(job_id: UUID, at: datetime | None = None) -> int:
    """In the current transaction. Returns the id of procrastinate's row."""
    later = at if at is not None and at > clock.now() else None
    task = app.configure_task(TASK, queue=QUEUE, schedule_at=later)
    return int(task.defer(job_id=str(job_id)))


def take_out(queue_id: int | None) -> None:
    """Of a job that waits; one that a worker has begun with stays."""
    if queue_id is not None:
        app.job_manager.cancel_job_by_id(queue_id, delete_job=True)


def remove(queue_id: int) -> None:
    """Whatever its state."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [queue_id])


def put_back(queue_id: int) -> None:
    """For the next worker, at once: whoever had it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
            " WHERE id = %s AND status = 'doing'",
            [queue_id],
        )
        # its triggers announce only rows that are new
        cursor.execute(
            "SELECT pg_notify('procrastinate_queue_v1#' || %s,"
            " json_build_object('type', 'job_inserted', 'job_id', %s::bigint)::text)",
            [QUEUE, queue_id],
        )


class JobWorker:
    """Takes jobs from the queue and runs each in a thread, for as long as the process lives."""

    def __init__(self, run: Callable[[UUID], None]) -> None:
        self._run_job = run
        self._worker: Worker | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Takes no more, and waits for those that run to come to their next step (``context.stop_all``)."""
        self._stopping.set()
        if self._worker:
            self._worker.stop()  # type: ignore[no-untyped-call]

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._work()
            except (ProcrastinateException, Error, PoolTimeout, TimeoutError) as error:
                logger.warning("jobs wait for the database", extra={"error": type(error).__name__})
            except Exception:
                logger.exception(
                    "jobs stand still for a moment"
                )  # nobody else would notice that nobody takes any
            if not self._stopping.is_set():
                await asyncio.sleep(1)

    async def _work(self) -> None:
        """With connections and an app of its own: that of Django writes in the caller's transaction."""
        connector = PsycopgConnector(
            kwargs=connector_params(), min_size=1, max_size=2, timeout=CONNECT_SECONDS, name="jobs"
        )
        try:
            await asyncio.wait_for(connector.open_async(), CONNECT_SECONDS)
            self._worker = self._make_worker(App(connector=connector))
            if not self._stopping.is_set():
                await self._worker.run()  # type: ignore[no-untyped-call]
        finally:
            self._worker = None
            await connector.close_async()

    def _make_worker(self, of: App) -> Worker:
        @of.task(name=TASK, queue=QUEUE, retry=_AsTold())
        def run_job(job_id: str) -> None:
            check_connection()
            self._run_job(UUID(job_id))

        return Worker(
            of,
            queues=[QUEUE],
            concurrency=AT_ONCE,
            install_signal_handlers=False,
            fetch_job_polling_interval=LOOK_SECONDS,
            update_heartbeat_interval=BEAT_SECONDS,
            delete_jobs=DeleteJobCondition.ALWAYS,
        )
