"""What happens to queues and to what waits in them. That somebody was given something: ``ConversationAssigned``."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class QueueCreated(Event):
    """Somebody made a queue."""

    workspace_id: UUID
    queue_id: UUID
    name: str
    by: Doer


@event
class QueueChanged(Event):
    """A queue has another name or place, takes something else, or is served by others."""

    workspace_id: UUID
    queue_id: UUID
    name: str
    by: Doer


@event
class QueueRemoved(Event):
    """A queue is gone; what waited in it is with the others."""

    workspace_id: UUID
    queue_id: UUID
    name: str
    by: Doer


@event
class RoutingChanged(Event):
    """Other numbers are routed than before, or routing does something else by itself."""

    workspace_id: UUID
    inbox_ids: tuple[UUID, ...]
    returns_to_previous: bool
    priority_after: int
    by: Doer


@event
class SpecialistWaitEnded(Event):
    """The queue's specialist was not free in time: others may have it."""

    workspace_id: UUID
    conversation_id: UUID


@event
class RoutingLookedOver(Event):
    """Something may wait that no event told of: the queues are looked through."""

    workspace_id: UUID


QUEUE_EVENTS = (QueueCreated, QueueChanged, QueueRemoved, RoutingChanged)
"""after which a conversation may wait elsewhere"""
