"""What one request touches becomes one entry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.kernel import clock
from regulars.kernel.events import Doer, Event
from regulars.kernel.ids import parse_id
from regulars.kernel.touching import watched_by, watcher
from regulars.workspaces.access import Actor
from regulars.workspaces.models import AuditEntry
from regulars.workspaces.trail.acts import CHANGE, CHANGED, LOOK, LOOKED, act_of
from regulars.workspaces.trail.writing import hold

CUSTOMER_DATA = ("conversation", "contact", "message", "media", "note", "group")
"""what is somebody's outside of the business; an event that names none of them is no change of it"""
KINDS = (*CUSTOMER_DATA, "merge", "tag", "inbox", "export")
MOST_IDS = 10_000
"""of an entry; whatever touches more says how many it left out"""

Touched = dict[str, dict[UUID, None]]
"""by kind, in the order in which they came"""


class Collector:
    """One request or job. ``face``: screen, rest or job; ``route``: its name there."""

    def __init__(self, actor: Actor, face: str, *, source: str | None = None, route: str = "") -> None:
        self.actor = actor
        self.face = face
        self.source = source
        self.route = route
        self._looked: Touched = {}
        self._changed: Touched = {}
        self._events: dict[str, None] = {}
        self._told: set[UUID] = set()
        self._row: AuditEntry | None = None
        """of the transaction that is open; more that happens in it is added"""

    def looked_at(self, kind: str, ids: Iterable[UUID]) -> None:
        self._looked.setdefault(kind, {}).update(dict.fromkeys(ids))

    def happened(self, events: Sequence[Event]) -> None:
        found = [(each, ids) for each in events if (ids := ids_in(each)) and ids.keys() & set(CUSTOMER_DATA)]
        if not found:
            return
        for each, ids in found:
            self._events[type(each).__name__] = None
            for kind, some in ids.items():
                self._changed.setdefault(kind, {}).update(dict.fromkeys(some))
        self._write()

    def note(self, verb: str, object_kind: str, object_id: str, details: Mapping[str, object]) -> None:
        """Something that the room itself calls by a name: the entry of this transaction says it."""
        if key := parse_id(object_id):
            self._changed.setdefault(object_kind, {})[key] = None
        said = {"act": act_of(verb), "verb": verb, "object_kind": object_kind, "object_id": object_id}
        if self._row is not None and self._row.verb == CHANGED:
            for name, value in said.items():
                setattr(self._row, name, value)
            self._row.details = {**self._row.details, **details}
            if self._update(self._row):
                return
        self._insert(**said, details=dict(details))

    def forget_looks(self) -> None:
        """Nothing of it was shown."""
        self._looked = {}

    def finish(self) -> AuditEntry | None:
        """What was looked at and not told yet, to be written when nobody waits for it."""
        seen = {
            kind: left
            for kind, ids in self._looked.items()
            if (left := {each: None for each in ids if each not in self._told})
        }
        if not seen:
            return None
        return self._entry(seen, act=LOOK, verb=LOOKED, details={})

    def _write(self) -> None:
        if self._row is not None:
            self._row.details = {**self._row.details, "events": list(self._events)}
            if self._update(self._row):
                return
        self._insert(act=CHANGE, verb=CHANGED, details={"events": list(self._events)})

    def _insert(self, **said: Any) -> None:
        self._row = row = self._entry(self._changed, **said)
        row.save(force_insert=True)
        self._told.update(row.object_ids)
        transaction.on_commit(self._committed)

    def _update(self, row: AuditEntry) -> bool:
        """False when that transaction, or a part of it, was taken back: its entry is not there."""
        row.object_ids, row.object_counts, cut = _told(self._changed)
        if cut:
            row.details["left_out"] = cut
        self._told.update(row.object_ids)
        names = ("act", "verb", "object_kind", "object_id", "details", "object_ids", "object_counts")
        own = AuditEntry.objects.filter(workspace_id=row.workspace_id, id=row.id, at=row.at)
        return bool(own.update(**{name: getattr(row, name) for name in names}))

    def _committed(self) -> None:
        self._row = None
        self._changed, self._events = {}, {}

    def _entry(self, touched: Touched, **said: Any) -> AuditEntry:
        ids, counts, cut = _told(touched)
        if cut:
            said["details"] = {**said["details"], "left_out": cut}
        first = counts[0][0] if counts else ""
        return AuditEntry(
            workspace_id=self.actor.workspace_id,
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            face=self.face,
            route=self.route,
            source=self.source,
            at=clock.now(),
            object_ids=ids,
            object_counts=counts,
            **{"object_kind": first, "object_id": str(ids[0]) if len(ids) == 1 else "", **said},
        )


def _told(touched: Touched) -> tuple[list[UUID], list[tuple[str, int]], int]:
    ids: list[UUID] = []
    counts = []
    every = sum(map(len, touched.values()))
    for kind, some in touched.items():
        taken = list(some)[: MOST_IDS - len(ids)]
        if taken:
            ids += taken
            counts.append((kind, len(taken)))
    return ids, counts, every - len(ids)


def ids_in(event: Event) -> dict[str, list[UUID]]:
    """By kind, the ids that an event names."""
    found: dict[str, list[UUID]] = {}
    for name, kind in _id_facts(type(event).__name__):
        value = getattr(event, name)
        some = [value] if isinstance(value, UUID) else value or ()
        if ids := [each for each in some if isinstance(each, UUID)]:
            found.setdefault(kind, []).extend(ids)
    return found


@cache
def _id_facts(name: str) -> tuple[tuple[str, str], ...]:
    """The facts that are ids, with the kind of each."""
    kind = Event.kinds[name]
    facts = dataclasses.fields(kind) if kind.is_change else ()  # type: ignore[arg-type]  # every event is one
    return tuple(
        (fact.name, each)
        for fact in facts
        for each in KINDS
        if fact.name in {f"{each}_id", f"{each}_ids", f"{each}s"}
    )


@contextmanager
def collected(collector: Collector) -> Iterator[Collector]:
    """What happens within is one entry; what was only looked at is held to be written in a moment."""
    with watched_by(collector):
        yield collector
    if entry := collector.finish():
        hold(entry)


@contextmanager
def collected_for_job(by: Doer, workspace_id: UUID, kind: str) -> Iterator[None]:
    """A job acts for whoever asked for it."""
    actor = Actor(by.kind, by.id, workspace_id, by.name, "", frozenset())  # type: ignore[arg-type]  # one of the three
    with collected(Collector(actor, "job", route=kind)):
        yield


def current_collector() -> Collector | None:
    found = watcher()
    return found if isinstance(found, Collector) else None
