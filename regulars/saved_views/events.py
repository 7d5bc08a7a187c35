"""What happens to saved views."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class SavedViewCreated(Event):
    """Somebody keeps a view; ``owner_id``: whose own it is, None for one that is shared."""

    workspace_id: UUID
    view_id: UUID
    owner_id: UUID | None
    by: Doer


@event
class SavedViewChanged(Event):
    """It is called something else, shows something else, or is for others.

    ``owner_id``: None if it was shared before or is now.
    """

    workspace_id: UUID
    view_id: UUID
    owner_id: UUID | None
    changed: tuple[str, ...]
    by: Doer


@event
class SavedViewRemoved(Event):
    """It is gone; for a while it can be brought back."""

    workspace_id: UUID
    view_id: UUID
    owner_id: UUID | None
    by: Doer


@event
class SavedViewRestored(Event):
    """It is back."""

    workspace_id: UUID
    view_id: UUID
    owner_id: UUID | None
    by: Doer


@event
class SavedViewsArranged(Event):
    """A member has their views in another order, or others of them counted."""

    workspace_id: UUID
    owner_id: UUID
    by: Doer


VIEW_EVENTS = (
    SavedViewCreated,
    SavedViewChanged,
    SavedViewRemoved,
    SavedViewRestored,
    SavedViewsArranged,
)
