"""Whether jobs move: for whoever watches over the processes. A job may take hours; that nobody takes one is no work."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from regulars.kernel.jobs import queue
from regulars.kernel.jobs.rescuing import SILENT_FOR

STUCK_AFTER = timedelta(minutes=2)
"""for which something is due and nothing moves"""

_STATE = """
WITH workers AS (
  SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %(silent)s)
), moved AS (
  SELECT max(e.at) AS at FROM procrastinate_events e JOIN procrastinate_jobs q ON q.id = e.job_id
  WHERE e.type = 'started' AND q.queue_name = %(queue)s
)
SELECT (SELECT count(*) FROM workers),
  (SELECT count(*) FROM kernel_job WHERE status = 'running'),
  (SELECT count(*) FROM kernel_job WHERE status = 'waiting' AND due_at < now() - make_interval(secs => %(stuck)s)),
  GREATEST((SELECT max(ended_at) FROM kernel_job), (SELECT at FROM moved)) > now() - make_interval(secs => %(stuck)s),
  (SELECT count(*) FROM procrastinate_jobs q WHERE status = 'doing' AND queue_name = %(queue)s
    AND (worker_id IS NULL OR worker_id NOT IN (SELECT id FROM workers))
    AND now() - make_interval(secs => %(stuck)s)
      > (SELECT max(at) FROM procrastinate_events e WHERE e.job_id = q.id AND e.type = 'started'))
"""


def job_problem() -> str:
    """Why jobs stand still; empty when they do not."""
    values: dict[str, float | str] = {
        "silent": SILENT_FOR.total_seconds(),
        "stuck": STUCK_AFTER.total_seconds(),
        "queue": queue.QUEUE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATE, values)
        workers, running, overdue, has_moved, abandoned = cursor.fetchone()
    minutes = round(STUCK_AFTER.total_seconds() / 60)
    if overdue and not workers:
        return f"no worker takes jobs; due for {minutes} minutes: {overdue}"
    if overdue and running < workers * queue.AT_ONCE and not has_moved:
        return f"workers have room and take no job; due for {minutes} minutes: {overdue}; restart the worker"
    if abandoned:
        return f"nobody puts back the jobs of workers that are gone: {abandoned}; restart the worker"
    return ""
