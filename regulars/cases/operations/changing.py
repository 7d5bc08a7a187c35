"""What members do with a case: describe, assign, prioritize, resolve, reopen. Repeating changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.cases.events import (
    CaseAssigned,
    CaseCategorized,
    CaseDescribed,
    CaseDueChanged,
    CaseHandedToTeam,
    CaseOutcomeChanged,
    CasePrioritized,
    CaseReopened,
    CaseResolved,
    CaseStatusChanged,
)
from regulars.cases.models import OUTCOMES, STATUSES, Case, CaseCategory
from regulars.cases.operations.checking import (
    check_category,
    check_due,
    check_owner,
    check_priority,
    check_team,
    check_unmerged,
    clean_text,
    clean_title,
    hold_case,
    hold_cases,
    touch,
)
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.settings import reopen_within
from regulars.cases.telling import tell
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import Event
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team

CHANGED = (
    *("title", "about", "status", "outcome", "resolution", "resolved_at", "reopened_count"),
    *("owner", "team", "category", "priority", "due_at"),
)
"""columns that the verbs here write"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChanges:
    """What is to be different; what is left out stays."""

    title: str | UnsetType = UNSET
    about: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    """of a case that is resolved, or is by this; else ``solved``"""
    resolution: str | UnsetType = UNSET
    owner: Member | UnsetType | None = UNSET
    team: Team | UnsetType | None = UNSET
    category: CaseCategory | UnsetType | None = UNSET
    priority: str | UnsetType = UNSET
    due_at: datetime | UnsetType | None = UNSET


@transaction.atomic
def change_case(
    case: Case, changes: CaseChanges, *, by: Actor, versions: Collection[str] | None = None
) -> None:
    """All of it or nothing. ``versions``: those that the change was meant for; of another one it is refused.

    A case that was resolved for longer than the workspace lets it be reopened is not (:class:`Conflict`).
    """
    _check(changes, by)
    held = hold_case(case, versions)
    _change(held, changes, by)
    for name in (*CHANGED, "edition", "updated_at"):
        setattr(case, name, getattr(held, name))


@transaction.atomic
def change_cases(cases: Collection[Case], changes: CaseChanges, *, by: Actor) -> int:
    """The same change to many, all of them or none; returns how many are different now."""
    _check(changes, by)
    held = hold_cases(by.workspace_id, {each.id for each in cases})
    for each in held.values():
        check_unmerged(each)
    return sum(_change(each, changes, by) for each in held.values())


@transaction.atomic
def reopen_case(case: Case, *, by: Actor, versions: Collection[str] | None = None) -> Case:
    """The same case within the workspace's time, else a new one that follows it; returns which."""
    by.require("cases:edit")
    held = hold_case(case, versions)
    if held.status != "resolved" or _may_reopen(held):
        if held.status == "resolved":
            change_case(case, CaseChanges(status="open"), by=by)
        return case
    wanted = NewCase(
        title=held.title,
        category=held.category if held.category and not held.category.removed_at else None,
        priority=held.priority,
        owner=held.owner if held.owner and held.owner.is_active else None,
        team=held.team,
        conversations=[
            each.conversation for each in held.conversation_links.select_related("conversation__contact")
        ],
        contacts=[each.contact for each in held.contact_links.select_related("contact")],
        follows=held,
    )
    return open_case(wanted, by=by)


def _check(changes: CaseChanges, by: Actor) -> None:
    by.require("cases:edit")
    if isinstance(changes.team, Team):
        check_team(by.workspace_id, changes.team)
    if isinstance(changes.owner, Member):
        check_owner(by.workspace_id, changes.owner)
    if isinstance(changes.priority, str):
        check_priority(changes.priority)
    if isinstance(changes.due_at, datetime):
        check_due(changes.due_at)
    if isinstance(changes.status, str) and changes.status not in STATUSES:
        raise Invalid(_("Unknown status"), fields={"status": ", ".join(STATUSES)})
    if isinstance(changes.outcome, str) and changes.outcome not in OUTCOMES:
        raise Invalid(_("Unknown outcome"), fields={"outcome": ", ".join(OUTCOMES)})


