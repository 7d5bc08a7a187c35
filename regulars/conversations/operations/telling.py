"""Telling what happened: into the event log and, where people are to read it, as a quiet line of the thread.

A line is made from its event and kept with the conversation, because the log is purged after a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from regulars.conversations.events import (
    AnswerFailed,
    CallReported,
    ConversationAssigned,
    ConversationChanged,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationLostTeam,
    ConversationPrioritized,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationResolved,
    ConversationSnoozed,
    ConversationTagged,
    ConversationUntagged,
    ConversationWoken,
    MessageSentAgain,
    MessageStopped,
    MessageTakenAsSent,
    ThreadLineAdded,
)
from regulars.conversations.history import remember
from regulars.conversations.models import Activity
from regulars.conversations.operations.facts import note_changes
from regulars.kernel import clock
from regulars.kernel.events import Event, record_all


class Line(NamedTuple):
    """A quiet line: what (``kind``), who (empty for the house itself), and its facts."""

    kind: str
    actor_name: str = ""
    facts: Mapping[str, object] = MappingProxyType({})
    at: datetime | None = None
    """when it was, if that is not now"""


def tell(*events: Event) -> None:
    """In the current transaction, with the lines of the thread."""
    tell_all(events)


def tell_all(events: Iterable[Event]) -> None:
    """One statement for the log; one more each for lines, for deciding facts that changed, for what is counted."""
    told = list(events)
    record_all(told)
    note_changes(told)
    lines = [(each, line) for each in told if (line := line_of(each))]
    if lines:
        _insert(lines, clock.now())
        remember((each, line.kind) for each, line in lines)


def add_lines(workspace_id: UUID, lines: Sequence[tuple[UUID, Line]]) -> None:
    """Quiet lines that a higher room writes into threads, each with its conversation; in the current transaction."""
    now = clock.now()
    Activity.objects.bulk_create(
        Activity(
            workspace_id=workspace_id,
            conversation_id=conversation_id,
            kind=line.kind,
            actor_name=line.actor_name,
            facts=dict(line.facts),
            at=line.at or now,
        )
        for conversation_id, line in lines
    )
    threads = dict.fromkeys(conversation_id for conversation_id, _line in lines)
    record_all(ThreadLineAdded(workspace_id, conversation_id) for conversation_id in threads)


def remember_untold(events: Iterable[Event]) -> None:
    """What happened to conversations that nobody is told of goes into their history all the same."""
    remember((each, line.kind) for each in events if (line := line_of(each)))


def line_of(event: Event) -> Line | None:
    make = _LINES.get(type(event))
    return make(event) if make else None


def call_facts(call: CallReported) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "event": call.step,
        "direction": call.direction,
        "duration_seconds": call.duration_seconds,
        "status": call.status,
    }


def _assigned(event: ConversationAssigned) -> Line:
    to = event.to_member_id
    facts = {"to": event.to_name, "to_id": str(to) if to else None}
    if event.decision_id:
        return Line("routed", event.by.name, {**facts, "decision_id": str(event.decision_id)})
    return Line("assigned" if to else "unassigned", event.by.name, facts)


def _resolved(event: ConversationResolved) -> Line:
    if event.idle_hours is None:
        return Line("resolved", event.by.name)
    return Line("resolved_idle", "", {"hours": event.idle_hours, "counted_by": event.idle_counted_by})


def _lost_team(event: ConversationLostTeam) -> Line:
    if event.to_team_id is None:
        return Line("team_removed", event.by.name, {"team": event.from_name})
    return Line("team_succeeded", event.by.name, {"team": event.from_name, "to": event.to_name})


def _about_message(kind: str) -> Callable[[Any], Line]:
    return lambda event: Line(kind, event.by.name, {"message_id": str(event.message_id)})


_LINES: Mapping[type[Event], Callable[[Any], Line | None]] = {
    ConversationAssigned: _assigned,
    ConversationClaimed: _about_message("claimed"),
    ConversationHandedToTeam: lambda event: Line(
        "team_set" if event.to_team_id else "team_left", event.by.name, {"to": event.to_name}
    ),
    ConversationLostTeam: _lost_team,
    ConversationResolved: _resolved,
    ConversationReopened: lambda event: Line("reopened", event.by.name),
    ConversationReopenedByMessage: lambda event: Line(
        ("woken_by_" if event.from_status == "snoozed" else "reopened_by_")
        + ("group" if event.is_of_group else "contact")
    ),
    ConversationSnoozed: lambda event: Line(
        "snoozed_firmly" if event.sleeps_through else "snoozed",
        event.by.name,
        {"until": event.until.isoformat()},
    ),
    ConversationWoken: lambda event: Line("woken"),
    ConversationPrioritized: lambda event: Line("priority_set", event.by.name, {"to": event.to_priority}),
    ConversationTagged: lambda event: Line("tag_added", event.by.name, {"tag": event.tag_name}),
    ConversationUntagged: lambda event: Line(
        "tag_expired" if event.reason == "expired" else "tag_removed", event.by.name, {"tag": event.tag_name}
    ),
    AnswerFailed: lambda event: Line("reopened_by_failure") if event.from_status != "open" else None,
    MessageSentAgain: _about_message("decided_send_again"),
    MessageTakenAsSent: _about_message("decided_was_sent"),
    MessageStopped: _about_message("stopped"),
    CallReported: lambda event: Line("call", "", call_facts(event), event.at),
}


LINE_EVENTS: tuple[type[Event], ...] = (*_LINES, ThreadLineAdded, ConversationChanged)
"""those that may have a line in the thread"""


def _insert(lines: Sequence[tuple[Any, Line]], now: datetime) -> None:
    Activity.objects.bulk_create(
        Activity(
            workspace_id=event.workspace_id,
            conversation_id=event.conversation_id,
            kind=line.kind,
            actor_name=line.actor_name,
            facts=dict(line.facts),
            at=line.at or now,
        )
        for event, line in lines
    )
