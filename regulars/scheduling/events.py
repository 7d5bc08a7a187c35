"""What happens to a scheduled message until it leaves. From then on it is a message like any other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class MessageScheduled(Event):
    """Somebody wrote what leaves later."""

    workspace_id: UUID
    conversation_id: UUID
    scheduled_id: UUID
    due_at: datetime
    by: Doer


@event
class ScheduledMessageChanged(Event):
    """It leaves at another time, says something else, or something else stops it; ``fields`` names which."""

    workspace_id: UUID
    conversation_id: UUID
    scheduled_id: UUID
    fields: tuple[str, ...]
    due_at: datetime
    by: Doer


@event
class ScheduledMessageCanceled(Event):
    """It does not leave: somebody canceled it, or the contact wrote before (``reason``: ``contact-wrote``)."""

    workspace_id: UUID
    conversation_id: UUID
    scheduled_id: UUID
    reason: str
    by: Doer


@event
class ScheduledMessageLeft(Event):
    """Its time had come, or somebody would not wait for it: it was queued as the message with the same id."""

    workspace_id: UUID
    conversation_id: UUID
    scheduled_id: UUID


@event
class ScheduledMessageRefused(Event):
    """When its time had come it was not allowed to leave; ``code`` says why, and its writer decides."""

    workspace_id: UUID
    conversation_id: UUID
    scheduled_id: UUID
    author_member_id: UUID | None
    code: str


SCHEDULED_EVENTS = (
    MessageScheduled,
    ScheduledMessageChanged,
    ScheduledMessageCanceled,
    ScheduledMessageLeft,
    ScheduledMessageRefused,
)
