"""The index follows what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from regulars.kernel.events import Event, Recorded
from regulars.kernel.reactions import Reaction
from regulars.search.searchable import Searchable
from regulars.search.writing import hold_index, write_anew


def index_reaction(kinds: Sequence[Searchable]) -> Reaction:
    events: dict[type[Event], None] = {event: None for kind in kinds for event in kind.stale}
    return Reaction("search.follow", tuple(events), partial(_follow, kinds))


def _follow(kinds: Sequence[Searchable], happened: Sequence[Recorded]) -> None:
    events = [each.event for each in happened]
    hold_index(each.workspace_id for each in events)
    for kind in kinds:
        if ids := set(_stale(kind.stale, events)):
            write_anew(kind, ids)


def _stale(
    readers: Mapping[type[Event], Callable[[Sequence[Any]], Iterable[UUID]]], events: Sequence[Event]
) -> Iterable[UUID]:
    """Each reader is asked once, with all of its events in their order."""
    by_reader: dict[Callable[[Sequence[Any]], Iterable[UUID]], list[Event]] = {}
    for event in events:
        if reader := readers.get(type(event)):
            by_reader.setdefault(reader, []).append(event)
    for reader, theirs in by_reader.items():
        yield from reader(theirs)
