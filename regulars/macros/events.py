"""What happens to macros. What they do is told by the verbs that they call."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class MacroCreated(Event):
    """Somebody made a macro."""

    workspace_id: UUID
    macro_id: UUID
    by: Doer


@event
class MacroChanged(Event):
    """It is called something else, does something else, or is for others."""

    workspace_id: UUID
    macro_id: UUID
    changed: tuple[str, ...]
    by: Doer


@event
class MacroRemoved(Event):
    """It is gone; for a while it can be brought back."""

    workspace_id: UUID
    macro_id: UUID
    by: Doer


@event
class MacroRestored(Event):
    """It is back."""

    workspace_id: UUID
    macro_id: UUID
    by: Doer


@event
class MacroRun(Event):
    """Somebody ran it; ``conversation_count``: on so many."""

    workspace_id: UUID
    macro_id: UUID
    conversation_count: int
    by: Doer


MACRO_EVENTS = (MacroCreated, MacroChanged, MacroRemoved, MacroRestored)
