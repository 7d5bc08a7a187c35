"""What happens in conversations: one class for each thing, with its facts. All carry the conversation.

Who a conversation is with can be asked of it; events tell what was, which nobody can ask later. ``by`` is who did it.
The quiet lines of the thread are made from them (``operations/telling.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from regulars.kernel.events import Doer, Event, event, past_event

# --- messages --------------------------------------------------------------------------------------------


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
    kind: str = ""
    author_member_id: UUID | None = None
    """null when no member wrote it"""


@event
class MessageStatusChanged(Event):
    """A message's status went forward (sent, delivered, read …, failed, unknown)."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    status: str
    from_status: str = ""
    """empty where whoever wrote the new one did not have to look at the old one"""


@event
class MessageSentAgain(Event):
    """Somebody decided that a message with an unknown result goes out again."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    by: Doer


@event
class MessageTakenAsSent(Event):
    """Somebody decided that a message with an unknown result did reach the contact."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    by: Doer


@event
class MessageStopped(Event):
    """Somebody stopped a message that had not left."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    by: Doer


@event
class MessagesRemoved(Event):
    """What a person said in a group was removed with them."""

    workspace_id: UUID
    conversation_id: UUID


@event
class CallReported(Event):
    """The platform told of a step of a voice call."""

    workspace_id: UUID
    conversation_id: UUID
    call_id: str
    """the platform's, the same for every step"""
    step: str
    direction: str
    status: str
    duration_seconds: int | None
    at: datetime


# --- whose it is -----------------------------------------------------------------------------------------


@event
class ConversationAssigned(Event):
    """Somebody handed the conversation to a member, or to nobody."""

    workspace_id: UUID
    conversation_id: UUID
    from_member_id: UUID | None
    to_member_id: UUID | None
    to_name: str
    team_id: UUID | None
    """whose queue it was in then"""
    by: Doer
    decision_id: UUID | None = None
    """the routing decision that it follows, which knows the cause; null when a person decided"""


@event
class ConversationClaimed(Event):
    """A member answered what was nobody's, and has it now."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    """the answer"""
    team_id: UUID | None
    """whose queue it was in then"""
    by: Doer


@event
class ConversationHandedToTeam(Event):
    """Somebody put the conversation into a team's queue, or took it out."""

    workspace_id: UUID
    conversation_id: UUID
    from_team_id: UUID | None
    to_team_id: UUID | None
    to_name: str
    member_id: UUID | None
    """whose it was then"""
    by: Doer


@event
class ConversationLostTeam(Event):
    """The team that had the conversation was removed; it is with its successor now, or with no team."""

    workspace_id: UUID
    conversation_id: UUID
    from_team_id: UUID
    from_name: str
    to_team_id: UUID | None
    to_name: str
    member_id: UUID | None
    """whose it was then"""
    by: Doer


# --- its state -------------------------------------------------------------------------------------------


@event
class ConversationStarted(Event):
    """A contact or a group and an inbox met for the first time."""

    workspace_id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    """null when it is a group"""


@event
class ConversationResolved(Event):
    """Somebody said that nothing is left to do, or a rule did because nothing came any more."""

    workspace_id: UUID
    conversation_id: UUID
    from_status: str
    by: Doer
    idle_hours: int | None = None
    """after so many hours without an answer; null when a person decided"""
    idle_counted_by: str = ""
    """``calendar`` or ``business``: which hours those are"""


@event
class ConversationReopened(Event):
    """Somebody took it back to work."""

    workspace_id: UUID
    conversation_id: UUID
    from_status: str
    by: Doer


@event
class ConversationReopenedByMessage(Event):
    """The contact, or somebody in the group, wrote while it was resolved or snoozed."""

    workspace_id: UUID
    conversation_id: UUID
    from_status: str
    is_of_group: bool


@event
class ConversationSnoozed(Event):
    """Somebody put it out of sight until a moment."""

    workspace_id: UUID
    conversation_id: UUID
    from_status: str
    until: datetime
    by: Doer
    sleeps_through: bool = False
    """it stays there when the contact writes"""


@event
class ConversationWoken(Event):
    """The moment came until which it was snoozed."""

    workspace_id: UUID
    conversation_id: UUID


@event
class ConversationPrioritized(Event):
    """Somebody gave it another priority."""

    workspace_id: UUID
    conversation_id: UUID
    from_priority: str
    to_priority: str
    by: Doer


@event
class ConversationTagged(Event):
    """It has a tag: its name then, why, and by whom or what (a member, a rule, a model …)."""

    workspace_id: UUID
    conversation_id: UUID
    by: Doer
    tag_id: UUID | None = None
    """null, and no name, in rows of older versions, which told all tags at once"""
    tag_name: str = ""
    reason: str = ""


