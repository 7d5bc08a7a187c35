"""What becomes of a block, step by step."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class ContactBlockAsked(Event):
    """Somebody wants a contact not to reach a number any more; the platform is told next (``reason``: spam, other)."""

    workspace_id: UUID
    conversation_id: UUID
    block_id: UUID
    reason: str
    by: Doer


@event
class ContactBlocked(Event):
    """The platform has the contact on the number's list: nothing of theirs arrives."""

    workspace_id: UUID
    conversation_id: UUID
    block_id: UUID
    by: Doer


@event
class ContactBlockFailed(Event):
    """The platform did not block, or did not lift the block (``code``: its number for why)."""

    workspace_id: UUID
    conversation_id: UUID
    block_id: UUID
    code: int
    by: Doer


@event
class ContactUnblockAsked(Event):
    """Somebody wants a contact to reach the number again; the platform is told next."""

    workspace_id: UUID
    conversation_id: UUID
    block_id: UUID
    by: Doer


@event
class ContactUnblocked(Event):
    """The contact reaches the number again."""

    workspace_id: UUID
    conversation_id: UUID
    block_id: UUID
    by: Doer


BLOCK_EVENTS = (ContactBlockAsked, ContactBlocked, ContactBlockFailed, ContactUnblockAsked, ContactUnblocked)
