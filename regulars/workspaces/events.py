"""What happens to people and their rights."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class MemberChanged(Event):
    """Role, teams or activity of a member changed: open screens must follow."""

    workspace_id: UUID
    member_id: UUID
