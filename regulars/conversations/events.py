"""What happens in conversations. All carry the conversation; live screens and rules read them."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Event, event

HANDED_ON = frozenset({"assignee", "team"})
"""changes after which other members may see a conversation"""


@event
class MessageReceived(Event):
    """A contact (or, as an echo, the business's phone) said something; the message is stored."""

    workspace_id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    """who said it; null for an echo of what was said to a group"""
    message_id: UUID
    kind: str
    direction: str


@event
class MessageQueued(Event):
    """A message of ours was written down to be sent."""

    workspace_id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    """null when it goes to a group"""
    message_id: UUID


@event
class MessageStatusChanged(Event):
    """A message's status went forward (sent, delivered, read …, failed, unknown)."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    status: str


@event
class ConversationStarted(Event):
    """A contact or a group and an inbox met for the first time."""

    workspace_id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    """null when it is a group"""


@event
class ConversationChanged(Event):
    """Status, assignee, team, priority, unread count or reply window changed; ``what`` says which.

    ``from_…`` say who held it until then, when it was handed on (``HANDED_ON``).
    """

    workspace_id: UUID
    conversation_id: UUID
    what: str
    from_assignee_id: UUID | None = None
    from_team_id: UUID | None = None


@event
class MemberTyping(Event):
    """A member has begun to write an answer; the contact may be told."""

    workspace_id: UUID
    conversation_id: UUID
    member_id: UUID


@event
class NoteWritten(Event):
    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
