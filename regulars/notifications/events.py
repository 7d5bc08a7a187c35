"""What open screens are told of notifications. None says what was said."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class MemberNotified(Event):
    """A member has something to see in a conversation; ``ways``: how they are told of it on their screens."""

    workspace_id: UUID
    member_id: UUID
    conversation_id: UUID
    kind: str
    ways: tuple[str, ...]


@event
class NotificationsRead(Event):
    """A member has seen what was to be seen in conversations: it is cleared on all their screens."""

    workspace_id: UUID
    member_id: UUID
    conversation_ids: tuple[UUID, ...]


NOTIFICATION_EVENTS = (MemberNotified, NotificationsRead)
