"""Write verbs about service levels, and about what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.queries.asking import read_condition
from regulars.kernel.conditions.tree import write
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from regulars.kernel.events import record
from regulars.kernel.locks import hold
from regulars.kernel.ordering import moved_to
from regulars.service_levels.events import (
    ServiceLevelChanged,
    ServiceLevelCreated,
    ServiceLevelRemoved,
    ServiceLevelSettingsChanged,
)
from regulars.service_levels.levels import ASKED_ABOUT, settle
from regulars.service_levels.models import COUNTED_BY, ServiceLevel, ServiceLevelSettings
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

MOST_LEVELS = 20
NAME_LENGTH = 80
MINUTE = timedelta(minutes=1)
LONGEST_PROMISE = timedelta(days=30)
LONGEST_FOLLOW_UP = timedelta(days=90)
HOUR = timedelta(hours=1)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a service level is to be. ``night_answer``: None as by day."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=lambda: {"all": []})
    first_answer: timedelta = HOUR
    next_answer: timedelta = HOUR
    night_answer: timedelta | None = None
    counted_by: str = "calendar"
    warn_percent: int = 75
    is_batch: bool = False


def wanted_of(level: ServiceLevel) -> Wanted:
    """What it is."""
    return Wanted(
        level.name,
        level.conditions or {"all": []},
        level.first_answer,
        level.next_answer,
        level.night_answer,
        level.counted_by,
        level.warn_percent,
        level.is_batch,
    )


def minutes(name: str, written: int) -> timedelta:
    """How long an answer may take, as somebody wrote it into a field of that name."""
    most = LONGEST_PROMISE // MINUTE
    if not 1 <= written <= most:
        raise Invalid(
            _("Promise an answer within 1 minute to 30 days"), fields={name: f"a whole number, 1 to {most}"}
        )
    return written * MINUTE


def hours(name: str, written: int) -> timedelta:
    """How long an open conversation may be without a message of ours, as somebody wrote it."""
    most = LONGEST_FOLLOW_UP // HOUR
    if not 1 <= written <= most:
        raise Invalid(
            _("Choose 1 to %(limit)s hours") % {"limit": most}, fields={name: f"a whole number, 1 to {most}"}
        )
    return written * HOUR


def parse_night(name: str, written: str) -> int:
    """The minute of the day that a time names, as somebody wrote it."""
    found = _CLOCK.fullmatch(written.strip())
    if found is None:
        raise Invalid(
            _("Write times as 09:00, midnight as 00:00"), fields={name: "a time from 00:00 to 23:59"}
        )
    return int(found[1]) * 60 + int(found[2])


def _begin(workspace_id: UUID) -> None:
    """Nobody else changes them, and no clock is drawn by them, until the transaction ends."""
    hold(f"service_levels:{workspace_id}")
    settle(workspace_id)


@transaction.atomic
def create_level(workspace_id: UUID, wanted: Wanted, *, by: Actor) -> ServiceLevel:
    """The last in order."""
    by.require("service_levels:manage")
    _begin(workspace_id)
    there = list(ServiceLevel.objects.filter(workspace_id=workspace_id).values_list("position", flat=True))
    if len(there) >= MOST_LEVELS:
        raise Conflict(_("There are at most %(limit)s service levels") % {"limit": MOST_LEVELS})
    level = ServiceLevel(workspace_id=workspace_id, position=max(there, default=-1) + 1)
    _fill(level, wanted, by)
    level.save(force_insert=True)
    record(ServiceLevelCreated(workspace_id, level.id, level.name, by.doer))
    audit(by, "service_levels:create", "service_level", str(level.id), name=level.name)
    return level


@transaction.atomic
def change_level(
    level: ServiceLevel, wanted: Wanted, *, by: Actor, versions: Collection[str] | None = None
) -> None:
    """Counts for what waits already, too. ``versions``: those that somebody looked at; None: whatever it is by now."""
    by.require("service_levels:manage")
    held = _hold(level)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    before = wanted_of(held)
    _fill(held, wanted, by)
    if before != wanted_of(held):
        held.version += 1
        held.save()
        record(ServiceLevelChanged(held.workspace_id, held.id, held.name, by.doer))
        audit(by, "service_levels:change", "service_level", str(held.id), name=held.name)


@transaction.atomic
def remove_level(level: ServiceLevel, *, by: Actor) -> None:
    """To whom it promised an answer, the next one that fits promises one, or none does."""
    by.require("service_levels:manage")
    held = _hold(level)
    held.delete()
    record(ServiceLevelRemoved(level.workspace_id, level.id, level.name, by.doer))
    audit(by, "service_levels:remove", "service_level", str(level.id), name=level.name)


@transaction.atomic
def move_level(level: ServiceLevel, place: int, *, by: Actor) -> None:
    """``place``: 0 is the first; beyond the end is the last."""
    by.require("service_levels:manage")
    held = _hold(level)
    rows = list(ServiceLevel.objects.filter(workspace_id=level.workspace_id).order_by("position", "id"))
    ordered = moved_to(place, held, rows)
    if ordered == rows:
        return
    for position, each in enumerate(ordered):
        each.position = position
    ServiceLevel.objects.bulk_update(ordered, ["position"])
    record(ServiceLevelChanged(held.workspace_id, held.id, held.name, by.doer))
    audit(by, "service_levels:move", "service_level", str(held.id), place=place)


@dataclass(frozen=True, slots=True)
class General:
    """What holds for all service levels. The night: minutes of the day."""

    night_start: int
    night_end: int
    follow_up_within: timedelta


def general_of(settings: ServiceLevelSettings) -> General:
    return General(settings.night_start, settings.night_end, settings.follow_up_within)


@transaction.atomic
def change_settings(
    workspace_id: UUID, wanted: General, *, by: Actor, versions: Collection[str] | None = None
) -> None:
    by.require("service_levels:manage")
    _begin(workspace_id)
    held = ServiceLevelSettings.objects.select_for_update().get(workspace_id=workspace_id)
    if versions is not None and str(held.version) not in versions:
        raise ChangedMeanwhile(version=str(held.version))
    if general_of(held) == wanted:
        return
    held.night_start, held.night_end = wanted.night_start, wanted.night_end
    held.follow_up_within = wanted.follow_up_within
    held.version += 1
    held.save()
    seconds = int(wanted.follow_up_within.total_seconds())
    record(ServiceLevelSettingsChanged(workspace_id, wanted.night_start, wanted.night_end, seconds, by.doer))
    audit(by, "service_levels:settings", "workspace", str(workspace_id), follow_up_seconds=seconds)


def _hold(level: ServiceLevel) -> ServiceLevel:
    _begin(level.workspace_id)
    held = ServiceLevel.objects.select_for_update().filter(id=level.id).first()
    if held is None:
        raise NotFound(_("There is no such service level"))
    return held


def _fill(level: ServiceLevel, wanted: Wanted, by: Actor) -> None:
    level.name = _free_name(level, wanted.name)
    level.conditions = write(read_condition(wanted.conditions, ASKED_ABOUT, by))
    level.first_answer, level.next_answer = wanted.first_answer, wanted.next_answer
    level.night_answer = wanted.night_answer
    if wanted.counted_by not in COUNTED_BY:
        raise Invalid(
            _("There is no such way to count"), fields={"counted_by": f"one of {', '.join(COUNTED_BY)}"}
        )
    if not 1 <= wanted.warn_percent <= 100:
        raise Invalid(_("Choose 1 to 100 percent"), fields={"warn_percent": "a whole number, 1 to 100"})
    level.counted_by, level.warn_percent = wanted.counted_by, wanted.warn_percent
    level.is_batch = wanted.is_batch


def _free_name(level: ServiceLevel, name: str) -> str:
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a service level has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    others = ServiceLevel.objects.filter(workspace_id=level.workspace_id, name__iexact=wanted)
    if others.exclude(id=level.id).exists():
        raise Conflict(
            _("A service level with this name exists already"), fields={"name": "a name of its own"}
        )
    return wanted
