"""What a kind of thing tells of itself to be found, and which kinds there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from regulars.kernel.events import Event
from regulars.search.asking import Asked
from regulars.search.models import SearchEntry
from regulars.workspaces.access import Actor

Entries = QuerySet[SearchEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """One thing as it is now. ``facts``: what else it is found by (``by:<member>``, ``has:picture``)."""

    id: UUID
    workspace_id: UUID
    at: datetime
    text: str
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    facts: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = ()
    """of people; found and shown only by who may see contacts"""
    is_sealed: bool = False
    """its text lies sealed, and so does what it is found by"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A kind of thing that can be searched."""

    kind: str
    """stored, so it stays"""
    plural: str
    """as REST asks for it"""
    stale: Mapping[type[Event], Callable[[Sequence[Any]], Iterable[UUID]]]
    """events after which things are to be read anew, and which things these are"""
    read: Callable[[Collection[UUID]], Iterable[Findable]]
    """those of these that are there and may be found; a fixed number of queries"""
    model: type[Model]
    things: Callable[[UUID], QuerySet[Any]]
    """what of a workspace may be among them; rows whose ``id`` is the thing's"""
    narrow: Callable[[Actor, Entries, Asked], Entries]
    """by what the operators ask of the entries themselves; raises ``Invalid`` for names that nothing has"""
    visible: Callable[[Actor, Entries, Asked], Entries]
    """those that the actor may see, and of which holds what the operators ask of other rows; raises ``Invalid``"""
    has_numbers: bool = False
    """whether things of this kind are found by people's numbers, too"""
    has_sealed: bool = False
    """whether some of them lie sealed"""


def searchables() -> tuple[Searchable, ...]:
    """Those that are wired in (``config.wiring.SEARCHABLES``)."""
    return cast("tuple[Searchable, ...]", import_string(settings.SEARCHABLES))


def searchable(kind: str) -> Searchable:
    return next(each for each in searchables() if each.kind == kind)
