"""What happens to service levels, and to what they promise."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class ServiceLevelCreated(Event):
    """Somebody promised answers by a time."""

    workspace_id: UUID
    service_level_id: UUID
    name: str
    by: Doer


@event
class ServiceLevelChanged(Event):
    """A service level promises something else, is for others, or has another place."""

    workspace_id: UUID
    service_level_id: UUID
    name: str
    by: Doer


@event
class ServiceLevelRemoved(Event):
    """A service level is gone; what it promised is promised by the next one that fits."""

    workspace_id: UUID
    service_level_id: UUID
    name: str
    by: Doer


@event
class ServiceLevelSettingsChanged(Event):
    """The night or the follow-up window is another one."""

    workspace_id: UUID
    night_start: int
    night_end: int
    follow_up_seconds: int
    by: Doer


@event
class AnswerClockChanged(Event):
    """An answer is promised by a time, by another time, or no more."""

    is_change: ClassVar[bool] = False
    workspace_id: UUID
    conversation_id: UUID
    due_at: datetime | None


@event
class AnswerWarned(Event):
    """The promised time is nearly over, and nobody has answered."""

    workspace_id: UUID
    conversation_id: UUID
    clock_id: UUID
    service_level: str
    due_at: datetime


@event
class AnswerBreached(Event):
    """The promised time is over, and nobody has answered."""

    workspace_id: UUID
    conversation_id: UUID
    clock_id: UUID
    service_level: str
    due_at: datetime


SERVICE_LEVEL_EVENTS = (
    ServiceLevelCreated,
    ServiceLevelChanged,
    ServiceLevelRemoved,
    ServiceLevelSettingsChanged,
)
"""after which other answers may be promised"""
CLOCK_EVENTS = (AnswerClockChanged, AnswerWarned, AnswerBreached)
"""after which a conversation's clock shows something else"""
