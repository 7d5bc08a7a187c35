"""Asking for jobs, and changing one's mind: start, cancel, resume, take back. Who may: ``workspaces/jobs.py``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.events import Doer, record
from regulars.kernel.jobs import queue
from regulars.kernel.jobs.events import JobCancelAsked, JobQueued
from regulars.kernel.jobs.kinds import Arguments, JobKind, Starter, find_kind
from regulars.kernel.jobs.models import ACTIVE, STOPPED, Job, JobSchedule
from regulars.kernel.jobs.running import end, put_back
from regulars.kernel.locks import lock_keys


def start_job(
    kind: JobKind[Arguments],
    arguments: Arguments,
    *,
    by: Starter,
    total: int | None = None,
    at: datetime | None = None,
) -> Job:
    """In the caller's transaction: the job exists when that commits, and else never did.

    ``total``: how much there is to do, when the caller has counted already.
    """
    kind.require(by)
    asked = msgspec.to_builtins(arguments)
    with transaction.atomic():
        if kind.is_single:
            lock_keys([f"job:{by.workspace_id}:{kind.key}"])
            same = Job.objects.filter(
                workspace_id=by.workspace_id, kind=kind.key, arguments=asked, undoes=None
            )
            if (row := same.filter(status__in=ACTIVE, cancel_asked_at=None).first()) is not None:
                return row
        return insert(by.workspace_id, kind.key, asked, by.doer, total=total, at=at)


@transaction.atomic
def insert(
    workspace_id: UUID,
    kind: str,
    arguments: dict[str, Any],
    doer: Doer,
    *,
    total: int | None = None,
    at: datetime | None = None,
    undoes: Job | None = None,
    schedule: JobSchedule | None = None,
    scheduled_for: datetime | None = None,
) -> Job:
    now = clock.now()
    row = Job(
        workspace_id=workspace_id,
        kind=kind,
        arguments=arguments,
        total=total,
        started_by_kind=doer.kind,
        started_by_id=doer.id,
        started_by_name=doer.name,
        created_at=now,
        due_at=at or now,
        undoes=undoes,
        schedule=schedule,
        scheduled_for=scheduled_for,
    )
    row.queue_id = queue.push(row.id, at)
    row.save(force_insert=True)
    record(JobQueued(workspace_id, row.id, kind, doer, undoes.id if undoes else None))
    return row


@transaction.atomic
def cancel_job(job: Job, *, by: Starter) -> Job:
    """One that waits is over at once; one that runs stops at its next step. Asked again, nothing changes."""
    row = _locked(job)
    if row.status == "canceled" or row.cancel_asked_at is not None:
        return row
    if not row.is_active:
        raise Conflict(_("The job is over; there is nothing to cancel"))
    row.cancel_asked_at = clock.now()
    row.save(update_fields=["cancel_asked_at"])
    if row.status == "waiting":
        queue.take_out(row.queue_id)
        end(row, "canceled")
    else:
        record(JobCancelAsked(row.workspace_id, row.id, row.kind, by.doer))
    return row


@transaction.atomic
def resume_job(job: Job, *, by: Starter) -> Job:
    """One that failed or was canceled goes on from its last checkpoint. Asked again, nothing changes."""
    row = _locked(job)
    if row.is_active and row.cancel_asked_at is None:
        return row
    if row.is_active:
        raise Conflict(_("The job is still stopping; resume it when it has stopped"))
    if row.status not in STOPPED:
        raise Conflict(_("The job is done; there is nothing to resume"))
    if Job.objects.filter(workspace_id=row.workspace_id, undoes=row).exists():
        raise Conflict(_("The job was undone; ask for a new one"))
    row.status, row.tries, row.cancel_asked_at, row.ended_at = "waiting", 0, None, None
    row.queue_id = queue.push(row.id)
    row.save(update_fields=["cancel_asked_at", "ended_at", "tries", "queue_id", "status"])
    put_back(row, "resumed", clock.now(), by=by.doer)
    return row


@transaction.atomic
def undo_job(job: Job, *, by: Starter) -> Job:
    """Returns the job that takes back what this one did. Asked again, it is the same one."""
    row = _locked(job)
    if before := Job.objects.filter(workspace_id=row.workspace_id, undoes=row).first():
        return before
    if row.is_active:
        raise Conflict(_("The job is not over yet; cancel it first"))
    until = undo_until(row)
    if until is None:
        raise Conflict(_("Such a job cannot be undone"))
    if until <= clock.now():
        raise Conflict(_("It is too late to undo the job"), undo_until=until.isoformat())
    return insert(row.workspace_id, row.kind, row.arguments, by.doer, total=row.done or None, undoes=row)


def undo_until(row: Job) -> datetime | None:
    """None when what it did cannot be taken back, or is not over."""
    kind = find_kind(row.kind)
    if kind is None or kind.undo is None or row.undoes_id is not None or row.ended_at is None:
        return None
    ended: datetime = row.ended_at
    within: timedelta = kind.undo_within
    return ended + within


def _locked(job: Job) -> Job:
    return Job.objects.select_for_update(of=("self",)).get(workspace_id=job.workspace_id, id=job.id)
