"""What happens to connections and numbers."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class ConnectionAdded(Event):
    """A provider account was connected (or its credentials replaced)."""

    workspace_id: UUID
    connection_id: UUID


@event
class ConnectionRecovered(Event):
    """What stopped a whole account at the platform is over."""

    workspace_id: UUID
    connection_id: UUID


@event
class InboxAdded(Event):
    """A number was added to an account."""

    workspace_id: UUID
    inbox_id: UUID


@event
class InboxChanged(Event):
    """A number was added, renamed, paused or staffed differently."""

    workspace_id: UUID
    inbox_id: UUID


@event
class NoticeReceived(Event):
    """The platform told something about an account or a number."""

    workspace_id: UUID
    connection_id: UUID
    notice_id: UUID
    kind: str
