"""What happens to the protection of messages."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class ProtectionChanged(Event):
    """Other words protect messages from now on, or none do."""

    workspace_id: UUID
    is_on: bool
    word_count: int
    by: Doer


@event
class WordsProtected(Event):
    """Words that lay open lie sealed: of a message, a note or what leaves later."""

    is_change: ClassVar[bool] = False
    workspace_id: UUID
    kind: str
    object_id: UUID
