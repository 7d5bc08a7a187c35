"""Jobs: what is running, how far it is, stopping it, going on, taking it back; and what starts by itself."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from regulars.api.paging import Page, PageQuery, last_made_first
from regulars.api.shapes.jobs import JobShape, ScheduleShape, Status, build_job, build_schedule
from regulars.kernel.telling import told
from regulars.workspaces import jobs
from regulars.workspaces.access import Actor


class JobQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of jobs shows; every parameter narrows."""

    status: Annotated[Status | None, told("In this state only.", "running")] = None
    kind: Annotated[str | None, told("Of this kind only.", "inboxes.replay")] = None


class NewSchedule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to start by itself, and when."""

    kind: Annotated[str, told("A kind that can be scheduled.", "inboxes.replay")]
    cron: Annotated[
        str,
        told(
            "Minute, hour, day of the month, month, day of the week, by the clocks of the workspace.",
            "30 3 * * *",
        ),
    ]
    arguments: Annotated[
        dict[str, Any] | None, told("With what; left out: as the kind has it.", {"state": "failed"})
    ] = None


def list_jobs(actor: Actor, query: JobQuery) -> Page[JobShape]:
    """Jobs, the last asked for first: everybody's with ``jobs:read``, else one's own.

    Those that are over are kept for 90 days.
    """
    rows = jobs.jobs_of(actor)
    if query.status:
        rows = rows.filter(status=query.status)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    found, next_cursor = last_made_first(rows, query)
    return Page([build_job(row) for row in found], next_cursor)


def get_job(actor: Actor, job_id: UUID) -> JobShape:
    """One job."""
    return build_job(jobs.access_job(actor, job_id))


def cancel_job(actor: Actor, job_id: UUID) -> JobShape:
    """Stop a job: one that waits is over at once, one that runs stops at its next step.

    What it has done stays done. Canceling it again changes nothing.
    """
    jobs.cancel_job(jobs.access_job(actor, job_id), by=actor)
    return get_job(actor, job_id)


def resume_job(actor: Actor, job_id: UUID) -> JobShape:
    """Have a job that failed or was canceled go on from where it stopped."""
    jobs.resume_job(jobs.access_job(actor, job_id), by=actor)
    return get_job(actor, job_id)


def undo_job(actor: Actor, job_id: UUID) -> JobShape:
    """Take back what a job did, as far as ``undo_until`` says that it can be; the answer is the job that does."""
    undoing = jobs.undo_job(jobs.access_job(actor, job_id), by=actor)
    return build_job(undoing)


def list_schedules(actor: Actor) -> Page[ScheduleShape]:
    """Jobs that start by themselves, all on one page: everybody's with ``jobs:read``, else one's own."""
    return Page([build_schedule(row) for row in jobs.schedules_of(actor)], None)


def add_schedule(actor: Actor, body: NewSchedule) -> ScheduleShape:
    """Have a job start again and again. Each runs with the right that whoever made the schedule has then."""
    return build_schedule(jobs.add_schedule(body.kind, body.arguments, body.cron, by=actor))


def remove_schedule(actor: Actor, schedule_id: UUID) -> None:
    """Start it by itself no more; a job that it has started goes on."""
    jobs.remove_schedule(jobs.access_schedule(actor, schedule_id), by=actor)
