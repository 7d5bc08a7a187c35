"""Jobs that start by themselves: rows that say when, by the clocks of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from croniter import croniter
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record
from regulars.kernel.jobs.asking import insert
from regulars.kernel.jobs.events import JobScheduleAdded, JobScheduleRemoved
from regulars.kernel.jobs.kinds import Arguments, JobKind, Starter
from regulars.kernel.jobs.models import ACTIVE, Job, JobSchedule

MOST_OF_WORKSPACE = 100
LONGEST_CRON = 100
FIELDS = 5

ZoneOf = Callable[[UUID], str]
"""the time zone of a workspace"""


def next_time(cron: str, zone: str, after: datetime) -> datetime:
    """The first time after ``after`` that the clocks of ``zone`` show; raises ``ValueError`` for what is no schedule.

    A time that the clocks leave out (summer begins) comes when they have gone past it; one that they show twice comes
    the first time.
    """
    place = ZoneInfo(zone)
    shown = after.astimezone(place).replace(tzinfo=None)
    wanted = croniter(cron, shown)
    while True:
        moment = _moment(wanted.get_next(datetime), place)
        if moment > after:
            return moment


def _moment(shown: datetime, place: ZoneInfo) -> datetime:
    moment = shown.replace(tzinfo=place, fold=0).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == shown:
        return moment
    return shown.replace(tzinfo=place, fold=1).astimezone(UTC) + _gap(shown, place)


def _gap(shown: datetime, place: ZoneInfo) -> timedelta:
    """By how much the clocks are put forward at a time that they do not show."""
    early, late = (shown.replace(tzinfo=place, fold=fold).utcoffset() for fold in (1, 0))
    return (early or timedelta()) - (late or timedelta())


def check_cron(cron: str) -> str:
    words = cron.split()
    tidy = " ".join(words)
    if len(words) != FIELDS or len(tidy) > LONGEST_CRON or not croniter.is_valid(tidy):
        raise Invalid(
            _("Write five fields like “30 3 * * *”: minute, hour, day of the month, month, day of the week"),
            fields={"cron": "minute hour day month weekday"},
        )
    return tidy


@transaction.atomic
def add_schedule(
    kind: JobKind[Arguments], arguments: Arguments, cron: str, *, zone_of: ZoneOf, by: Starter
) -> JobSchedule:
    """Its jobs run with the right that its maker then has."""
    kind.require(by)
    tidy = check_cron(cron)
    if schedules_in(by.workspace_id).count() >= MOST_OF_WORKSPACE:
        raise Conflict(_("There are too many schedules; remove one first"))
    zone = zone_of(by.workspace_id)
    row = JobSchedule.objects.create(
        workspace_id=by.workspace_id,
        kind=kind.key,
        arguments=msgspec.to_builtins(arguments),
        cron=tidy,
        time_zone=zone,
        next_at=_first(tidy, zone),
        started_by_kind=by.doer.kind,
        started_by_id=by.doer.id,
        started_by_name=by.doer.name,
    )
    record(JobScheduleAdded(row.workspace_id, row.id, row.kind, by.doer))
    return row


def _first(cron: str, zone: str) -> datetime:
    try:
        return next_time(cron, zone, clock.now())
    except ValueError as error:  # the 30th of February
        raise Invalid(_("That time never comes"), fields={"cron": "minute hour day month weekday"}) from error


@transaction.atomic
def remove_schedule(schedule: JobSchedule, *, by: Starter) -> None:
    """What it has started goes on."""
    gone, _rows = JobSchedule.objects.filter(workspace_id=schedule.workspace_id, id=schedule.id).delete()
    if gone:
        record(JobScheduleRemoved(schedule.workspace_id, schedule.id, schedule.kind, by.doer))


def schedules_in(workspace_id: UUID) -> QuerySet[JobSchedule]:
    return JobSchedule.objects.filter(workspace_id=workspace_id).order_by("created_at", "id")


def start_due_jobs(zone_of: ZoneOf) -> int:
    """Returns how many jobs were started. Times that passed while no worker ran count as one."""
    started = 0
    # unscoped: workers start everybody's
    due = (
        JobSchedule.objects.filter(next_at__lte=clock.now()).order_by("next_at").values_list("id", flat=True)
    )
    for each in list(due):
        started += _start(each, zone_of)
    return started


@transaction.atomic
def _start(schedule_id: UUID, zone_of: ZoneOf) -> bool:
    now = clock.now()
    # unscoped: the id is one of those
    due = JobSchedule.objects.select_for_update(skip_locked=True).filter(id=schedule_id, next_at__lte=now)
    row = due.first()
    if row is None:
        return False
    due_at, zone = row.next_at, zone_of(row.workspace_id)
    is_moved = zone != row.time_zone
    row.time_zone, row.next_at = zone, next_time(row.cron, zone, now)
    row.save(update_fields=["time_zone", "next_at"])
    before = Job.objects.filter(workspace_id=row.workspace_id, schedule=row, status__in=ACTIVE)
    if is_moved or before.exists():
        return False  # the clocks are others now, or the last one still runs
    insert(row.workspace_id, row.kind, row.arguments, row.doer, schedule=row, scheduled_for=due_at)
    return True
