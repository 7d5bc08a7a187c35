"""Running a macro: all of its steps or none, on each conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.acts.operations.acting import Outcome, act_on_many
from regulars.acts.operations.in_bulk import start_act_on_all
from regulars.acts.selection import Selection
from regulars.conversations.access import access_conversation
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.kernel.jobs.models import Job
from regulars.macros.events import MacroRun
from regulars.macros.models import Macro
from regulars.macros.planning import plan, read_steps
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class Ran:
    """``inserts``: the quick reply that goes into the composer now; it is neither sent nor counted by this."""

    outcome: Outcome = field(default_factory=Outcome)
    inserts: UUID | None = None


@transaction.atomic
def run_macro(
    macro: Macro, conversation_ids: Collection[UUID], *, by: Actor, looked_at: datetime | None = None
) -> Ran:
    """Of a macro that was accessed. What is refused for one conversation stops no other, and changes nothing of it."""
    planned = plan(read_steps(macro.steps), by)
    if planned.inserts and len(set(conversation_ids)) != 1:
        raise Invalid(
            _("A macro that puts a reply into the composer is for one conversation at a time"),
            fields={"conversations": "one conversation"},
        )
    for hold in planned.holds:
        hold(by.workspace_id)
    if not planned.actions and not planned.besides:
        for each in conversation_ids:
            access_conversation(by, each)
        _count(macro, len(conversation_ids), by)
        return Ran(inserts=planned.inserts)
    outcome = act_on_many(
        conversation_ids, planned.actions, by=by, looked_at=looked_at, besides=planned.besides
    )
    refused = sum(len(each.conversations) for each in outcome.refusals)
    _count(macro, len(set(conversation_ids)) - refused, by)
    return Ran(outcome, planned.inserts if not refused else None)


@transaction.atomic
def run_macro_on_all(
    macro: Macro, selection: Selection, *, by: Actor, looked_at: datetime | None = None
) -> Job:
    """On a whole list, as a job. Only what acts on conversations can be done so."""
    planned = plan(read_steps(macro.steps), by)
    if planned.besides or planned.inserts:
        raise Invalid(
            _("This macro opens cases or writes a reply: run it on the conversations that you select"),
            fields={"macro": "one that only acts on conversations"},
        )
    job = start_act_on_all(selection, planned.actions, by=by, looked_at=looked_at)
    _count(macro, 1, by)
    return job


def _count(macro: Macro, conversation_count: int, by: Actor) -> None:
    if conversation_count < 1:
        return
    now = clock.now()
    row: list[Any] = [macro.id, by.id or by.workspace_id, now.date(), conversation_count, now]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, row)
    record(MacroRun(macro.workspace_id, macro.id, conversation_count, by.doer))


_COUNT = """
INSERT INTO macros_macrouse AS known (macro_id, by_id, day, count, last_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (macro_id, by_id, day)
DO UPDATE SET count = known.count + excluded.count, last_at = greatest(known.last_at, excluded.last_at)
"""
