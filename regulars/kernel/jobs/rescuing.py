"""Jobs whose worker is gone: given to the next one, within half a minute.

The queue says who has taken a job, the advisory lock whether anybody runs it. One that is taken and run by nobody goes
back. A worker that holds its lock and gives no sign of life (its machine lost power, or stands still) is first cut off
from the database, so that it cannot come back beside the next.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.jobs import queue
from regulars.kernel.jobs.kinds import find_kind
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import end, lock_name, put_back
from regulars.kernel.locks import held_by_session, holder_of
from regulars.kernel.metrics import JOBS_RESCUED

logger = logging.getLogger(__name__)

TAKEN_FOR = timedelta(seconds=10)
"""between taking a job from the queue and its lock a thread must begin"""
SILENT_FOR = timedelta(seconds=45)
"""more than four beats (``queue.BEAT_SECONDS``)"""

_TAKEN = """
SELECT q.id, q.args ->> 'job_id', COALESCE(w.last_heartbeat < now() - make_interval(secs => %s), true)
FROM procrastinate_jobs q LEFT JOIN procrastinate_workers w ON w.id = q.worker_id
WHERE q.status = 'doing' AND q.queue_name = %s AND NOT EXISTS (
  SELECT 1 FROM procrastinate_events e
  WHERE e.job_id = q.id AND e.type = 'started' AND e.at > now() - make_interval(secs => %s)
)
"""
_LOST = """
SELECT id FROM kernel_job j WHERE status IN ('waiting', 'running') AND created_at < %s
AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs q WHERE q.id = j.queue_id)
"""


def rescue_jobs() -> int:
    """Returns how many were put back. One worker at a time looks."""
    with held_by_session("jobs:rescue") as mine:
        if not mine:
            return 0
        with connection.cursor() as cursor:
            seconds = SILENT_FOR.total_seconds(), TAKEN_FOR.total_seconds()
            cursor.execute(_TAKEN, [seconds[0], queue.QUEUE, seconds[1]])
            taken = cursor.fetchall()
        rescued = sum(_rescue(queue_id, UUID(job_id), is_silent) for queue_id, job_id, is_silent in taken)
        return rescued + _queue_lost()


def _rescue(queue_id: int, job_id: UUID, is_silent: bool) -> bool:
    with held_by_session(lock_name(job_id)) as mine:
        if mine:
            return _put_back(queue_id, job_id)
    if is_silent and (holder := holder_of(lock_name(job_id))) is not None:
        logger.warning("a worker is silent: it is cut off from its job", extra={"holder": holder})
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [holder])
    return False


@transaction.atomic
def _put_back(queue_id: int, job_id: UUID) -> bool:
    # unscoped: a worker rescues everybody's
    row = Job.objects.select_for_update(of=("self",)).filter(id=job_id).first()
    if row is None or not row.is_active:
        queue.remove(queue_id)
        return False
    if row.status == "running" and _ends_with_its_worker(row):
        queue.remove(queue_id)
        return False
    if row.status == "running":
        put_back(row, "worker-died", clock.now())
    queue.put_back(queue_id)
    JOBS_RESCUED.inc()
    return True


def _ends_with_its_worker(row: Job) -> bool:
    kind = find_kind(row.kind)
    if row.cancel_asked_at is not None:
        end(row, "canceled")
    elif kind is not None and row.tries >= kind.attempts:
        end(row, "failed", error="worker-died")
    else:
        return False
    return True


def _queue_lost() -> int:
    """Jobs that the queue knows nothing of: it was restored without them, or emptied by hand."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [clock.now() - SILENT_FOR])
        lost = [row[0] for row in cursor.fetchall()]
    return sum(_queue_again(each) for each in lost)


def _queue_again(job_id: UUID) -> bool:
    with held_by_session(lock_name(job_id)) as mine:
        if not mine:
            return False
        with transaction.atomic():
            # unscoped: a worker queues everybody's
            row = Job.objects.select_for_update(of=("self",)).filter(id=job_id).first()
            if row is None or not row.is_active:
                return False
            row.queue_id = queue.push(row.id, row.due_at)
            row.save(update_fields=["queue_id"])
        return True
