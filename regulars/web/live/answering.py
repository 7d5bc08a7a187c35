"""Who answers which conversation, as lists show it: told to every screen that may see the conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from regulars.conversations.access import ConversationFacts, Staffing, can_see
from regulars.web.live.presence import Board, Person, told
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class Answering:
    """``person`` writes an answer, nobody when None; ``is_conflict``: others do, too."""

    conversation_id: UUID
    facts: ConversationFacts
    person: Person | None
    is_conflict: bool

    @property
    def told(self) -> dict[str, Any]:
        person = told([(self.person, "answering")])[0] if self.person else None
        return {
            "conversation_id": str(self.conversation_id),
            "person": person,
            "is_conflict": self.is_conflict,
        }

    def is_seen_by(self, actor: Actor, staffing: Staffing) -> bool:
        return can_see(actor, self.facts, staffing)


@dataclass(slots=True)
class AnsweringTold:
    """What screens were told last, by conversation; only what nobody was told of yet is news."""

    states: dict[UUID, Answering] = field(default_factory=dict)

    def news(self, board: Board, conversations: Collection[UUID], now: float) -> list[Answering]:
        found = []
        for conversation_id in conversations:
            before = self.states.get(conversation_id)
            state = _state(board, conversation_id, now, before)
            if state is None or state == before:
                continue
            if state.person is None:
                self.states.pop(conversation_id, None)
                if before is None:
                    continue
            else:
                self.states[conversation_id] = state
            found.append(state)
        return found

    def all(self, board: Board, now: float) -> list[Answering]:
        """For a screen that has just come."""
        states = (_state(board, each, now, before) for each, before in self.states.items())
        return [each for each in states if each is not None and each.person is not None]


def _state(board: Board, conversation_id: UUID, now: float, before: Answering | None) -> Answering | None:
    facts = board.facts_of(conversation_id) or (before.facts if before else None)
    if facts is None:
        return None
    writers = [(person, state) for person, state in board.people(conversation_id, now) if state in WRITING]
    writers.sort(key=lambda each: each[1] != "answering")
    return Answering(conversation_id, facts, writers[0][0] if writers else None, len(writers) > 1)


WRITING = ("answering", "writing")
