"""What a job holds while it runs: its arguments, where it goes on, and how it tells how far it is.

Every write names the attempt. One that was taken over (its worker was silent for long) writes nothing any more, and
learns of it at its next step.
"""

from __future__ import annotations

import threading
from datetime import datetime
from time import monotonic
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db import connection, transaction

from regulars.kernel.database import do_not_wait_for_disk
from regulars.kernel.events import Doer, record
from regulars.kernel.jobs.errors import MOST_KEPT, to_stored
from regulars.kernel.jobs.events import JobProgressed
from regulars.kernel.jobs.kinds import Arguments
from regulars.kernel.jobs.models import Job

Checkpoint = TypeVar("Checkpoint", bound=msgspec.Struct)

LOOK_SECONDS = 0.5
"""how often a step that comes sooner asks the database"""
TELL_SECONDS = 1.0
"""how often open screens are told"""

_stopping = threading.Event()


class JobCanceled(Exception):
    """Somebody wants the job to stop. Let it pass."""


class JobTakenOver(Exception):
    """Another worker has the job by now. Let it pass."""


class WorkerStops(Exception):
    """The process is asked to end: the job waits for the next one. Let it pass."""


def stop_all() -> None:
    """The jobs of this process stop at their next step."""
    _stopping.set()


def stop_none() -> None:
    _stopping.clear()


class JobContext(Generic[Arguments]):
    """One attempt at a job."""

    def __init__(self, row: Job, arguments: Arguments, undone: Job | None = None) -> None:
        self.job_id: UUID = row.id
        self.workspace_id: UUID = row.workspace_id
        self.kind: str = row.kind
        self.by: Doer = row.doer
        self.asked_at: datetime = row.created_at
        self.attempt: int = row.attempt
        self.arguments: Arguments = arguments
        self.undone = undone
        """of a job that takes another back: that one, with its result and where it stopped"""
        self._checkpoint: Any = row.checkpoint
        self.done: int = row.done
        self.total: int | None = row.total
        self._looked_at = self._told_at = float("-inf")

    def checkpoint(self, shape: type[Checkpoint]) -> Checkpoint | None:
        """What was saved last, by this attempt or one before; None at the beginning."""
        return None if self._checkpoint is None else msgspec.convert(self._checkpoint, shape)

    def check_canceled(self) -> None:
        """Raises what ends the attempt. Costs a query twice a second, however often it is called."""
        if self._is_soon():
            return
        self._ask(_LOOK, [])

    def progress(self, done: int, total: int | None = None) -> None:
        """How far it is, for people. The same as ``check_canceled`` besides."""
        self.done, self.total = self._counted(done, total)
        if self._is_soon() and self.done != self.total:
            return
        self._tell(self.done, self.total, None)

    @transaction.atomic
    def save(self, checkpoint: msgspec.Struct, done: int | None = None, total: int | None = None) -> None:
        """Where the next attempt goes on, as the last thing in the transaction of the step that leads there.

        Then the step happens once: what was done without being noted is rolled back.
        """
        counted = self._counted(self.done if done is None else done, total)
        stored = msgspec.to_builtins(checkpoint)
        self._tell(*counted, stored)
        self._checkpoint, (self.done, self.total) = stored, counted

    def note_error(self, error: BaseException | str, subject: str = "") -> None:
        """One thing of many did not work; the job goes on. ``subject`` names it for people."""
        with connection.cursor() as cursor:
            cursor.execute(
                NOTE_ERROR,
                [
                    msgspec.json.encode([to_stored(error, subject)]).decode(),
                    MOST_KEPT,
                    self.job_id,
                    self.attempt,
                ],
            )

    def _counted(self, done: int, total: int | None) -> tuple[int, int | None]:
        """There may turn out to be more than was counted before."""
        known = self.total if total is None else total
        return done, None if known is None else max(known, done)

    def _is_soon(self) -> bool:
        if _stopping.is_set():
            raise WorkerStops
        return monotonic() - self._looked_at < LOOK_SECONDS

    def _tell(self, done: int, total: int | None, stored: Any) -> None:
        is_step = stored is not None or connection.in_atomic_block
        with transaction.atomic():
            if not is_step:
                do_not_wait_for_disk()
            told = None if stored is None else msgspec.json.encode(stored).decode()
            self._ask(_PROGRESS, [done, total, told])
            if monotonic() - self._told_at >= TELL_SECONDS or done == total:
                self._told_at = monotonic()
                record(JobProgressed(self.workspace_id, self.job_id, self.kind, done, total))

    def _ask(self, statement: str, values: list[Any]) -> None:
        if _stopping.is_set():
            raise WorkerStops
        self._looked_at = monotonic()
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, self.job_id, self.attempt])
            row = cursor.fetchone()
        if row is None:
            raise JobTakenOver
        if row[0] is not None:
            raise JobCanceled


_LOOK = "SELECT cancel_asked_at FROM kernel_job WHERE id = %s AND attempt = %s AND status = 'running'"
_PROGRESS = """
UPDATE kernel_job SET done = %s, total = %s, checkpoint = COALESCE(%s::jsonb, checkpoint)
WHERE id = %s AND attempt = %s AND status = 'running' RETURNING cancel_asked_at
"""
NOTE_ERROR = """
UPDATE kernel_job SET error_count = error_count + 1, errors = (
  SELECT jsonb_agg(each ORDER BY place) FROM (
    SELECT each, place FROM jsonb_array_elements(errors || %s::jsonb) WITH ORDINALITY AS t(each, place)
    ORDER BY place DESC LIMIT %s
  ) AS last
) WHERE id = %s AND attempt = %s
"""
