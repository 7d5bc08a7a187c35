"""What happens to contacts and groups."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event


@event
class ContactChanged(Event):
    """Name, language, identities, consent or another fact of a contact changed."""

    workspace_id: UUID
    contact_id: UUID


@event
class GroupChanged(Event):
    """What a group is called changed."""

    workspace_id: UUID
    group_id: UUID
