"""The event log: ``record`` what happened beside the change itself; reactions read it at their own pace.

An event is a frozen dataclass in the past tense, one class for each thing that happens, with its facts: who did it,
what it was, what it is now. They are what JSON can say, UUIDs and times, the first always ``workspace_id``; what a
person wrote is none of them, because the log outlives a removal. Rows of older versions stay readable: a fact that
came later has a default, and a kind that nobody records any more stays as a :func:`past_event`.

``record`` writes rows in the caller's transaction and wakes readers on commit (NOTIFY is transactional). A reader
holds a position (generation, transaction id, event id) and sees events in the order in which their transactions became
visible to everybody: exactly those older than the oldest running writer. Transaction ids count within one server; what
was restored from another belongs to a generation before (``kernel.generations``), of which nobody writes any more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform
from uuid import UUID

import msgspec
import orjson
from django.db import connection

from regulars.kernel import touching
from regulars.kernel.database import binary_cursor

CHANNEL = "regulars_events"
"""The NOTIFY channel that says "there is something new"; it carries no data."""


class Event:
    """Base of all events. Subclasses are frozen dataclasses; their class name is the stored kind."""

    workspace_id: UUID
    kinds: ClassVar[dict[str, type[Event]]] = {}
    past_kinds: ClassVar[set[str]] = set()
    """those that are only read"""
    is_change: ClassVar[bool] = True
    """whether it changes what is kept of somebody; that a member reads or types is told by what they looked at"""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it, as they were called then: a member, a token, or the house itself."""

    kind: str
    id: UUID | None
    name: str


E = TypeVar("E", bound=Event)


@dataclass_transform(frozen_default=True)
def event(cls: type[E]) -> type[E]:
    made = dataclass(frozen=True)(cls)
    Event.kinds[made.__name__] = made
    return made


@dataclass_transform(frozen_default=True)
def past_event(cls: type[E]) -> type[E]:
    """Class decorator of events that versions before this one recorded: their rows are read until they are purged."""
    Event.past_kinds.add(cls.__name__)
    return event(cls)


@event
class EventParked(Event):
    """A reaction could not digest an event, however often it tried: it is set aside."""

    workspace_id: UUID
    reaction: str
    kind: str
    """of the event that was set aside"""


@event
class ParkedEventTried(Event):
    """An event that was set aside was tried again because somebody asked for it; ``is_digested``: it is done with."""

    workspace_id: UUID
    reaction: str
    kind: str
    is_digested: bool


PARKING_EVENTS = (EventParked, ParkedEventTried)


_LONGEST = 46
"""characters of a position as text: five digits, twenty and nineteen"""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the log: everything at or before it has been read."""

    generation: int = 0
    transaction_id: int = 0
    event_id: int = 0

    def __str__(self) -> str:
        return f"{self.generation}.{self.transaction_id}.{self.event_id}"

    def is_behind(self, here: Position) -> bool:
        """Whether somebody who has read as far is to be told of more; of another generation, also a later one, of all.

        A log that was restored twice counts each time from a generation of its own, in any order.
        """
        return self < here or self.generation != here.generation

    @classmethod
    def parse(cls, text: str) -> Position | None:
        parts = text.split(".")
        if len(parts) != 3 or len(text) > _LONGEST or not all(map(str.isdecimal, parts)):
            return None
        return cls(*map(int, parts))


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the log."""

    position: Position
    happened_at: datetime
    event: Any


def record(*happened: Event) -> None:
    """In the current transaction; readers wake when it commits."""
    record_all(happened)


def record_all(happened: Iterable[Event]) -> None:
    events = list(happened)
    rows = [(each.workspace_id, type(each).__name__, _to_json(each)) for each in events]
    if not rows:
        return
    workspace_ids, kinds, bodies = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_event (workspace_id, kind, body)"
            " SELECT w, k, b FROM unnest(%b::uuid[], %b::text[], %b::jsonb[])"
            " WITH ORDINALITY AS t(w, k, b, place) ORDER BY place",
            [list(workspace_ids), list(kinds), list(bodies)],
        )
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    touching.happened(events)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the log: the events of the wanted kinds in it, and where it ends."""

    events: list[Recorded]
    end: Position
    has_more: bool
    """true when the log may hold more right now (a full page, or rows kept back by a running writer)"""
    generation: int = 0
    """that is counted now: higher than the position's when the log was restored since"""


def read_after(position: Position, kinds: Sequence[str], limit: int) -> Page:
    """At most ``limit`` events of ``kinds``; the others are passed over."""
    with binary_cursor() as cursor:
        cursor.execute(_READ, [*_place(position), list(kinds), limit])
        rows = cursor.fetchall()
    *_, generation, horizon, is_kept_back = rows[0]
    found = [row for row in rows if row[2] is not None]
    events = [_to_recorded(row) for row in found if row[4] in Event.kinds]
    if len(found) == limit:
        return Page(events, Position(*found[-1][:3]), True, generation)
    end = _end(position, generation, horizon)
    return Page(events, end, is_kept_back, generation)


