"""Who sees which jobs and schedules, and what they do about them. Everybody sees their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.jobs import asking, schedules
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind, find_kind, kinds
from regulars.kernel.jobs.models import Job, JobSchedule
from regulars.kernel.jobs.watching import jobs_in
from regulars.workspaces.access import Actor, actor_of_member, actor_of_token, system_actor
from regulars.workspaces.models import ApiToken, Member
from regulars.workspaces.operations import audit
from regulars.workspaces.queries import time_zone_of

PERMISSION = "jobs:read"
"""to see those of others"""


def jobs_of(actor: Actor) -> QuerySet[Job]:
    rows = jobs_in(actor.workspace_id)
    return rows if actor.can(PERMISSION) else rows.filter(_is_own(actor))


def access_job(actor: Actor, job_id: UUID | None) -> Job:
    found = jobs_of(actor).filter(id=job_id).first() if job_id else None
    if found is None:
        raise NotFound(_("There is no such job; those that are over are kept for 90 days"))
    return found


def may_change(actor: Actor, job: Job) -> bool:
    """Whoever asked for it, and whoever may ask for the same."""
    kind = find_kind(job.kind)
    return _started(actor, job) or (kind is not None and actor.can(kind.permission))


def _started(actor: Actor, row: Job | JobSchedule) -> bool:
    return actor.id is not None and (row.started_by_kind, row.started_by_id) == (actor.kind, actor.id)


def _is_own(actor: Actor) -> Q:
    return Q(started_by_kind=actor.kind, started_by_id=actor.id) if actor.id else Q(pk__in=())


@transaction.atomic
def cancel_job(job: Job, *, by: Actor) -> Job:
    _require(job, by)
    row = asking.cancel_job(job, by=by)
    audit(by, "jobs:cancel", "job", str(job.id), kind=job.kind)
    return row


@transaction.atomic
def resume_job(job: Job, *, by: Actor) -> Job:
    """With the right of whoever asked for it first."""
    _require_kind(job, by)
    row = asking.resume_job(job, by=by)
    audit(by, "jobs:resume", "job", str(job.id), kind=job.kind)
    return row


@transaction.atomic
def undo_job(job: Job, *, by: Actor) -> Job:
    """The job that takes it back."""
    _require_kind(job, by)
    row = asking.undo_job(job, by=by)
    audit(by, "jobs:undo", "job", str(job.id), kind=job.kind)
    return row


def _require(job: Job, by: Actor) -> None:
    """Stopping one's own work is always allowed."""
    if not _started(by, job):
        _require_kind(job, by)


def _require_kind(job: Job, by: Actor) -> None:
    if kind := find_kind(job.kind):
        kind.require(by)


def actor_of_job(context: JobContext[Any]) -> Actor:
    """Whoever asked for it, with the right that they have now: one who has left may do nothing any more."""
    by, workspace_id = context.by, context.workspace_id
    if by.kind == "member" and by.id:
        member = Member.objects.filter(workspace_id=workspace_id, id=by.id).prefetch_related("teams").first()
        if member is not None:
            return actor_of_member(member)
    elif by.kind == "token" and by.id:
        tokens = ApiToken.objects.filter(workspace_id=workspace_id, id=by.id, revoked_at=None)
        if (token := tokens.first()) is not None:
            return actor_of_token(token)
    elif by.kind == "system":
        return system_actor(workspace_id, by.name)
    return Actor("member", by.id, workspace_id, by.name, "agent", frozenset())


def schedules_of(actor: Actor) -> QuerySet[JobSchedule]:
    rows = schedules.schedules_in(actor.workspace_id)
    return rows if actor.can(PERMISSION) else rows.filter(_is_own(actor))


def access_schedule(actor: Actor, schedule_id: UUID | None) -> JobSchedule:
    found = schedules_of(actor).filter(id=schedule_id).first() if schedule_id else None
    if found is None:
        raise NotFound(_("There is no such schedule"))
    return found


def kinds_to_schedule(actor: Actor) -> list[JobKind[Any]]:
    return [
        each
        for each in kinds().values()
        if each.scheduled_arguments is not None and actor.can(each.permission)
    ]


@transaction.atomic
def add_schedule(kind_key: str, arguments: dict[str, Any] | None, cron: str, *, by: Actor) -> JobSchedule:
    """Without arguments: with those that the kind says."""
    kind = find_kind(kind_key)
    if kind is None or kind.scheduled_arguments is None:
        known = ", ".join(key for key, each in kinds().items() if each.scheduled_arguments is not None)
        raise Invalid(_("Use one of %(kinds)s") % {"kinds": known}, fields={"kind": known})
    try:
        read = kind.read(kind.scheduled_arguments if arguments is None else arguments)
    except msgspec.ValidationError as error:
        raise Invalid(str(error), fields={"arguments": str(error)}) from error
    _check_times(read)
    row = schedules.add_schedule(kind, read, cron, zone_of=time_zone_of, by=by)
    audit(by, "jobs:schedule", "job_schedule", str(row.id), kind=kind.key, cron=row.cron)
    return row


def _check_times(arguments: msgspec.Struct) -> None:
    for name in arguments.__struct_fields__:
        value = getattr(arguments, name)
        if isinstance(value, datetime) and not clock.is_nameable(value):
            raise Invalid(
                _("This time is too far from now"),
                fields={f"arguments.{name}": "a time between 1970 and 2100"},
            )


@transaction.atomic
def remove_schedule(schedule: JobSchedule, *, by: Actor) -> None:
    kind = find_kind(schedule.kind)
    if kind is not None and not _started(by, schedule):
        kind.require(by)
    schedules.remove_schedule(schedule, by=by)
    audit(by, "jobs:unschedule", "job_schedule", str(schedule.id), kind=schedule.kind)
