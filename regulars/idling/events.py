"""What happens to the rule for idle conversations."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class IdleRuleChanged(Event):
    """Idle conversations are resolved sooner, later, others, or not any more."""

    workspace_id: UUID
    is_on: bool
    idle_hours: int
    counted_by: str
    by: Doer
