"""What happens to files."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class MediaChanged(Event):
    """A file arrived, failed to arrive, waits again, or was told of after its message."""

    workspace_id: UUID
    media_id: UUID
