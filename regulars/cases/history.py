"""What decides about a case and is remembered: status, owner, team, category and priority.

An entry of ``DECIDING`` is all that another fact needs, besides a migration that opens its rows for what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from regulars.cases.events import (
    CaseAssigned,
    CaseCategorized,
    CaseHandedToTeam,
    CasePrioritized,
    CaseReopened,
    CaseResolved,
    CaseStatusChanged,
)
from regulars.cases.models import Case, CaseHistory
from regulars.kernel.events import Doer, Event
from regulars.kernel.history import Change, keep

STARTED = "started"


class _Now(NamedTuple):
    """A fact, and what it is from now on; of an id also what people call it."""

    fact: str
    value: str | None
    name: str = ""


def _id(fact: str, value: UUID | None, name: str) -> _Now:
    return _Now(fact, str(value), name) if value else _Now(fact, None)


DECIDING: Mapping[type[Event], Callable[[Any], _Now]] = {
    CaseStatusChanged: lambda event: _Now("status", event.to_status),
    CaseResolved: lambda event: _Now("status", "resolved"),
    CaseReopened: lambda event: _Now("status", event.to_status),
    CaseAssigned: lambda event: _id("owner", event.to_member_id, event.to_name),
    CaseHandedToTeam: lambda event: _id("team", event.to_team_id, event.to_name),
    CasePrioritized: lambda event: _Now("priority", event.to_priority),
    CaseCategorized: lambda event: _id("category", event.to_category_id, event.to_name),
}


def remember(happened: Iterable[tuple[Any, str]]) -> None:
    """Write what events changed, each with the word of its quiet line; one statement if there is anything."""
    changes = [
        Change(event.workspace_id, event.case_id, *DECIDING[type(event)](event), event.by, why)
        for event, why in happened
        if type(event) in DECIDING
    ]
    if changes:
        keep(CaseHistory, changes)


def open_history(case: Case, by: Doer) -> None:
    """Of one that was just made, at its moment."""
    firsts = (
        _Now("status", case.status),
        _Now("priority", case.priority),
        _id("owner", case.owner_id, str(case.owner or "")),
        _id("team", case.team_id, str(case.team or "")),
        _id("category", case.category_id, str(case.category or "")),
    )
    changes = (Change(case.workspace_id, case.id, *first, by, STARTED) for first in firsts)
    keep(CaseHistory, changes, at=case.opened_at)
