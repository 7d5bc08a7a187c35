"""Conditions within a workspace: read with its values, asked by its calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.kernel import clock
from regulars.kernel.conditions.fields import Field
from regulars.kernel.conditions.language import KnownValues, parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.tree import Condition
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.conditions.wording import to_invalid
from regulars.workspaces.queries import time_zone_of


def parse_written(written: Any, subject: str, workspace_id: UUID, *, at: str = "conditions") -> Condition:
    """What a person or a script wrote; raises ``Invalid`` naming the leaf. ``at``: where the condition stands."""
    try:
        return parse(written, condition_fields(), subject, known_values=_known_values(workspace_id))
    except Wrong as wrong:
        raise to_invalid(wrong, at) from wrong


def as_of_now(workspace_id: UUID) -> AsOf:
    return replace(as_of(workspace_id, clock.now()), is_now=True)


def as_of(workspace_id: UUID, at: datetime, since: Mapping[str, datetime] | None = None) -> AsOf:
    """A moment by the workspace's calendar; ``since``: what windows may begin at."""
    return AsOf(at, zone_of(workspace_id), since or {})


def zone_of(workspace_id: UUID) -> ZoneInfo:
    """Whose days and clocks a condition means, whoever wrote it and whoever reads it."""
    return ZoneInfo(time_zone_of(workspace_id))


def names_in(workspace_id: UUID, field: Field) -> dict[str, str]:
    """What people call the values of a field, for sentences."""
    return {each.value: str(each.label) for each in field.choices.of(workspace_id)} if field.choices else {}


def _known_values(workspace_id: UUID) -> KnownValues:
    def known(field: Field) -> Collection[str] | None:
        return {each.value for each in field.choices.of(workspace_id)} if field.choices else None

    return known
