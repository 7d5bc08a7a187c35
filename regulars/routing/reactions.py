"""What a pass answers: somebody came to wait, or somebody may be free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from regulars.contacts.events import ContactTagged, ContactUntagged
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
    ConversationTagged,
    ConversationUntagged,
    ConversationWoken,
    MessageReceived,
)
from regulars.conversations.models import SILENT_KINDS, Conversation
from regulars.inboxes.events import InboxStaffed
from regulars.kernel.events import Event, Position, Recorded
from regulars.routing.events import (
    QUEUE_EVENTS,
    RoutingLookedOver,
    SpecialistWaitEnded,
)
from regulars.routing.filing import Arrival
from regulars.routing.models import RoutedInbox, Waiting
from regulars.routing.passing import hold_routing, run_pass
from regulars.workspaces.events import AVAILABILITY_EVENTS, MEMBER_EVENTS, TeamRemoved

ARRIVALS = (
    MessageReceived,
    ConversationReopenedByMessage,
    ConversationAssigned,
    ConversationHandedToTeam,
    ConversationReopened,
    ConversationWoken,
    ConversationTagged,
    ConversationUntagged,
    ConversationPrioritized,
    AnswerFailed,
)
"""after which a conversation may wait for somebody, or elsewhere"""
FREEING: tuple[type[Event], ...] = (
    ConversationAnswered,
    ConversationAssigned,
    ConversationClaimed,
    ConversationResolved,
    ConversationSnoozed,
    ConversationHandedToTeam,
    SpecialistWaitEnded,
    InboxStaffed,
    TeamRemoved,
    *AVAILABILITY_EVENTS,
    *MEMBER_EVENTS,
)
"""after which somebody may be free who was not"""
LOOKED_THROUGH = (*QUEUE_EVENTS, RoutingLookedOver)
"""after which everything that waits is looked at anew"""
ROUTED_ON: tuple[type[Event], ...] = tuple(
    dict.fromkeys((*ARRIVALS, *FREEING, *LOOKED_THROUGH, ContactTagged, ContactUntagged))
)


def route(happened: Sequence[Recorded]) -> None:
    """One pass for each workspace that routes and in which something happened. Needs a transaction."""
    by_workspace: dict[UUID, list[Recorded]] = defaultdict(list)
    for each in happened:
        by_workspace[each.event.workspace_id].append(each)
    for workspace_id in _routing(by_workspace):
        _route(workspace_id, by_workspace[workspace_id])


def _routing(workspace_ids: Collection[UUID]) -> list[UUID]:
    """Those that route, or did and have left something, in the order in which all take their locks."""
    ids = list(workspace_ids)
    routed = RoutedInbox.objects.filter(workspace_id__in=ids).values_list("workspace_id", flat=True)
    left = Waiting.objects.filter(workspace_id__in=ids).values_list("workspace_id", flat=True)
    return sorted({*routed.distinct(), *left.distinct()})


def _route(workspace_id: UUID, happened: Sequence[Recorded]) -> None:
    hold_routing(workspace_id)  # before any row
    arrivals: dict[UUID, Arrival] = {}
    for each in happened:
        _note(each, arrivals)
    _note_busy(workspace_id, happened)
    anew = next((each for each in reversed(happened) if isinstance(each.event, LOOKED_THROUGH)), None)
    if anew:
        _look_through(workspace_id, anew, arrivals)
    contacts = {
        each.event.contact_id for each in happened if isinstance(each.event, ContactTagged | ContactUntagged)
    }
    if contacts:
        _note_waiting_of(workspace_id, contacts, happened[-1], arrivals)
    touched = {*arrivals, *filter(None, (getattr(each.event, "conversation_id", None) for each in happened))}
    run_pass(workspace_id, arrivals, type(happened[-1].event).__name__, None if anew else touched)


def cause_of(position: Position) -> str:
    return f"{position.generation}.{position.event_id}"


def _note(each: Recorded, arrivals: dict[UUID, Arrival]) -> None:
    """The first thing of a batch that made it wait is the cause; that it came back, or was put back, counts always."""
    event: Any = each.event
    if not isinstance(event, ARRIVALS) or _is_silent(event):
        return
    has_come_back, put_back_by = False, None
    if isinstance(event, ConversationReopenedByMessage):
        has_come_back = event.from_status == "resolved"
    if isinstance(event, ConversationAssigned):
        if event.to_member_id is not None:
            return
        # a new wait: what it waited for before has had its effect
        if event.by.kind == "member" and event.by.id == event.from_member_id:
            put_back_by = event.from_member_id
    known = arrivals.get(event.conversation_id)
    if known and not isinstance(event, ConversationAssigned):
        has_come_back = has_come_back or known.has_come_back
        put_back_by = known.put_back_by
        arrivals[event.conversation_id] = replace(known, has_come_back=has_come_back, put_back_by=put_back_by)
    else:
        arrivals[event.conversation_id] = replace(
            _arrival(each), has_come_back=has_come_back, put_back_by=put_back_by
        )


def _arrival(each: Recorded) -> Arrival:
    return Arrival(cause_of(each.position), type(each.event).__name__)


def _is_silent(event: Any) -> bool:
    return isinstance(event, MessageReceived) and (event.direction != "in" or event.kind in SILENT_KINDS)


_BUSY = """
INSERT INTO routing_turn AS t (member_id, workspace_id, busy_until)
SELECT m.id, m.workspace_id, max(f.at) FROM conversations_conversation c
  JOIN workspaces_member m ON m.id = c.assignee_id
  CROSS JOIN LATERAL (SELECT now() AS at) f
WHERE c.id = ANY(%b::uuid[]) AND c.workspace_id = %s GROUP BY m.id, m.workspace_id ORDER BY m.id
ON CONFLICT (member_id) DO UPDATE SET busy_until = EXCLUDED.busy_until
"""


def _note_busy(workspace_id: UUID, happened: Iterable[Recorded]) -> None:
    """Whoever answered or finished something just now has been idle since now."""
    done = {
        each.event.conversation_id
        for each in happened
        if isinstance(each.event, ConversationAnswered | ConversationResolved)
    }
    if done:
        with connection.cursor() as cursor:
            cursor.execute(_BUSY, [list(done), workspace_id])


def _look_through(workspace_id: UUID, anew: Recorded, arrivals: dict[UUID, Arrival]) -> None:
    """Everything that waits for somebody on a number that is routed; each keeps the cause that it has."""
    found = Conversation.objects.filter(
        workspace_id=workspace_id,
        status="open",
        waiting_since__isnull=False,
        assignee__isnull=True,
        inbox_id__in=RoutedInbox.objects.filter(workspace_id=workspace_id).values("inbox_id"),
    )
    held = Waiting.objects.filter(workspace_id=workspace_id, held_by__isnull=False)
    for conversation_id in found.values_list("id", flat=True):
        arrivals.setdefault(conversation_id, _arrival(anew))
    for conversation_id in held.values_list("conversation_id", flat=True):
        arrivals.setdefault(conversation_id, replace(_arrival(anew), has_come_back=True))


def _note_waiting_of(
    workspace_id: UUID, contact_ids: Collection[UUID], last: Recorded, arrivals: dict[UUID, Arrival]
) -> None:
    waiting = Waiting.objects.filter(workspace_id=workspace_id, conversation__contact_id__in=contact_ids)
    for conversation_id in waiting.values_list("conversation_id", flat=True):
        arrivals.setdefault(conversation_id, _arrival(last))
