"""How fast a number may speak: tokens for its throughput, and a pace for each person. Pure arithmetic.

Times are seconds of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from regulars.inboxes.ports import PersonPace

REMEMBERED_PEOPLE = 20_000


@dataclass(slots=True)
class Throughput:
    """A token bucket: ``per_second`` messages, at most one second's worth at once."""

    per_second: float
    tokens: float = -1.0
    refilled_at: float = 0.0

    def available(self, now: float) -> int:
        if self.tokens < 0:
            self.tokens, self.refilled_at = self.per_second, now
        self.tokens = min(self.per_second, self.tokens + (now - self.refilled_at) * self.per_second)
        self.refilled_at = now
        return int(self.tokens)

    def take(self, count: int) -> None:
        self.tokens -= count


@dataclass(slots=True)
class PeoplePace:
    """For each person, until when their allowance is used up (generic cell rate algorithm)."""

    pace: PersonPace | None
    """None: the channel lets us write to a person as fast as we like"""
    due_at: dict[UUID, float] = field(default_factory=dict)
    held_until: dict[UUID, float] = field(default_factory=dict)

    def note_sent(self, person: UUID, now: float) -> None:
        if self.pace is None:
            return
        due = max(self.due_at.get(person, now), now) + self.pace.seconds
        self.due_at[person] = due
        free_at = due - self.pace.seconds * (self.pace.burst - 1)
        if free_at > now:
            self.hold(person, free_at)
        if len(self.due_at) > REMEMBERED_PEOPLE:
            self.due_at = {key: value for key, value in self.due_at.items() if value > now}

    def hold(self, person: UUID, until: float) -> None:
        self.held_until[person] = max(self.held_until.get(person, 0.0), until)

    def held(self, now: float) -> list[UUID]:
        self.held_until = {key: value for key, value in self.held_until.items() if value > now}
        return list(self.held_until)
