"""Service levels, what they promise, and how that stands, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.shapes.common import Id, Ref
from regulars.kernel.telling import Moment, told
from regulars.service_levels.models import AnswerClock, ServiceLevel, ServiceLevelSettings
from regulars.service_levels.queries import Promises, State, state_of
from regulars.workspaces.business_hours import write_minute

CountedBy = Literal["calendar", "business"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_CONDITIONS = (
    "Whom it is for, asked of the conversation and its contact; `/condition-fields?subject=conversation` lists what it"
    " can ask."
)
_EXAMPLE = {"all": [{"field": "contact.tier", "op": "is", "value": "A"}]}
_FIRST = told("Minutes for an answer to what opens an episode: 1 to 43200.", 15)
_NEXT = told("Minutes for each answer after the first one of an episode: 1 to 43200.", 15)
_NIGHT = told("Minutes for an answer to what is written at night, in place of both; null: as by day.", 30)
_COUNTED = told("`calendar`: every hour counts. `business`: business hours.", "calendar")
_WARN = told("After how much of the time, in percent, somebody is warned: 1 to 100.", 75)
_BATCH = told("Whether they are answered one after the other, when there is time for it.", False)


class PromiseShape(msgspec.Struct, kw_only=True):
    """By when an answer is promised."""

    service_level: Annotated[str, told("The name of the service level that promises it.", "Tier A")]
    state: Annotated[
        State,
        told(
            "`running`; `warned`: the time is nearly over; `breached`: it is over; `paused`: the conversation is"
            " snoozed.",
            "running",
        ),
    ]
    since: Annotated[Moment, told("Since when the contact waits.")]
    warn_at: Annotated[Moment | None, told("When somebody is warned; null while it is paused.")]
    due_at: Annotated[Moment | None, told("By when an answer is promised; null while it is paused.")]
    batch: Annotated[bool, _BATCH]


class ServiceLevelShape(msgspec.Struct, kw_only=True):
    """By when whom is answered. The first one whose conditions hold counts."""

    id: Id
    name: Annotated[str, told("No other service level's.", "Tier A")]
    place: Annotated[int, told("0 is the first.", 0)]
    conditions: Annotated[dict[str, Any], told(_CONDITIONS, _EXAMPLE)]
    first_answer_minutes: Annotated[int, _FIRST]
    next_answer_minutes: Annotated[int, _NEXT]
    night_answer_minutes: Annotated[int | None, _NIGHT]
    counted_by: Annotated[CountedBy, _COUNTED]
    warn_percent: Annotated[int, _WARN]
    batch: Annotated[bool, _BATCH]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class NewServiceLevel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A service level to make; it is the last in order."""

    name: Annotated[str, told("1 to 80 characters, and no other service level's name.", "Tier A")]
    conditions: Annotated[dict[str, Any], told(f"{_CONDITIONS} Left out: everybody.", _EXAMPLE)] = (
        msgspec.field(default_factory=lambda: {"all": []})
    )
    first_answer_minutes: Annotated[int, _FIRST]
    next_answer_minutes: Annotated[int | None, told("As above; left out: as the first one.", 15)] = None
    night_answer_minutes: Annotated[int | None, _NIGHT] = None
    counted_by: Annotated[CountedBy, _COUNTED] = "calendar"
    warn_percent: Annotated[int, _WARN] = 75
    batch: Annotated[bool, _BATCH] = False


class ServiceLevelChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is. What waits already is due anew."""

    name: Annotated[str | UnsetType, told("1 to 80 characters.", "Tier A")] = UNSET
    place: Annotated[int | UnsetType, told("0 puts it first.", 0)] = UNSET
    conditions: Annotated[dict[str, Any] | UnsetType, told(_CONDITIONS, _EXAMPLE)] = UNSET
    first_answer_minutes: Annotated[int | UnsetType, _FIRST] = UNSET
    next_answer_minutes: Annotated[int | UnsetType, _NEXT] = UNSET
    night_answer_minutes: Annotated[int | UnsetType | None, _NIGHT] = UNSET
    counted_by: Annotated[CountedBy | UnsetType, _COUNTED] = UNSET
    warn_percent: Annotated[int | UnsetType, _WARN] = UNSET
    batch: Annotated[bool | UnsetType, _BATCH] = UNSET


class ServiceLevelSettingsShape(msgspec.Struct, kw_only=True):
    """What holds for all service levels."""

    night_from: Annotated[str, told("When the night begins, by the business's time zone.", "22:00")]
    night_to: Annotated[str, told("When it ends; the same as its beginning: there is none.", "08:00")]
    follow_up_hours: Annotated[
        int, told("An open conversation without a message of ours for longer is overdue.", 48)
    ]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class ServiceLevelSettingsChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    night_from: Annotated[str | UnsetType, told("A time of the day.", "22:00")] = UNSET
    night_to: Annotated[str | UnsetType, told("A time of the day.", "08:00")] = UNSET
    follow_up_hours: Annotated[int | UnsetType, told("1 to 2160.", 48)] = UNSET


class HolderShape(msgspec.Struct, kw_only=True):
    """Whose promises are nearly over, or broken."""

    member: Annotated[Ref | None, told("Null: nobody's.")]
    warned: Annotated[int, told("Nearly over.", 2)]
    breached: Annotated[int, told("Over.", 1)]
    due_at: Annotated[Moment | None, told("When the oldest of them is, or was, due.")]


class BatchShape(msgspec.Struct, kw_only=True):
    """What is answered in a batch."""

    waiting: Annotated[int, told("How many wait.", 12)]
    due_at: Annotated[Moment | None, told("When the first of them is due; null when none waits.")]
    answered: Annotated[int, told("How many were answered in the last 24 hours.", 30)]


class PromisesShape(msgspec.Struct, kw_only=True):
    """How what was promised stands, as far as the token sees it."""

    running: Annotated[int, told("Neither at risk nor late.", 8)]
    warned: Annotated[int, told("Nearly over.", 2)]
    breached: Annotated[int, told("Over.", 1)]
    holders: Annotated[list[HolderShape], told("Whose they are, those with the most that is late first.")]
    batch: Annotated[BatchShape, told("What is answered in a batch.")]
    overdue: Annotated[
        int, told("Open, and without a message of ours for too long; 1001 stands for more than 1000.", 3)
    ]


def build_promise(found: AnswerClock) -> PromiseShape:
    return PromiseShape(
        service_level=found.service_level_name,
        state=state_of(found),
        since=found.started_at,
        warn_at=found.warn_at,
        due_at=found.due_at,
        batch=found.is_batch,
    )


def build_level(level: ServiceLevel, place: int) -> ServiceLevelShape:
    conditions: Mapping[str, Any] = level.conditions or {"all": []}
    return ServiceLevelShape(
        id=str(level.id),
        name=level.name,
        place=place,
        conditions=dict(conditions),
        first_answer_minutes=level.first_answer // MINUTE,
        next_answer_minutes=level.next_answer // MINUTE,
        night_answer_minutes=None if level.night_answer is None else level.night_answer // MINUTE,
        counted_by="business" if level.counted_by == "business" else "calendar",
        warn_percent=level.warn_percent,
        batch=level.is_batch,
        version=str(level.version),
    )


def build_settings(settings: ServiceLevelSettings) -> ServiceLevelSettingsShape:
    return ServiceLevelSettingsShape(
        night_from=write_minute(settings.night_start),
        night_to=write_minute(settings.night_end),
        follow_up_hours=settings.follow_up_within // HOUR,
        version=str(settings.version),
    )


def build_promises(promises: Promises) -> PromisesShape:
    batch = promises.batch
    return PromisesShape(
        running=promises.running,
        warned=promises.warned,
        breached=promises.breached,
        holders=[
            HolderShape(
                member=Ref(str(each.member_id), each.name) if each.member_id else None,
                warned=each.warned,
                breached=each.breached,
                due_at=each.due_at,
            )
            for each in promises.holders
        ],
        batch=BatchShape(waiting=batch.waiting, due_at=batch.due_at, answered=batch.answered),
        overdue=promises.overdue,
    )
