"""Running one job in this thread: taken by one, done or put back, whatever happens.

Whoever runs a job holds an advisory lock on it, by the connection that the job's own queries go over: nobody else can
have it at the same time, and a process that dies lets go of it. docs/decisions/background-jobs.md
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.database import do_not_wait_for_disk, is_away
from regulars.kernel.errors import ProductError
from regulars.kernel.events import Doer, record
from regulars.kernel.jobs import queue
from regulars.kernel.jobs.context import JobCanceled, JobContext, JobTakenOver, WorkerStops
from regulars.kernel.jobs.errors import MOST_KEPT, to_stored
from regulars.kernel.jobs.events import JobFinished, JobPutBack, JobStarted
from regulars.kernel.jobs.kinds import JobKind, find_kind, job_watch
from regulars.kernel.jobs.models import Job
from regulars.kernel.locks import held_by_session
from regulars.kernel.metrics import JOB_SECONDS, JOBS_ENDED

logger = logging.getLogger(__name__)

WHILE_HELD = timedelta(seconds=5)
"""how soon to look again at a job that somebody else still holds"""
LONGEST_WAIT = timedelta(minutes=10)
BEFORE_TIME = timedelta(seconds=5)
"""by which the clocks of this machine and the database's may differ"""


def lock_name(job_id: UUID) -> str:
    return f"job:{job_id}"


def run_job(job_id: UUID) -> None:
    """Raises :class:`queue.Later` when the job is to be looked at again."""
    with held_by_session(lock_name(job_id)) as mine:
        if not mine:
            raise queue.Later(clock.now() + WHILE_HELD)
        taken = _take(job_id)
        if taken is not None:
            row, kind = taken
            began = perf_counter()
            try:
                _attempt(row, kind)
            finally:
                JOB_SECONDS.labels(row.kind).inc(perf_counter() - began)


@transaction.atomic
def _take(job_id: UUID) -> tuple[Job, JobKind[Any]] | None:
    row = _locked(job_id)
    if row is None or not row.is_active:
        return None
    kind = find_kind(row.kind)
    if row.cancel_asked_at is not None:
        end(row, "canceled")
    elif kind is None:
        end(row, "failed", error="unknown-kind")
    elif row.due_at > (now := clock.now()) + BEFORE_TIME:
        raise queue.Later(row.due_at)
    elif row.tries >= kind.attempts:
        end(row, "failed", error="worker-died")
    else:
        row.status, row.worker = "running", f"{socket.gethostname()}:{os.getpid()}"
        do_not_wait_for_disk()  # the first step does; without one it never began
        row.attempt, row.tries, row.started_at = row.attempt + 1, row.tries + 1, row.started_at or now
        row.save(update_fields=["status", "worker", "attempt", "tries", "started_at"])
        record(JobStarted(row.workspace_id, row.id, row.kind, row.attempt))
        return row, kind
    return None


def _attempt(row: Job, kind: JobKind[Any]) -> None:
    at: JobContext[Any] | None = None
    try:
        at = JobContext(row, kind.read(row.arguments), _undone_by(row))
        result = _work(kind, at)
    except JobCanceled:
        _settle(row, at, partial(end, status="canceled"))
    except JobTakenOver:
        logger.warning("a job was taken over by another worker", extra={"job": row.kind})
    except WorkerStops:
        _settle(row, at, partial(put_back, why="worker-stopped", due_at=clock.now(), is_free=True))
        raise queue.Later(clock.now()) from None
    except Exception as error:
        if is_away(error):
            connection.close()
            raise  # the row says that it runs: whoever takes it next goes on
        logger.warning("a job failed", extra={"job": row.kind, "attempt": row.attempt}, exc_info=True)
        due_at = _next_time(row, kind, error)
        if due_at is None:
            _settle(row, at, partial(end, status="failed", error=error))
        elif _settle(row, at, partial(put_back, why="failed", due_at=due_at, error=error)):
            raise queue.Later(due_at) from None
    else:
        told = None if result is None else msgspec.to_builtins(result)
        _settle(row, at, partial(end, status="done", result=told))


def _undone_by(row: Job) -> Job | None:
    if row.undoes_id is None:
        return None
    return Job.objects.get(workspace_id=row.workspace_id, id=row.undoes_id)


def _work(kind: JobKind[Any], at: JobContext[Any]) -> msgspec.Struct | None:
    with job_watch()(at.by, at.workspace_id, kind.key):
        if at.undone is None:
            return kind.run(at)
        if kind.undo is None:
            raise LookupError("this version cannot take back such a job")
        return kind.undo(at)


def _next_time(row: Job, kind: JobKind[Any], error: Exception) -> datetime | None:
    """None when it would only fail again: a refusal, what cannot be read, or too many attempts."""
    if isinstance(error, ProductError | msgspec.ValidationError | LookupError) or row.tries >= kind.attempts:
        return None
    wait: timedelta = kind.first_wait * 2 ** (row.tries - 1)
    return clock.now() + min(wait, LONGEST_WAIT)


@transaction.atomic
def _settle(row: Job, at: JobContext[Any] | None, write: Callable[[Job], None]) -> bool:
    """Write how it went, if the job is still this attempt's."""
    now = _locked(row.id)
    if now is None or now.attempt != row.attempt or now.status != "running":
        return False
    if at is not None:
        now.done, now.total = at.done, at.total
    do_not_wait_for_disk()  # the queue's row goes after it, and waits
    write(now)
    return True


def _locked(job_id: UUID) -> Job | None:
    # unscoped: whoever runs jobs runs everybody's
    return Job.objects.select_for_update(of=("self",)).filter(id=job_id).first()


def end(row: Job, status: str, *, result: Any = None, error: BaseException | str | None = None) -> None:
    """In a transaction that has locked the row. What the queue holds of it goes when its worker is told."""
    row.status, row.ended_at = status, clock.now()
    if status == "done":
        row.result = result
    _add_error(row, error)
    row.save(update_fields=["status", "ended_at", "result", "done", "total", "errors", "error_count"])
    record(JobFinished(row.workspace_id, row.id, row.kind, status, row.done, row.total))
    JOBS_ENDED.labels(row.kind, status).inc()


def put_back(
    row: Job,
    why: str,
    due_at: datetime,
    *,
    error: BaseException | str | None = None,
    by: Doer | None = None,
    is_free: bool = False,
) -> None:
    """In a transaction that has locked the row. ``is_free``: it was no fault of the job's and counts as no try."""
    row.status, row.due_at = "waiting", due_at
    row.tries -= is_free
    _add_error(row, error)
    row.save(update_fields=["status", "due_at", "tries", "done", "total", "errors", "error_count"])
    record(JobPutBack(row.workspace_id, row.id, row.kind, why, by))


def _add_error(row: Job, error: BaseException | str | None) -> None:
    if error is not None:
        row.errors = [*row.errors, to_stored(error)][-MOST_KEPT:]
        row.error_count += 1