@dataclass(frozen=True, slots=True)
class Look:
    """Which kinds of events a stretch of the log holds, and where it ends."""

    kinds: frozenset[str]
    end: Position
    is_kept_back: bool
    """true when a running writer hides what others have written since"""


def look_after(position: Position) -> Look:
    with binary_cursor() as cursor:
        cursor.execute(_LOOK, _place(position))
        ((generation, horizon, kinds, is_kept_back),) = cursor.fetchall()
    end = _end(position, generation, horizon)
    return Look(frozenset(kinds or ()), end, is_kept_back)


def _end(position: Position, generation: int, horizon: int) -> Position:
    """Of what can be read now. A position of a generation that this log has not come to is one in another log."""
    here = Position(generation, horizon - 1, _LAST_ID)
    return here if position.generation > generation else max(position, here)


def _place(position: Position) -> list[object]:
    return [position.generation, str(position.transaction_id), position.event_id]


_HORIZON = """
WITH horizon AS (
  SELECT COALESCE((SELECT generation FROM kernel_loggeneration), 1) AS current,
         pg_snapshot_xmin(pg_current_snapshot()) AS oldest
)
"""
_LOOK = f"""
{_HORIZON}
SELECT current, oldest::text::bigint, (
  SELECT array_agg(DISTINCT kind) FROM kernel_event
  WHERE (generation, transaction_id, id) > (%s, %s::xid8, %s) AND (generation, transaction_id) < (current, oldest)
), EXISTS (SELECT 1 FROM kernel_event WHERE (generation, transaction_id) >= (current, oldest)) FROM horizon
"""  # noqa: S608 - constants
_READ = f"""
{_HORIZON}
SELECT e.generation, e.transaction_id, e.id, e.workspace_id, e.kind, e.body, e.happened_at,
       current, oldest::text::bigint,
       EXISTS (SELECT 1 FROM kernel_event WHERE (generation, transaction_id) >= (current, oldest))
FROM horizon LEFT JOIN LATERAL (
  SELECT generation, transaction_id::text::bigint AS transaction_id, id, workspace_id, kind, body::text AS body,
         happened_at
  FROM kernel_event k
  WHERE (k.generation, k.transaction_id, k.id) > (%s, %s::xid8, %s)
    AND (k.generation, k.transaction_id) < (current, oldest) AND kind = ANY(%s)
  ORDER BY k.generation, k.transaction_id, k.id LIMIT %s
) AS e ON true
"""  # noqa: S608 - constants
_END = f"{_HORIZON} SELECT current, oldest::text::bigint - 1 FROM horizon"  # noqa: S608 - constants
_LAST_ID = 2**62
"""after every event of a transaction"""


def end_of_log() -> Position:
    """The position after which everything that is not yet visible to everybody will appear."""
    with connection.cursor() as cursor:
        cursor.execute(_END)
        generation, transaction_id = cursor.fetchone()
    return Position(generation, transaction_id, _LAST_ID)


def facts_of(each: Event) -> dict[str, Any]:
    """What the log keeps of an event besides workspace and kind, as JSON says it."""
    facts: dict[str, Any] = orjson.loads(_to_json(each))
    return facts


def _to_json(each: Event) -> str:
    return orjson.dumps({name: getattr(each, name) for name in _names_in(type(each).__name__)}).decode()


@cache
def _names_in(kind: str) -> tuple[str, ...]:
    fields = dataclasses.fields(Event.kinds[kind])  # type: ignore[arg-type]
    return tuple(field.name for field in fields if field.name != "workspace_id")


def _to_recorded(row: tuple[Any, ...]) -> Recorded:
    generation, transaction_id, event_id, workspace_id, kind, body, happened_at, *_ = row
    position = Position(generation, transaction_id, event_id)
    return recorded_at(position, happened_at, workspace_id, kind, orjson.loads(body))


def recorded_at(
    position: Position, happened_at: datetime, workspace_id: UUID, kind: str, facts: Mapping[str, Any]
) -> Recorded:
    """The event as a reader gets it, from what is kept of it."""
    return Recorded(position, happened_at, _to_event(workspace_id, kind, facts))


def _to_event(workspace_id: UUID, kind: str, facts: Mapping[str, Any]) -> Event:
    """Facts that the row does not name have their defaults, what is no fact any more is passed over."""
    return msgspec.convert({**facts, "workspace_id": workspace_id}, Event.kinds[kind])
