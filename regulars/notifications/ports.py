"""What the rooms above tell this one: to whom something happened, who may see it, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.kernel.events import Event, Position, Recorded

Pair = tuple[UUID, UUID]
"""a member and a conversation"""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that a member may want to be told of. ``kind``: one of ``levels.KINDS``."""

    workspace_id: UUID
    member_id: UUID
    conversation_id: UUID
    kind: str
    at: datetime
    position: Position
    """where the log tells of it"""
    message_id: UUID | None = None
    by_member_id: UUID | None = None
    """who did it: nobody is told of their own acts"""

    @property
    def pair(self) -> Pair:
        return self.member_id, self.conversation_id


@dataclass(frozen=True, slots=True)
class Source:
    """Events that concern members, and whom: ``find`` gets those of a batch, and asks few queries however many."""

    events: tuple[type[Event], ...]
    find: Callable[[Sequence[Recorded]], Sequence[Occasion]]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a conversation in what is sent: whom it is with, and the newest of what they wrote."""

    name: str
    text: str


Seen = Callable[[Collection[Pair]], Collection[Pair]]
"""those of the pairs whose member works here and may see the conversation now"""
Describe = Callable[[Collection[tuple[UUID, UUID | None]]], Mapping[UUID, Words]]
"""by conversation and newest message; conversations that are gone are left out"""
