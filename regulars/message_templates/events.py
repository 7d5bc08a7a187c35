"""What happens to message templates."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class TemplatesChanged(Event):
    """Templates of a connection were added, changed status, category or wording, or went away."""

    workspace_id: UUID
    connection_id: UUID