def _change(held: Case, changes: CaseChanges, by: Actor) -> bool:
    happened = [*_described(held, changes, by), *_moved(held, changes, by), *_handed(held, changes, by)]
    if happened:
        touch(held, *CHANGED)
        tell(*happened)
    return bool(happened)


def _described(held: Case, changes: CaseChanges, by: Actor) -> Iterator[Event]:
    written: dict[str, str] = {}
    if isinstance(changes.title, str):
        written["title"] = clean_title(changes.title)
    if isinstance(changes.about, str):
        written["about"] = clean_text(changes.about, "about")
    if isinstance(changes.resolution, str):
        written["resolution"] = clean_text(changes.resolution, "resolution")
    fields = tuple(name for name, text in written.items() if getattr(held, name) != text)
    for name in fields:
        setattr(held, name, written[name])
    if fields:
        yield CaseDescribed(*_facts(held), fields, by.doer)


def _moved(held: Case, changes: CaseChanges, by: Actor) -> Iterator[Event]:
    before = held.status
    status = before if changes.status is UNSET else changes.status
    if status == "resolved":
        outcome = changes.outcome if isinstance(changes.outcome, str) else held.outcome or "solved"
        yield from _resolved(held, outcome, by)
        return
    if changes.outcome is not UNSET:
        raise Invalid(_("Only a resolved case has an outcome"), fields={"outcome": "status resolved"})
    if before == "resolved":
        if not _may_reopen(held):
            raise Conflict(
                _(
                    "The case #%(number)s was resolved too long ago to be the same. Open a new one that follows it."
                )
                % {"number": held.number}
            )
        held.status, held.outcome, held.resolved_at = status, "", None
        held.reopened_count += 1
        yield CaseReopened(*_facts(held), status, by.doer)
    elif status != before:
        held.status = status
        yield CaseStatusChanged(*_facts(held), before, status, by.doer)


def _resolved(held: Case, outcome: str, by: Actor) -> Iterator[Event]:
    before, known = held.status, held.outcome
    held.status, held.outcome = "resolved", outcome
    if before != "resolved":
        held.resolved_at = clock.now()
        yield CaseResolved(*_facts(held), before, outcome, by.doer)
    elif outcome != known:
        yield CaseOutcomeChanged(*_facts(held), known, outcome, by.doer)


def _handed(held: Case, changes: CaseChanges, by: Actor) -> Iterator[Event]:
    facts, doer = _facts(held), by.doer
    owner, team, category = changes.owner, changes.team, changes.category
    if not isinstance(owner, UnsetType) and owner != held.owner:
        before, held.owner = held.owner_id, owner
        yield CaseAssigned(*facts, before, held.owner_id, str(owner or ""), doer)
    if not isinstance(team, UnsetType) and team != held.team:
        before, held.team = held.team_id, team
        yield CaseHandedToTeam(*facts, before, held.team_id, str(team or ""), doer)
    if not isinstance(category, UnsetType) and category != held.category:
        check_category(held.workspace_id, category)
        before, held.category = held.category_id, category
        yield CaseCategorized(*facts, before, held.category_id, str(category or ""), doer)
    yield from _ranked(held, changes, by)


def _ranked(held: Case, changes: CaseChanges, by: Actor) -> Iterator[Event]:
    priority, due_at = changes.priority, changes.due_at
    if not isinstance(priority, UnsetType) and priority != held.priority:
        was, held.priority = held.priority, priority
        yield CasePrioritized(*_facts(held), was, priority, by.doer)
    if not isinstance(due_at, UnsetType) and due_at != held.due_at:
        due, held.due_at = held.due_at, due_at
        yield CaseDueChanged(*_facts(held), due, due_at, by.doer)


def _facts(case: Case) -> tuple[UUID, UUID, int]:
    return case.workspace_id, case.id, case.number


def _may_reopen(case: Case) -> bool:
    resolved_at = case.resolved_at
    return resolved_at is not None and clock.now() - resolved_at <= reopen_within(case.workspace_id)
