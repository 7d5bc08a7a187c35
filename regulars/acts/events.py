from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class ActUndone(Event):
    """Somebody took back what they had done to conversations; each change is told of by an event of its own."""

    workspace_id: UUID
    act_id: UUID
    restored: int
    kept: int
    """conversations that others had changed since, and that stayed as they are"""
    by: Doer