@event
class ConversationUntagged(Event):
    """It has a tag no more; ``reason`` is ``expired`` when its time was over."""

    workspace_id: UUID
    conversation_id: UUID
    tag_id: UUID
    tag_name: str
    by: Doer
    reason: str


@event
class NoteWritten(Event):
    """A member left a note for colleagues."""

    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
    by: Doer | None = None


@event
class NoteWithdrawn(Event):
    """The author of a note took it back: its words are hidden."""

    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
    by: Doer


@event
class NoteRestored(Event):
    """The author of a note that was taken back put it there again."""

    workspace_id: UUID
    conversation_id: UUID
    note_id: UUID
    by: Doer


@event
class ThreadLineAdded(Event):
    """Another part of the house wrote a quiet line into the thread: a case that belongs to it was opened, say."""

    workspace_id: UUID
    conversation_id: UUID


# --- reading and answering -------------------------------------------------------------------------------


@event
class ConversationRead(Event):
    """Somebody read what the contact wrote; ``left``: what came after what they saw."""

    is_change: ClassVar[bool] = False
    workspace_id: UUID
    conversation_id: UUID
    unread: int
    left: int
    by: Doer


@event
class ConversationMarkedUnread(Event):
    """Somebody put it back among the unread."""

    workspace_id: UUID
    conversation_id: UUID
    by: Doer


@event
class ConversationAnswered(Event):
    """A message of ours ended a wait, or answered what was unread."""

    workspace_id: UUID
    conversation_id: UUID
    message_id: UUID
    waiting_since: datetime | None
    unread: int
    """how much of it was not read before"""


@event
class EpisodeAnswered(Event):
    """The first answer of an episode went out: the platform took it, or it was said on the phone."""

    workspace_id: UUID
    conversation_id: UUID
    episode_id: UUID
    message_id: UUID
    """the answer"""


@event
class AnswerFailed(Event):
    """Our answer did not get there: the contact waits on, and what it had ended is back."""

    workspace_id: UUID
    conversation_id: UUID
    from_status: str
    """not open: it was opened again"""


@event
class FailedAnswerArrived(Event):
    """An answer that had failed reached the contact after all: they wait no longer."""

    workspace_id: UUID
    conversation_id: UUID


@event
class ReplyWindowClosed(Event):
    """The platform refused an answer because the reply window had closed before we thought."""

    workspace_id: UUID
    conversation_id: UUID


@event
class ReplyWindowProlonged(Event):
    """The platform told until when the window of an ad is open."""

    workspace_id: UUID
    conversation_id: UUID
    until: datetime


@event
class MemberTyping(Event):
    """A member has begun to write an answer; the contact may be told."""

    is_change: ClassVar[bool] = False
    workspace_id: UUID
    conversation_id: UUID
    member_id: UUID


# --- written before there was a class for each -----------------------------------------------------------


@past_event
class ConversationChanged(Event):
    """Any of the changes above, without its facts: ``what`` names the column."""

    workspace_id: UUID
    conversation_id: UUID
    what: str
    from_assignee_id: UUID | None = None
    from_team_id: UUID | None = None


NOTE_EVENTS = (NoteWritten, NoteWithdrawn, NoteRestored)
"""after which a note is there, or looks different"""
MESSAGE_EVENTS = (MessageReceived, MessageQueued, MessageStatusChanged)
"""after which a message is there, or another one than before"""
STATE_EVENTS = (
    ConversationStarted,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationLostTeam,
    ConversationResolved,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationSnoozed,
    ConversationWoken,
    ConversationPrioritized,
    ConversationTagged,
    ConversationUntagged,
    ConversationRead,
    ConversationMarkedUnread,
    ConversationAnswered,
    EpisodeAnswered,
    AnswerFailed,
    FailedAnswerArrived,
    ReplyWindowClosed,
    ReplyWindowProlonged,
    MessageSentAgain,
    MessageTakenAsSent,
    MessageStopped,
    MessagesRemoved,
    CallReported,
    ThreadLineAdded,
    ConversationChanged,
)
"""after which a conversation's line and head are different, or its thread has a new quiet line"""


def held_before(each: Event) -> tuple[UUID | None, UUID | None] | None:
    """Member and team that had the conversation until this event handed it on; None when it did not."""
    match each:
        case ConversationAssigned():
            return each.from_member_id, each.team_id
        case ConversationClaimed():
            return None, each.team_id
        case ConversationHandedToTeam() | ConversationLostTeam():
            return each.member_id, each.from_team_id
        case ConversationChanged(what="assignee" | "team"):
            return each.from_assignee_id, each.from_team_id
        case _:
            return None
