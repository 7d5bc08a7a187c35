"""What happens to files."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event, past_event


@event
class MediaAnnounced(Event):
    """A message that we had without its file named one: it is fetched."""

    workspace_id: UUID
    media_id: UUID


@event
class MediaArrived(Event):
    """A file is here."""

    workspace_id: UUID
    media_id: UUID


@event
class MediaFailed(Event):
    """A file could not be fetched; ``state``: whether it is tried again, or gone at the provider."""

    workspace_id: UUID
    media_id: UUID
    state: str


@event
class MediaAskedAgain(Event):
    """Somebody asked for a file again that could not be fetched."""

    workspace_id: UUID
    media_id: UUID
    by: Doer


@event
class MediaPreviewed(Event):
    """A file has a preview, or cannot have one."""

    workspace_id: UUID
    media_id: UUID
    is_drawn: bool


@past_event
class MediaChanged(Event):
    """Any of the above."""

    workspace_id: UUID
    media_id: UUID


MEDIA_EVENTS = (
    MediaAnnounced,
    MediaArrived,
    MediaFailed,
    MediaAskedAgain,
    MediaPreviewed,
    MediaChanged,
)
