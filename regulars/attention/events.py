"""What happens to members' attention. ``member_id`` is whose; ``by`` is who did it."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.events import Doer, Event, event


@event
class MemberMentioned(Event):
    """A note named a member who sees the conversation: ``kind`` says as what (member, team, everybody)."""

    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
    member_id: UUID
    kind: str
    by: Doer


@event
class NoteEdited(Event):
    """Its author put it in other words; what it said before is kept."""

    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
    by: Doer


@event
class MentionsSeen(Event):
    """A member who had been mentioned looked at the conversation."""

    workspace_id: UUID
    conversation_id: UUID
    member_id: UUID


@event
class ConversationFollowed(Event):
    """A member keeps an eye on it from now on; ``is_by_mention``: because a note named them."""

    workspace_id: UUID
    conversation_id: UUID
    member_id: UUID
    is_by_mention: bool


@event
class ConversationUnfollowed(Event):
    """A member does not any more."""

    workspace_id: UUID
    conversation_id: UUID
    member_id: UUID


ATTENTION_EVENTS = (MemberMentioned, MentionsSeen, ConversationFollowed, ConversationUnfollowed)
