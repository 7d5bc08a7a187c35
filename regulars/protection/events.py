"""What happens to the protection of messages."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class ProtectionChanged(Event):
    """Other words protect messages from now on, or none do."""

    workspace_id: UUID
    is_on: bool
    word_count: int
    by: Doer
