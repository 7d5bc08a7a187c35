"""What becomes of jobs. Their kind is told as its key; what they were asked with is no fact of an event."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class JobQueued(Event):
    """Somebody asked for a job, or for taking one back (``undoes``), or a schedule did."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    by: Doer
    undoes: UUID | None = None


@event
class JobStarted(Event):
    """A worker began with a job, or went on with it."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    attempt: int


@event
class JobProgressed(Event):
    """A running job came further; told about once a second."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    done: int
    total: int | None


@event
class JobCancelAsked(Event):
    """Somebody wants a running job to stop: it does so at its next step."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    by: Doer


@event
class JobPutBack(Event):
    """A job waits again: its worker died or was stopped, an attempt failed, or somebody resumed it."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    why: str
    """worker-died, worker-stopped, failed, resumed"""
    by: Doer | None = None


@event
class JobFinished(Event):
    """A job is over; ``status`` is done, failed or canceled."""

    workspace_id: UUID
    job_id: UUID
    kind: str
    status: str
    done: int
    total: int | None


@event
class JobScheduleAdded(Event):
    """A job is to be started again and again."""

    workspace_id: UUID
    schedule_id: UUID
    kind: str
    by: Doer


@event
class JobScheduleRemoved(Event):
    """A job is started by itself no more."""

    workspace_id: UUID
    schedule_id: UUID
    kind: str
    by: Doer


JOB_EVENTS = (JobQueued, JobStarted, JobProgressed, JobCancelAsked, JobPutBack, JobFinished)
SCHEDULE_EVENTS = (JobScheduleAdded, JobScheduleRemoved)
