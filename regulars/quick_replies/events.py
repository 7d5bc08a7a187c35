"""What happens to quick replies. That one was sent is counted, and no event: the message is."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class QuickReplyCreated(Event):
    """There is a new quick reply."""

    workspace_id: UUID
    quick_reply_id: UUID
    by: Doer


@event
class QuickReplyChanged(Event):
    """Somebody changed a quick reply; ``fields`` names what of it."""

    workspace_id: UUID
    quick_reply_id: UUID
    fields: tuple[str, ...]
    by: Doer


@event
class QuickReplyArchived(Event):
    """A quick reply is not offered any more."""

    workspace_id: UUID
    quick_reply_id: UUID
    by: Doer


@event
class QuickReplyRestored(Event):
    """A quick reply that was archived is offered again."""

    workspace_id: UUID
    quick_reply_id: UUID
    by: Doer


@event
class QuickReplyRemoved(Event):
    """A quick reply that nobody had sent is gone."""

    workspace_id: UUID
    quick_reply_id: UUID
    by: Doer


QUICK_REPLY_EVENTS = (
    QuickReplyCreated,
    QuickReplyChanged,
    QuickReplyArchived,
    QuickReplyRestored,
    QuickReplyRemoved,
)
