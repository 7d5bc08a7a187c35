"""What a kind of job is, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

import msgspec
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from regulars.kernel.errors import NotAllowed
from regulars.kernel.events import Doer

if TYPE_CHECKING:
    from uuid import UUID

    from regulars.kernel.jobs.context import JobContext

Arguments = TypeVar("Arguments", bound=msgspec.Struct)


class Starter(Protocol):
    """Whoever asks (``workspaces.access.Actor``)."""

    @property
    def workspace_id(self) -> UUID: ...

    @property
    def doer(self) -> Doer: ...

    def can(self, permission: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind(Generic[Arguments]):
    """Something that can be done as a job.

    ``run`` is called again after whatever stopped it, with the checkpoint that it last saved: what it does before
    saving one must bear being done twice. It calls ``context.progress`` or ``check_canceled`` at least every few
    seconds, for that is where canceling and stopping a worker take effect.
    """

    key: str
    """``room.verb``; stored, so it stays"""
    label: str | Promise
    """what it does, as the list of jobs names it"""
    arguments: type[Arguments]
    run: Callable[[JobContext[Arguments]], msgspec.Struct | None]
    permission: str
    """who may ask for it, stop it, and take it back"""
    describe: Callable[[Arguments], str | Promise] | None = None
    """its arguments in words, under the label"""
    tell: Callable[[Mapping[str, Any]], str | Promise] | None = None
    """its result in words"""
    is_single: bool = False
    """asked for with the same arguments while one waits or runs, it is that one"""
    attempts: int = 5
    """taking a job whose worker died counts as one"""
    first_wait: timedelta = timedelta(seconds=10)
    """before the second attempt; it doubles from there"""
    undo: Callable[[JobContext[Arguments]], msgspec.Struct | None] | None = None
    """takes back what ``context.undone`` did, as a job of its own"""
    undo_within: timedelta = timedelta(days=7)
    """after its end"""
    scheduled_arguments: Mapping[str, Any] | None = field(default=None)
    """what a schedule made on the screen asks for; None: people do not schedule it there"""

    def read(self, stored: Mapping[str, Any]) -> Arguments:
        return msgspec.convert(stored, self.arguments)

    def require(self, by: Starter) -> None:
        if not by.can(self.permission):
            raise NotAllowed(f"the permission {self.permission} is missing", permission=self.permission)


def kinds() -> Mapping[str, JobKind[Any]]:
    """Those that are wired in (``config.wiring.JOB_KINDS``), by key."""
    return cast("Mapping[str, JobKind[Any]]", import_string(settings.JOB_KINDS))


def find_kind(key: str) -> JobKind[Any] | None:
    """None for a kind of another version."""
    return kinds().get(key)


def job_watch() -> Callable[[Doer, UUID, str], AbstractContextManager[None]]:
    """Around the work of a job: whoever keeps what it touches (``config.wiring.JOB_WATCH``)."""
    return cast(
        "Callable[[Doer, UUID, str], AbstractContextManager[None]]", import_string(settings.JOB_WATCH)
    )
