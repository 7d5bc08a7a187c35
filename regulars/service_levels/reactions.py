"""What the clocks and the follow-ups go by: what happens in conversations, and what is promised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from regulars.contacts.events import (
    ContactEdited,
    ContactsMerged,
    ContactTagged,
    ContactUntagged,
    MergeUndone,
)
from regulars.conversations.events import (
    AnswerFailed,
    ConversationAnswered,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationPrioritized,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationResolved,
    ConversationSnoozed,
    ConversationStarted,
    ConversationTagged,
    ConversationUntagged,
    ConversationWoken,
    FailedAnswerArrived,
    MessageQueued,
    MessageReceived,
    MessagesRemoved,
)
from regulars.conversations.models import SILENT_KINDS, Conversation
from regulars.kernel.events import Event, Recorded
from regulars.kernel.locks import hold
from regulars.service_levels.drawing import draw_clocks
from regulars.service_levels.events import SERVICE_LEVEL_EVENTS
from regulars.service_levels.following_up import look_again, note_said
from regulars.service_levels.models import AnswerClock
from regulars.workspaces.events import BusinessHoursChanged

_STATES = (
    ConversationStarted,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationResolved,
    ConversationSnoozed,
    ConversationWoken,
    AnswerFailed,
)
_OF_CONVERSATIONS = (
    *_STATES,
    MessageReceived,
    ConversationAnswered,
    FailedAnswerArrived,
    MessagesRemoved,
    ConversationTagged,
    ConversationUntagged,
    ConversationPrioritized,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
)
_OF_CONTACTS = (ContactEdited, ContactTagged, ContactUntagged)
_OF_PERSONS = (ContactsMerged, MergeUndone)
_OF_ALL = (*SERVICE_LEVEL_EVENTS, BusinessHoursChanged)
DRAWN_ON: tuple[type[Event], ...] = (
    *_OF_CONVERSATIONS,
    MessageQueued,
    *_OF_CONTACTS,
    *_OF_PERSONS,
    *_OF_ALL,
)
AT_ONCE = 2_000


def keep_promises(happened: Sequence[Recorded]) -> None:
    """Clocks and follow-ups are as they should be after a batch of events. Needs a transaction."""
    events = [each.event for each in happened]
    touched = {each.conversation_id for each in events if isinstance(each, _OF_CONVERSATIONS)}
    touched |= _waiting_of({each.contact_id for each in events if isinstance(each, _OF_CONTACTS)})
    touched |= _waiting_of(
        {contact_id for each in events if isinstance(each, _OF_PERSONS) for contact_id in each.contact_ids}
    )
    anew = {each.workspace_id for each in events if isinstance(each, _OF_ALL)}
    for workspace_id in sorted({each.workspace_id for each in events}):
        hold(f"service_levels:{workspace_id}")  # before any row
    note_said(_said(happened))
    look_again({each.conversation_id for each in events if isinstance(each, AnswerFailed)})
    ids = sorted(touched | _waiting_in(anew))
    for start in range(0, len(ids), AT_ONCE):
        draw_clocks(ids[start : start + AT_ONCE])


def _said(happened: Sequence[Recorded]) -> dict[UUID, datetime | None]:
    """By conversation that opened, closed or began, or in which we said something, when we did."""
    found: dict[UUID, datetime | None] = {}
    for each in happened:
        event = each.event
        if isinstance(event, (MessageQueued, MessageReceived)) and event.kind in SILENT_KINDS:
            continue
        if isinstance(event, MessageQueued) or (
            isinstance(event, MessageReceived) and event.direction == "out"
        ):
            found[event.conversation_id] = each.happened_at
        elif isinstance(event, _STATES):
            found.setdefault(event.conversation_id, None)
    return found


def _waiting_of(contact_ids: Collection[UUID]) -> set[UUID]:
    # unscoped: the ids come from the log
    rows = Conversation.objects.filter(contact_id__in=contact_ids, waiting_since__isnull=False)
    return set(rows.values_list("id", flat=True)) if contact_ids else set()


def _waiting_in(workspace_ids: Collection[UUID]) -> set[UUID]:
    if not workspace_ids:
        return set()
    rows = Conversation.objects.filter(
        workspace_id__in=workspace_ids, status__in=["open", "snoozed"], waiting_since__isnull=False
    )
    clocks = AnswerClock.objects.filter(
        workspace_id__in=workspace_ids, met_at__isnull=True, stopped_at__isnull=True
    )
    return {*rows.values_list("id", flat=True), *clocks.values_list("conversation_id", flat=True)}
