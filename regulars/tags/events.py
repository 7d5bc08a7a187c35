"""What happens to tags. What happens to the things they are on, those rooms tell."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class TagCreated(Event):
    """There is a new tag."""

    workspace_id: UUID
    tag_id: UUID
    tag_name: str
    by: Doer


@event
class TagRenamed(Event):
    """Somebody calls a tag something else; it stays on everything."""

    workspace_id: UUID
    tag_id: UUID
    from_name: str
    to_name: str
    by: Doer


@event
class TagDescribed(Event):
    """Somebody gave a tag another color or description; ``fields`` names which."""

    workspace_id: UUID
    tag_id: UUID
    fields: tuple[str, ...]
    by: Doer


@event
class TagMerged(Event):
    """A tag went into another: what had the first has the second since (``moved``: how many of them it was new to)."""

    workspace_id: UUID
    tag_id: UUID
    tag_name: str
    into_tag_id: UUID
    into_tag_name: str
    ended: int
    moved: int
    by: Doer


@event
class TagRemoved(Event):
    """Somebody removed a tag, and with it from everything that had it (``ended``: how many)."""

    workspace_id: UUID
    tag_id: UUID
    tag_name: str
    ended: int
    by: Doer


TAG_EVENTS = (TagCreated, TagRenamed, TagDescribed, TagMerged, TagRemoved)
