"""Kinds of jobs for the tests."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.events import Doer
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.models import PeriodicRun

WORKSPACE = uuid4()
TESTS = Doer("system", None, "tests")


@dataclass(frozen=True)
class Asking:
    """Somebody who may do what is in ``permissions``."""

    workspace_id: UUID = WORKSPACE
    doer: Doer = TESTS
    permissions: tuple[str, ...] = ("tea:make",)

    def can(self, permission: str) -> bool:
        return permission in self.permissions


class Cups(msgspec.Struct, frozen=True):
    """How many to fill, how long each takes (seconds), and at which to fail how often."""

    count: int
    seconds: float = 0.0
    fails_at: int | None = None
    failures: int = 0
    refuses: bool = False


class Filled(msgspec.Struct, frozen=True):
    upto: int


class Done(msgspec.Struct, frozen=True):
    cups: int


def fill(context: JobContext[Cups]) -> Done:
    """One row for each cup, which cannot be written twice: its key is the cup's."""
    asked = context.arguments
    reached = context.checkpoint(Filled) or Filled(0)
    context.progress(reached.upto, asked.count)
    for number in range(reached.upto, asked.count):
        if number == asked.fails_at and context.attempt <= asked.failures:
            raise Conflict("no tea") if asked.refuses else ValueError("somebody's words")
        with transaction.atomic():
            name = f"{context.job_id}/{number:06}"
            PeriodicRun.objects.create(name=name, ran_at=clock.now(), last_error=str(context.attempt))
            context.save(Filled(number + 1), number + 1)
        time.sleep(asked.seconds)
    return Done(asked.count)


def empty(context: JobContext[Cups]) -> Done:
    assert context.undone is not None
    gone, _rows = PeriodicRun.objects.filter(name__startswith=f"{context.undone.id}/").delete()
    context.progress(gone, gone)
    return Done(gone)


FILL = JobKind(
    key="tea.fill", label="Fill cups", arguments=Cups, run=fill, permission="tea:make", undo=empty, attempts=3
)
ONCE = JobKind(
    key="tea.once",
    label="Fill cups",
    arguments=Cups,
    run=fill,
    permission="tea:make",
    is_single=True,
    scheduled_arguments={"count": 1},
)
STUBBORN = JobKind(
    key="tea.stubborn", label="Fill cups", arguments=Cups, run=fill, permission="tea:make", attempts=1_000
)
SHARED = replace(FILL, key="tea.shared", permission="connections:manage")
"""for those who are asked by pages and REST"""
KINDS: dict[str, JobKind[Any]] = {each.key: each for each in (FILL, ONCE, STUBBORN, SHARED)}
