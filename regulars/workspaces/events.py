"""What happens to people and their rights."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class MemberChanged(Event):
    """Role, teams or activity of a member changed: open screens must follow."""

    workspace_id: UUID
    member_id: UUID


@event
class TeamChanged(Event):
    """A team was made, renamed or removed."""

    workspace_id: UUID
    team_id: UUID


@event
class SessionEnded(Event):
    """Somebody signed out of a browser, or was signed out of it: what is open in it must close."""

    workspace_id: UUID
    session_id: UUID
