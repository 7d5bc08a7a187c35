"""Telling what happened to cases: into the event log, as a quiet line of the case, and into its history.

When a case is opened, resolved, reopened or linked, its threads get a quiet line, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from regulars.cases.events import (
    CaseAssigned,
    CaseCategorized,
    CaseContactLinked,
    CaseContactUnlinked,
    CaseConversationLinked,
    CaseConversationUnlinked,
    CaseDescribed,
    CaseDueChanged,
    CaseFileAdded,
    CaseFileRemoved,
    CaseHandedToTeam,
    CaseMerged,
    CaseOpened,
    CaseOutcomeChanged,
    CasePrioritized,
    CaseReopened,
    CaseResolved,
    CaseStatusChanged,
    CaseUnmerged,
)
from regulars.cases.history import remember
from regulars.cases.models import CaseActivity, CaseConversation
from regulars.conversations.operations.telling import Line as ThreadLine
from regulars.conversations.operations.telling import add_lines
from regulars.kernel import clock
from regulars.kernel.events import Event, record_all


class _Line(NamedTuple):
    kind: str
    facts: Mapping[str, object] = MappingProxyType({})


_LINES: Mapping[type[Event], Callable[[Any], _Line]] = {
    CaseOpened: lambda event: _Line("opened"),
    CaseStatusChanged: lambda event: _Line("status_set", {"to": event.to_status}),
    CaseResolved: lambda event: _Line("resolved", {"outcome": event.outcome}),
    CaseReopened: lambda event: _Line("reopened"),
    CaseOutcomeChanged: lambda event: _Line("outcome_set", {"to": event.to_outcome}),
    CaseAssigned: lambda event: _Line(
        "assigned" if event.to_member_id else "unassigned", {"to": event.to_name}
    ),
    CaseHandedToTeam: lambda event: _Line(
        "team_set" if event.to_team_id else "team_left", {"to": event.to_name}
    ),
    CasePrioritized: lambda event: _Line("priority_set", {"to": event.to_priority}),
    CaseCategorized: lambda event: _Line(
        "category_set" if event.to_category_id else "category_left", {"to": event.to_name}
    ),
    CaseDueChanged: lambda event: _Line(
        "due_set" if event.to_due_at else "due_left",
        {"to": event.to_due_at.isoformat() if event.to_due_at else None},
    ),
    CaseDescribed: lambda event: _Line("described", {"fields": list(event.fields)}),
    CaseConversationLinked: lambda event: _Line(
        "conversation_linked", {"conversation_id": str(event.conversation_id)}
    ),
    CaseConversationUnlinked: lambda event: _Line(
        "conversation_unlinked", {"conversation_id": str(event.conversation_id)}
    ),
    CaseContactLinked: lambda event: _Line("contact_linked", {"contact_id": str(event.contact_id)}),
    CaseContactUnlinked: lambda event: _Line("contact_unlinked", {"contact_id": str(event.contact_id)}),
    CaseFileAdded: lambda event: _Line("file_added", {"file_id": str(event.file_id)}),
    CaseFileRemoved: lambda event: _Line("file_removed", {"file_id": str(event.file_id)}),
    CaseMerged: lambda event: _Line("merged", {"case_id": str(event.into_id), "number": event.into_number}),
    CaseUnmerged: lambda event: _Line(
        "unmerged", {"case_id": str(event.from_id), "number": event.from_number}
    ),
}
IN_THREADS: Mapping[type[Event], str] = {CaseResolved: "case_resolved", CaseReopened: "case_reopened"}
"""what every thread of a case is told, by the kind of its line"""


def tell(*happened: Event) -> None:
    """In the current transaction. What a case is opened with has no lines of its own beside that."""
    record_all(happened)
    opened = {each.case_id for each in happened if isinstance(each, CaseOpened)}
    lines: list[tuple[Any, _Line]] = [
        (each, make(each))
        for each in happened
        if (make := _LINES.get(type(each))) and (isinstance(each, CaseOpened) or each.case_id not in opened)  # type: ignore[attr-defined]
    ]
    now = clock.now()
    CaseActivity.objects.bulk_create(
        CaseActivity(
            workspace_id=event.workspace_id,
            case_id=event.case_id,
            kind=line.kind,
            actor_name=event.by.name,
            facts=dict(line.facts),
            at=now,
        )
        for event, line in lines
    )
    remember((event, line.kind) for event, line in lines)
    _tell_threads(happened, opened)


def _tell_threads(events: Sequence[Any], opened: Collection[UUID]) -> None:
    lines = [
        (each.conversation_id, _thread_line("case_opened" if each.case_id in opened else "case_linked", each))
        for each in events
        if isinstance(each, CaseConversationLinked)
    ]
    everywhere = [each for each in events if type(each) in IN_THREADS]
    if everywhere:
        threads = CaseConversation.objects.filter(case__in=[each.case_id for each in everywhere])
        by_case: dict[UUID, list[UUID]] = {}
        for case_id, conversation_id in threads.order_by("id").values_list("case_id", "conversation_id"):
            by_case.setdefault(case_id, []).append(conversation_id)
        lines += [
            (conversation_id, _thread_line(IN_THREADS[type(each)], each))
            for each in everywhere
            for conversation_id in by_case.get(each.case_id, ())
        ]
    if lines:
        add_lines(events[0].workspace_id, lines)


def _thread_line(kind: str, event: Any) -> ThreadLine:
    return ThreadLine(kind, event.by.name, {"case_id": str(event.case_id), "number": event.number})
