"""An act on a whole list, however long: a job that goes through it, can be stopped, and is taken back as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext_lazy, ngettext

from regulars.acts.actions import Action
from regulars.acts.models import ActChange
from regulars.acts.operations.acting import Outcome, act_on_many
from regulars.acts.operations.steps import steps_of
from regulars.acts.operations.undoing import undo_changes
from regulars.acts.selection import Selection
from regulars.conversations.queries.lists import filtered
from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.jobs.models import Job
from regulars.workspaces.access import Actor
from regulars.workspaces.jobs import actor_of_job

PERMISSION = "conversations:read"
"""each action asks for its own besides"""
STEP = 100


class BulkArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to which; ``act`` is the token of all of it, ``looked_at`` when the list was before their eyes."""

    selection: Selection
    actions: list[Action]
    act: UUID
    looked_at: datetime


class BulkResult(msgspec.Struct, frozen=True):
    """How many were changed, and how many were not, by why."""

    done: int
    refused: dict[str, int]


class _Reached(msgspec.Struct, frozen=True):
    """Up to which conversation it was done, and what came of it."""

    last: UUID | None = None
    done: int = 0
    refused: dict[str, int] = {}

    def with_outcome(self, last: UUID, outcome: Outcome) -> _Reached:
        refused = Counter(self.refused)
        for refusal in outcome.refusals:
            refused[refusal.why] += len(refusal.conversations)
        return _Reached(last, self.done + outcome.done, dict(refused))


def start_act_on_all(
    selection: Selection, actions: Sequence[Action], *, by: Actor, looked_at: datetime | None = None
) -> Job:
    steps_of(actions, by=by)  # what is wrong with them is said at once
    arguments = BulkArguments(
        selection=selection, actions=list(actions), act=new_id(), looked_at=looked_at or clock.now()
    )
    return start_job(BULK, arguments, by=by)


def _act(context: JobContext[BulkArguments]) -> BulkResult:
    by, asked = actor_of_job(context), context.arguments
    by.require(PERMISSION)
    reached = context.checkpoint(_Reached) or _Reached()
    listed = filtered(by, asked.selection.filter_for(by, asked.looked_at))
    listed = listed.filter(created_at__lte=asked.looked_at).order_by("id")
    if context.total is None:
        context.progress(0, listed.order_by().count())
    while True:
        rest = listed.filter(id__gt=reached.last) if reached.last else listed
        ids = list(rest.values_list("id", flat=True)[:STEP])
        if not ids:
            return BulkResult(reached.done, reached.refused)
        with transaction.atomic():
            outcome = act_on_many(ids, asked.actions, by=by, looked_at=asked.looked_at, act=asked.act)
            reached = reached.with_outcome(ids[-1], outcome)
            context.save(reached, context.done + len(ids))


def _take_back(context: JobContext[BulkArguments]) -> BulkResult:
    by, act_id = actor_of_job(context), context.arguments.act
    by.require(PERMISSION)
    reached = context.checkpoint(_Reached) or _Reached()
    changes = ActChange.objects.filter(act_id=act_id, workspace_id=by.workspace_id).order_by(
        "conversation_id"
    )
    if context.total is None:
        context.progress(0, changes.count())
    while True:
        rest = changes.filter(conversation_id__gt=reached.last) if reached.last else changes
        ids = list(rest.values_list("conversation_id", flat=True)[:STEP])
        if not ids:
            return BulkResult(reached.done, reached.refused)
        with transaction.atomic():
            reached = reached.with_outcome(ids[-1], undo_changes(act_id, ids, by=by))
            context.save(reached, context.done + len(ids))


def _tell(result: Mapping[str, Any]) -> str:
    done, refused = int(result["done"]), sum(result["refused"].values())
    told = _counted(ngettext("%(count)s conversation changed", "%(count)s conversations changed", done), done)
    if not refused:
        return told
    left = _counted(ngettext("%(count)s left as it was", "%(count)s left as they were", refused), refused)
    return f"{told}; {left}"


def _counted(words: str, count: int) -> str:
    return words % {"count": formats.number_format(count, use_l10n=True, force_grouping=True)}


BULK = JobKind(
    key="acts.bulk",
    label=gettext_lazy("Act on a list of conversations"),
    arguments=BulkArguments,
    run=_act,
    permission=PERMISSION,
    tell=_tell,
    undo=_take_back,
)
