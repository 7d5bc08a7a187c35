"""Who looks at a conversation right now, and who writes in it: told by screens, kept in memory, gone by itself.

A screen says so every 20 seconds, and every 6 while somebody types (``web.inbox.views.presence``, which lets in only
who may see the conversation). Each beat is one NOTIFY to all web processes; nothing is written. Whoever is on the
board of a conversation is told who else is: nobody learns of others without being seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import msgspec
from django.db import connection

from regulars.conversations.access import ConversationFacts

CHANNEL = "regulars_presence"
"""the NOTIFY channel; its payload is a :class:`Beat`"""
LOOKS_FOR_SECONDS = 45.0
WRITES_FOR_SECONDS = 13.0

Said = Literal["looking", "writing", "noting", "gone"]
STATES: tuple[Said, ...] = ("looking", "writing", "noting", "gone")
State = Said | Literal["answering"]
"""as colleagues are told: of those who write an answer, one holds the conversation and is *answering*"""


class Person(msgspec.Struct, frozen=True):
    """A member as colleagues see them."""

    id: UUID
    name: str
    initials: str
    tone: int


class Beat(msgspec.Struct, frozen=True):
    """What a screen says of its member."""

    conversation_id: UUID
    person: Person
    state: Said
    holds: bool = False
    """the conversation is theirs to answer (``answering.holding``)"""
    facts: ConversationFacts | None = None
    """of a conversation that somebody writes in: who may see it is told in lists, too"""


def tell(beat: Beat) -> None:
    """Every web process hears it, on commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, msgspec.json.encode(beat).decode()])


def read_beat(payload: str) -> Beat | None:
    try:
        return msgspec.json.decode(payload, type=Beat)
    except msgspec.DecodeError:
        return None


@dataclass(slots=True)
class _Place:
    person: Person
    looks_until: float
    writes_until: float = 0.0
    writing: Said = "writing"
    holds: bool = False

    def state(self, now: float) -> State:
        if self.writes_until <= now:
            return "looking"
        return "answering" if self.writing == "writing" and self.holds else self.writing


@dataclass(slots=True)
class Board:
    """Who is where, by conversation and member. Times are monotonic seconds, given by whoever asks."""

    places: dict[UUID, dict[UUID, _Place]] = field(default_factory=dict)
    facts: dict[UUID, ConversationFacts] = field(default_factory=dict)
    """of the conversations that somebody has written in, while anybody is there"""

    def facts_of(self, conversation_id: UUID) -> ConversationFacts | None:
        return self.facts.get(conversation_id)

    def hear(self, beat: Beat, now: float) -> bool:
        """True when that changes what colleagues see."""
        here = self.places.setdefault(beat.conversation_id, {})
        before = self._seen(here, now)
        place = here.setdefault(beat.person.id, _Place(beat.person, 0.0))
        place.looks_until = now + LOOKS_FOR_SECONDS
        place.holds = beat.holds
        if beat.facts is not None:
            self.facts[beat.conversation_id] = beat.facts
        if beat.state in ("writing", "noting"):
            place.writing, place.writes_until = beat.state, now + WRITES_FOR_SECONDS
        elif beat.state == "looking":
            place.writes_until = 0.0
        else:
            del here[beat.person.id]
        if not here:
            self._forget(beat.conversation_id)
        return self._seen(here, now) != before

    def forget_old(self, then: float, now: float) -> set[UUID]:
        changed = set()
        for conversation_id, here in list(self.places.items()):
            for member_id, place in list(here.items()):
                if then < place.writes_until <= now or place.looks_until <= now:
                    changed.add(conversation_id)
                if place.looks_until <= now:
                    del here[member_id]
            if not here:
                self._forget(conversation_id)
        return changed

    def _forget(self, conversation_id: UUID) -> None:
        del self.places[conversation_id]
        self.facts.pop(conversation_id, None)

    def people(self, conversation_id: UUID, now: float) -> list[tuple[Person, State]]:
        here = self.places.get(conversation_id, {}).values()
        present = [(place.person, place.state(now)) for place in here if place.looks_until > now]
        return sorted(present, key=lambda each: (each[1] == "looking", each[0].name))

    def has(self, conversation_id: UUID, member_id: UUID | None) -> bool:
        return member_id in self.places.get(conversation_id, {})

    def _seen(self, here: dict[UUID, _Place], now: float) -> dict[UUID, State]:
        return {key: place.state(now) for key, place in here.items()}


def told(people: Iterable[tuple[Person, State]]) -> list[dict[str, object]]:
    return [
        {"id": str(each.id), "name": each.name, "initials": each.initials, "tone": each.tone, "state": state}
        for each, state in people
    ]
