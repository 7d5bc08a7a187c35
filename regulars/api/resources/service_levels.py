"""By when whom is answered, and how what was promised stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from regulars.api.paging import Page
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.service_levels import (
    NewServiceLevel,
    PromisesShape,
    ServiceLevelChanges,
    ServiceLevelSettingsChanges,
    ServiceLevelSettingsShape,
    ServiceLevelShape,
    build_level,
    build_promises,
    build_settings,
)
from regulars.kernel.errors import NotFound
from regulars.service_levels import operations
from regulars.service_levels.access import access_level, access_levels
from regulars.service_levels.levels import settings_of
from regulars.service_levels.operations import Wanted, general_of, minutes, parse_night, wanted_of
from regulars.service_levels.queries import promises_of
from regulars.workspaces.access import Actor

T = TypeVar("T")


def list_service_levels(actor: Actor) -> Page[ServiceLevelShape]:
    """Every service level in its order, all on one page."""
    return Page([build_level(level, place) for place, level in enumerate(access_levels(actor))], None)


def get_service_level(actor: Actor, level_id: UUID) -> ServiceLevelShape:
    """One service level."""
    return _read(actor, access_level(actor, level_id).id)


def create_service_level(actor: Actor, body: NewServiceLevel) -> ServiceLevelShape:
    """A new service level, the last in order; what waits and fits has a clock at once."""
    first = minutes("first_answer_minutes", body.first_answer_minutes)
    wanted = Wanted(
        body.name,
        body.conditions,
        first,
        first
        if body.next_answer_minutes is None
        else minutes("next_answer_minutes", body.next_answer_minutes),
        _night(body.night_answer_minutes),
        body.counted_by,
        body.warn_percent,
        body.batch,
    )
    return _read(actor, operations.create_level(actor.workspace_id, wanted, by=actor).id)


def change_service_level(
    actor: Actor, level_id: UUID, body: ServiceLevelChanges, if_match: IfMatch
) -> ServiceLevelShape:
    """What waits already is due anew at once.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.
    """
    level = access_level(actor, level_id)
    before = wanted_of(level)
    wanted = replace(
        before,
        name=_or(body.name, before.name),
        conditions=_or(body.conditions, before.conditions),
        first_answer=_minutes_or("first_answer_minutes", body.first_answer_minutes, before.first_answer),
        next_answer=_minutes_or("next_answer_minutes", body.next_answer_minutes, before.next_answer),
        night_answer=before.night_answer
        if body.night_answer_minutes is UNSET
        else _night(body.night_answer_minutes),
        counted_by=_or(body.counted_by, before.counted_by),
        warn_percent=_or(body.warn_percent, before.warn_percent),
        is_batch=_or(body.batch, before.is_batch),
    )
    operations.change_level(level, wanted, by=actor, versions=if_match)
    if body.place is not UNSET:
        operations.move_level(level, body.place, by=actor)
    return _read(actor, level.id)


def remove_service_level(actor: Actor, level_id: UUID) -> None:
    """To whom it promised an answer, the next one that fits promises one, or none does."""
    operations.remove_level(access_level(actor, level_id), by=actor)


def get_settings(actor: Actor) -> ServiceLevelSettingsShape:
    """When it is night, and for how long an open conversation may be without a message of ours."""
    return build_settings(settings_of(actor.workspace_id))


def change_settings(
    actor: Actor, body: ServiceLevelSettingsChanges, if_match: IfMatch
) -> ServiceLevelSettingsShape:
    """With `If-Match`, only the version that was read is changed."""
    before = general_of(settings_of(actor.workspace_id))
    wanted = replace(
        before,
        night_start=before.night_start
        if body.night_from is UNSET
        else parse_night("night_from", body.night_from),
        night_end=before.night_end if body.night_to is UNSET else parse_night("night_to", body.night_to),
        follow_up_within=before.follow_up_within
        if body.follow_up_hours is UNSET
        else operations.hours("follow_up_hours", body.follow_up_hours),
    )
    operations.change_settings(actor.workspace_id, wanted, by=actor, versions=if_match)
    return build_settings(settings_of(actor.workspace_id))


def get_promises(actor: Actor) -> PromisesShape:
    """What is at risk and what is late, and whose it is; what is answered in a batch; what waits for a follow-up."""
    return build_promises(promises_of(actor))


def _read(actor: Actor, level_id: UUID) -> ServiceLevelShape:
    for place, level in enumerate(access_levels(actor)):
        if level.id == level_id:
            return build_level(level, place)
    raise NotFound


def _night(written: int | None) -> timedelta | None:
    return None if written is None else minutes("night_answer_minutes", written)


def _minutes_or(name: str, told: int | UnsetType, before: timedelta) -> timedelta:
    return before if isinstance(told, UnsetType) else minutes(name, told)


def _or(told: T | UnsetType, before: T) -> T:
    return before if isinstance(told, UnsetType) else told
