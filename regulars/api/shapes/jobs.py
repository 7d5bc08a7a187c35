"""A job as REST tells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

import msgspec

from regulars.api.shapes.common import Id
from regulars.kernel.jobs.asking import undo_until
from regulars.kernel.jobs.errors import in_words
from regulars.kernel.jobs.kinds import find_kind
from regulars.kernel.jobs.models import Job, JobSchedule
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

Status = Literal["waiting", "running", "done", "failed", "canceled"]


class StarterShape(msgspec.Struct):
    """Who asked, as they were called then."""

    kind: Annotated[str, told("member, token or system.", "member")]
    id: Annotated[str | None, told("Null for the house itself.", EXAMPLE_ID)]
    name: Annotated[str, told("Their name then.", "Mina Park")]


class JobErrorShape(msgspec.Struct):
    """Something that went wrong in a job."""

    code: Annotated[str, told("Stable; the part to compare.", "worker-died")]
    title: Annotated[str, told("In words.", "The process that did it ended in the middle")]
    detail: Annotated[str | None, told("More of it.", "ValueError")]
    subject: Annotated[str | None, told("What it was about, when the job went on without it.", "row 17")]
    at: Annotated[Moment, told("When.")]


class JobShape(msgspec.Struct, kw_only=True):
    """Work that takes longer than a request."""

    id: Id
    kind: Annotated[str, told("What is done.", "inboxes.replay")]
    label: Annotated[str, told("The same in words.", "Read deliveries again")]
    status: Annotated[Status, told("How it stands.", "running")]
    is_canceling: Annotated[bool, told("Somebody canceled it; it stops at its next step.", False)]
    done: Annotated[int, told("How much of it is done.", 1500)]
    total: Annotated[int | None, told("Of how much; null while nobody knows.", 20000)]
    result: Annotated[Any, told("What came of it, by kind; null until it is done.", {"deliveries": 20000})]
    errors: Annotated[list[JobErrorShape], told("The last hundred things that went wrong, the oldest first.")]
    error_count: Annotated[int, told("How many there were.", 0)]
    arguments: Annotated[dict[str, Any], told("What was asked for, by kind.", {"state": "failed"})]
    started_by: Annotated[StarterShape, told("Who asked for it.")]
    attempt: Annotated[int, told("How often a worker has taken it.", 1)]
    created_at: Annotated[Moment, told("When it was asked for.")]
    due_at: Annotated[Moment, told("It begins, or is tried again, not before.")]
    started_at: Annotated[Moment | None, told("When it first began.")]
    ended_at: Annotated[Moment | None, told("When it was over.")]
    undo_until: Annotated[
        Moment | None, told("Until when it can be taken back; null when it cannot be, or not any more.")
    ]
    undoes: Annotated[str | None, told("The job that this one takes back.", EXAMPLE_ID)]
    undone_by: Annotated[str | None, told("The job that takes this one back.", EXAMPLE_ID)]
    schedule: Annotated[str | None, told("The schedule that started it.", EXAMPLE_ID)]


class ScheduleShape(msgspec.Struct, kw_only=True):
    """A job that starts by itself."""

    id: Id
    kind: Annotated[str, told("What is done.", "inboxes.replay")]
    label: Annotated[str, told("The same in words.", "Read deliveries again")]
    arguments: Annotated[dict[str, Any], told("With what, by kind.", {"state": "failed"})]
    cron: Annotated[str, told("Minute, hour, day of the month, month, day of the week.", "30 3 * * *")]
    time_zone: Annotated[str, told("By whose clocks: the workspace's.", "Asia/Seoul")]
    next_at: Annotated[Moment, told("When it starts next.")]
    started_by: Annotated[StarterShape, told("Who made it: its jobs run with their right.")]


def build_job(row: Job) -> JobShape:
    undoing: Job | None = getattr(row, "undoing", None)
    return JobShape(
        id=str(row.id),
        kind=row.kind,
        label=label_of(row.kind),
        status=cast("Status", row.status),
        is_canceling=row.is_active and row.cancel_asked_at is not None,
        done=row.done,
        total=row.total,
        result=row.result,
        errors=[_build_error(each) for each in row.errors],
        error_count=row.error_count,
        arguments=row.arguments,
        started_by=_build_starter(row),
        attempt=row.attempt,
        created_at=row.created_at,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        undo_until=None if undoing else undo_until(row),
        undoes=str(row.undoes_id) if row.undoes_id else None,
        undone_by=str(undoing.id) if undoing else None,
        schedule=str(row.schedule_id) if row.schedule_id else None,
    )


def build_schedule(row: JobSchedule) -> ScheduleShape:
    return ScheduleShape(
        id=str(row.id),
        kind=row.kind,
        label=label_of(row.kind),
        arguments=row.arguments,
        cron=row.cron,
        time_zone=row.time_zone,
        next_at=row.next_at,
        started_by=_build_starter(row),
    )


def label_of(kind: str) -> str:
    known = find_kind(kind)
    return str(known.label) if known else kind


def _build_starter(row: Job | JobSchedule) -> StarterShape:
    return StarterShape(
        row.started_by_kind, str(row.started_by_id) if row.started_by_id else None, row.started_by_name
    )


def _build_error(stored: dict[str, Any]) -> JobErrorShape:
    words = in_words(stored)
    return JobErrorShape(words.code, words.title, words.detail or None, words.subject or None, words.at)
