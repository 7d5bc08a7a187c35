"""Write verbs about the rule for idle conversations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.condition_fields import CONVERSATION
from regulars.conversations.queries.asking import read_condition
from regulars.idling.access import MANAGING
from regulars.idling.events import IdleRuleChanged
from regulars.idling.models import COUNTED_BY, IDLE_FOR, IdleRule
from regulars.kernel.conditions.tree import write
from regulars.kernel.errors import ChangedMeanwhile, Invalid
from regulars.kernel.events import record
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

HOUR = timedelta(hours=1)
LONGEST_IDLE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rule is to be."""

    is_on: bool = False
    idle_for: timedelta = IDLE_FOR
    counted_by: str = "calendar"
    conditions: Mapping[str, Any] = field(default_factory=lambda: {"all": []})


def wanted_of(rule: IdleRule) -> Wanted:
    """What it is."""
    return Wanted(rule.is_on, rule.idle_for, rule.counted_by, rule.conditions or {"all": []})


def parse_hours(written: int) -> timedelta:
    """For how long nothing has come, as somebody wrote it."""
    most = LONGEST_IDLE // HOUR
    if not 1 <= written <= most:
        raise Invalid(
            _("Choose 1 to %(limit)s hours") % {"limit": most},
            fields={"idle_hours": f"a whole number, 1 to {most}"},
        )
    return written * HOUR


@transaction.atomic
def change_rule(
    workspace_id: UUID, wanted: Wanted, *, by: Actor, versions: Collection[str] | None = None
) -> None:
    """``versions``: those that somebody looked at; None: whatever it is by now."""
    by.require(MANAGING)
    IdleRule.objects.bulk_create([IdleRule(workspace_id=workspace_id)], ignore_conflicts=True)
    held = IdleRule.objects.select_for_update().get(workspace_id=workspace_id)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    before = wanted_of(held)
    if wanted.counted_by not in COUNTED_BY:
        raise Invalid(
            _("There is no such way to count"), fields={"counted_by": f"one of {', '.join(COUNTED_BY)}"}
        )
    held.is_on, held.idle_for, held.counted_by = wanted.is_on, wanted.idle_for, wanted.counted_by
    held.conditions = write(read_condition(wanted.conditions, CONVERSATION.name, by))
    if wanted_of(held) == before:
        return
    held.version += 1
    held.save()
    hours = held.idle_for // HOUR
    record(IdleRuleChanged(workspace_id, held.is_on, hours, held.counted_by, by.doer))
    audit(by, "idle_rule:change", "workspace", str(workspace_id), is_on=held.is_on, idle_hours=hours)
