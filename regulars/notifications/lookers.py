"""Who looks at which conversation right now, as their screens say: they are told of nothing there.

Kept in memory in each worker, from the same beats (``web.live.presence``) that colleagues see one another by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import msgspec

LOOKS_FOR_SECONDS = 45.0
"""screens say so every 20"""


class _Person(msgspec.Struct, frozen=True):
    id: UUID


class _Beat(msgspec.Struct, frozen=True):
    conversation_id: UUID
    person: _Person
    state: str


@dataclass(slots=True)
class Lookers:
    clock: Callable[[], float] = monotonic
    until: dict[tuple[UUID, UUID], float] = field(default_factory=dict)

    def hear(self, payload: str) -> None:
        """From the thread that listens; one assignment each, so that no lock is needed."""
        try:
            beat = msgspec.json.decode(payload, type=_Beat)
        except msgspec.DecodeError:
            return
        here = (beat.person.id, beat.conversation_id)
        if beat.state == "gone":
            self.until.pop(here, None)
        else:
            self.until[here] = self.clock() + LOOKS_FOR_SECONDS
        if len(self.until) > 1000:
            self._forget_old()

    def looks(self, member_id: UUID, conversation_id: UUID) -> bool:
        return self.until.get((member_id, conversation_id), 0.0) > self.clock()

    def _forget_old(self) -> None:
        now = self.clock()
        for here, until in list(self.until.items()):
            if until <= now:
                self.until.pop(here, None)


LOOKERS = Lookers()
"""of this process"""
