"""Topics: which events change which pieces of which screens, and who may see them.

Each room of screens declares its own, and ``config/screens.py`` lists the rooms. A screen names the topics that
it follows; the hub knows nothing of what they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from regulars.conversations.access import Staffing
from regulars.kernel.events import Event
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks through a screen, as far as it decides what they are told."""

    actor: Actor
    subject: UUID | None
    """what is open on the screen, in the words of its topic: a conversation"""
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class Eyes:
    """All the screens that follow a topic, taken together: what is worth drawing."""

    workspaces: frozenset[UUID]
    languages: tuple[str, ...]
    subjects: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Piece:
    """What screens are told: a name that their script knows, facts, and what to show in each language."""

    name: str
    facts: Mapping[str, Any]
    is_for: Callable[[Looker], bool]
    """decides without a query"""
    html: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that screens follow.

    ``draw`` makes the pieces of a stretch of the log, all at once: a fixed number of queries, however many events
    there are and however many screens follow.
    """

    name: str
    events: tuple[type[Event], ...]
    draw: Callable[[Sequence[Event], Eyes], Sequence[Piece]]
    is_counted: bool = False
    """the navigation's counters count what it shows"""


def page_topic(name: str, events: tuple[type[Event], ...], is_open_to: Callable[[Actor], bool]) -> Topic:
    """Asked anew as a whole, with the right of whoever looks: the stream says no more than that."""

    def draw(happened: Sequence[Event], _eyes: Eyes) -> list[Piece]:
        workspaces = frozenset(each.workspace_id for each in happened)
        return [
            Piece("page", {}, lambda to: to.actor.workspace_id in workspaces and is_open_to(to.actor)),
        ]

    return Topic(name, events, draw)


def kinds_of(topics: Collection[Topic]) -> set[str]:
    return {event.__name__ for topic in topics for event in topic.events}
