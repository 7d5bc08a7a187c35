"""What was asked for, how far it is, how it went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.kernel import clock
from regulars.kernel.events import Doer
from regulars.kernel.ids import new_id

STATUSES = ("waiting", "running", "done", "failed", "canceled")
ACTIVE = ("waiting", "running")
STOPPED = ("failed", "canceled")
"""not done, and may go on from where it stopped"""


class JobSchedule(models.Model):
    """Something to be started again and again."""

    id = models.UUIDField(primary_key=True, default=new_id)
    workspace_id = models.UUIDField()
    kind = models.TextField()
    arguments = models.JSONField(default=dict)
    cron = models.TextField()
    """minute, hour, day of the month, month, day of the week: by the clocks of ``time_zone``"""
    time_zone = models.TextField()
    """the workspace's, as it was when ``next_at`` was computed"""
    next_at = models.DateTimeField(db_index=True)
    started_by_kind = models.TextField()
    started_by_id = models.UUIDField(null=True)
    started_by_name = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["workspace_id", "created_at"], name="schedules_of_workspace")]

    @property
    def doer(self) -> Doer:
        """Whoever made it: its jobs run with their right."""
        return Doer(self.started_by_kind, self.started_by_id, self.started_by_name)


class Job(models.Model):
    """One piece of work. Whoever runs it holds an advisory lock on it (``running.py``)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    workspace_id = models.UUIDField()
    kind = models.TextField()
    arguments = models.JSONField(default=dict)
    status = models.TextField(default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    """null while nobody knows"""
    result = models.JSONField(null=True)
    checkpoint = models.JSONField(null=True)
    """where the next attempt goes on"""
    errors = models.JSONField(default=list)
    """the last of them (``errors.py``)"""
    error_count = models.BigIntegerField(default=0)
    attempt = models.IntegerField(default=0)
    """how often a worker took it: what an earlier attempt writes is not taken any more"""
    tries = models.IntegerField(default=0)
    """likewise, since somebody last asked for it"""
    started_by_kind = models.TextField()
    started_by_id = models.UUIDField(null=True)
    started_by_name = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    """not before"""
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    worker = models.TextField(default="")
    """the process that runs it, or last did"""
    queue_id = models.BigIntegerField(null=True)
    """procrastinate's row for it, gone when there is nothing to do"""
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undoing")
    schedule = models.ForeignKey(JobSchedule, on_delete=models.SET_NULL, null=True, related_name="jobs")
    scheduled_for = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="job_status"),
            models.CheckConstraint(
                condition=Q(total=None) | Q(total__gte=F("done")), name="job_done_of_total"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ACTIVE, ended_at=None) | (~Q(status__in=ACTIVE) & ~Q(ended_at=None)),
                name="job_ends_once",
            ),
            models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="job_once_a_time"),
        ]
        indexes = [
            models.Index(fields=["workspace_id", "-id"], name="jobs_of_workspace"),
            models.Index(fields=["due_at"], condition=Q(status__in=ACTIVE), name="jobs_active"),
            models.Index(fields=["ended_at"], name="jobs_by_end"),
        ]

    @property
    def doer(self) -> Doer:
        return Doer(self.started_by_kind, self.started_by_id, self.started_by_name)

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE
