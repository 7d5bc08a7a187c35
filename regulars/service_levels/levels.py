"""The service levels of workspaces: those that somebody set, or the usual ones, and which one counts for what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.register import condition_fields
from regulars.service_levels.models import ServiceLevel, ServiceLevelSettings
from regulars.service_levels.promising import Night, Promise
from regulars.workspaces.business_hours import business_hours_of
from regulars.workspaces.business_time import BusinessHours
from regulars.workspaces.conditions import as_of_now

ASKED_ABOUT = "conversation"
"""what the conditions of service levels are about"""


@dataclass(frozen=True, slots=True)
class Usual:
    """A service level that every workspace has until it has others."""

    key: str
    name: str
    """the screens say it in the reader's language"""
    first_answer: timedelta
    night_answer: timedelta | None = None
    counted_by: str = "calendar"
    is_batch: bool = False


USUAL = (
    Usual("A", "Tier A", timedelta(minutes=15), timedelta(minutes=30)),
    Usual("B", "Tier B", timedelta(hours=2), counted_by="business"),
    Usual("C", "Tier C", timedelta(hours=24), is_batch=True),
)


def usual_levels(workspace_id: UUID) -> list[ServiceLevel]:
    """Not saved; always the same ids."""
    return [
        ServiceLevel(
            id=uuid5(workspace_id, f"service-level-{each.key}"),
            workspace_id=workspace_id,
            name=each.name,
            position=position,
            conditions={"all": [{"field": "contact.tier", "op": "is", "value": each.key}]},
            first_answer=each.first_answer,
            next_answer=each.first_answer,
            night_answer=each.night_answer,
            counted_by=each.counted_by,
            is_batch=each.is_batch,
        )
        for position, each in enumerate(USUAL)
    ]


def settings_of(workspace_id: UUID) -> ServiceLevelSettings:
    """Unsaved defaults where nobody has changed anything."""
    found = ServiceLevelSettings.objects.filter(workspace_id=workspace_id).first()
    return found or ServiceLevelSettings(workspace_id=workspace_id)


def levels_in_order(workspace_id: UUID) -> list[ServiceLevel]:
    """Two queries; the usual ones where nobody has changed anything."""
    found = list(ServiceLevel.objects.filter(workspace_id=workspace_id).order_by("position", "id"))
    if found or ServiceLevelSettings.objects.filter(workspace_id=workspace_id).exists():
        return found
    return usual_levels(workspace_id)


def settle(workspace_id: UUID) -> None:
    """The usual ones are rows from now on. Needs a transaction; repeating it changes nothing."""
    made = ServiceLevelSettings(workspace_id=workspace_id)
    if ServiceLevelSettings.objects.filter(workspace_id=workspace_id).exists():
        return
    levels = usual_levels(workspace_id)
    ServiceLevelSettings.objects.bulk_create([made], ignore_conflicts=True)
    ServiceLevel.objects.bulk_create(levels, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class Book:
    """What a workspace promises, read once for many conversations."""

    levels: Mapping[UUID, ServiceLevel]
    hours: BusinessHours
    night: Night

    def promise_of(self, level: ServiceLevel) -> Promise:
        always = BusinessHours(self.hours.time_zone)
        return Promise(
            level.first_answer,
            level.next_answer,
            level.night_answer,
            level.warn_percent,
            self.hours if level.counted_by == "business" else always,
            self.night,
        )


def read_book(workspace_id: UUID) -> Book:
    """Four queries."""
    settings, hours = settings_of(workspace_id), business_hours_of(workspace_id)
    night = Night(hours.time_zone, settings.night_start, settings.night_end)
    return Book({each.id: each for each in levels_in_order(workspace_id)}, hours, night)


def choose_levels(
    workspace_id: UUID, levels: Iterable[ServiceLevel], conversation_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """For each conversation the first level whose conditions hold; one statement, however many of both.

    One whose conditions cannot be read any more (a field that is gone) is for nobody.
    """
    cases, values = _cases(workspace_id, list(levels))
    if not cases or not conversation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, CASE {' '.join(cases)} END FROM conversations_conversation WHERE id = ANY(%s)",  # noqa: S608 - built of fields
            [*values, list(conversation_ids)],
        )
        return {conversation_id: level_id for conversation_id, level_id in cursor.fetchall() if level_id}


def _cases(workspace_id: UUID, levels: Sequence[ServiceLevel]) -> tuple[list[str], list[Any]]:
    moment, registry = as_of_now(workspace_id), condition_fields()
    cases: list[str] = []
    values: list[Any] = []
    for level in levels:
        try:
            condition = parse(level.conditions or {"all": []}, registry, ASKED_ABOUT)
            test = to_sql.one_by_one(
                condition, registry, ASKED_ABOUT, workspace_id, moment, "conversations_conversation"
            )
        except Wrong:
            continue
        cases.append(f"WHEN {test.text} THEN %s::uuid")
        values += [*test.values, level.id]
    return cases, values
