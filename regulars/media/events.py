"""What happens to files."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class MediaChanged(Event):
    """A file arrived, failed to arrive, or waits again."""

    workspace_id: UUID
    media_id: UUID
