"""Putting into the index what was there before it: a job for each workspace, asked for when the tables come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import sleep
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext_lazy, ngettext

from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.search.models import SearchFill
from regulars.search.searchable import Searchable, searchables
from regulars.search.writing import hold_index, write_missing
from regulars.workspaces.access import system_actor

PERMISSION = "workspace:manage"
AT_ONCE = 500
REST_SECONDS = 0.02
"""between two steps: what people do now goes first"""
FIRST = UUID(int=0)


class FillArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of the workspace."""


class FillResult(msgspec.Struct, frozen=True):
    """How many things were looked at."""

    things: int


class _Reached(msgspec.Struct, frozen=True):
    """Which kinds are whole, and the last thing of the next one."""

    kinds: int
    after: UUID


def ask_for_fills() -> None:
    """An errand: the migration says which workspaces had something before there was an index."""
    if not SearchFill.objects.exists():  # unscoped: of all workspaces
        return
    with transaction.atomic():
        for fill in SearchFill.objects.select_for_update(skip_locked=True):
            start_job(FILL, FillArguments(), by=system_actor(fill.workspace_id, "search"))
            fill.delete()


def fill_workspace(workspace_id: UUID) -> None:
    """At once; for a small one."""
    for kind in searchables():
        after = FIRST
        while ids := _next(kind, workspace_id, after):
            _put(kind, workspace_id, ids)
            after = ids[-1]


def _fill(context: JobContext[FillArguments]) -> FillResult:
    kinds = searchables()
    reached = context.checkpoint(_Reached) or _begin(context)
    for place in range(reached.kinds, len(kinds)):
        after = reached.after if place == reached.kinds else FIRST
        while ids := _next(kinds[place], context.workspace_id, after):
            with transaction.atomic():
                _put(kinds[place], context.workspace_id, ids)
                after = ids[-1]
                context.save(_Reached(place, after), context.done + len(ids))
            sleep(REST_SECONDS)
    return FillResult(context.done)


def _begin(context: JobContext[FillArguments]) -> _Reached:
    context.progress(0, sum(kind.things(context.workspace_id).count() for kind in searchables()))
    return _Reached(0, FIRST)


def _next(kind: Searchable, workspace_id: UUID, after: UUID) -> list[UUID]:
    rows = kind.things(workspace_id).filter(id__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[:AT_ONCE])


@transaction.atomic
def _put(kind: Searchable, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    hold_index([workspace_id])
    write_missing(kind, ids)


def _tell(result: Mapping[str, Any]) -> str:
    count = int(result["things"])
    told = ngettext("%(count)s thing can be found", "%(count)s things can be found", count)
    return told % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


FILL = JobKind(
    key="search.fill",
    label=gettext_lazy("Make findable what was there before"),
    arguments=FillArguments,
    run=_fill,
    permission=PERMISSION,
    tell=_tell,
    is_single=True,
)
