"""Whoever looks may see more or less from one moment to the next: members, roles, sessions, who staffs which number."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from regulars.conversations.access import Staffing, closed_to
from regulars.inboxes.events import STAFFING_EVENTS
from regulars.kernel.events import Event
from regulars.workspaces.access import Actor
from regulars.workspaces.events import MEMBER_EVENTS, RoleChanged, SecondFactorRuleChanged, SessionEnded

RIGHTS_EVENTS = (*MEMBER_EVENTS, *STAFFING_EVENTS, RoleChanged, SecondFactorRuleChanged, SessionEnded)


@dataclass(slots=True)
class Shift:
    """What a stretch of the log changed about who may see what."""

    members: set[UUID] = field(default_factory=set)
    roles: set[UUID] = field(default_factory=set)
    ended_sessions: set[UUID] = field(default_factory=set)
    workspaces: set[UUID] = field(default_factory=set)
    """in which something else is asked of everybody"""
    staffing: set[UUID] = field(default_factory=set)
    """workspaces in which who staffs what may be different"""

    def is_about(self, actor: Actor) -> bool:
        return (
            actor.member_id in self.members
            or actor.role_id in self.roles
            or actor.workspace_id in self.workspaces
        )


def shift_of(events: Iterable[Event]) -> Shift:
    shift = Shift()
    for event in events:
        _note(event, shift)
    return shift


def _note(event: Any, shift: Shift) -> None:
    if isinstance(event, SessionEnded):
        shift.ended_sessions.add(event.session_id)
    elif isinstance(event, MEMBER_EVENTS):
        shift.members.add(event.member_id)
        shift.staffing.add(event.workspace_id)
    elif isinstance(event, RoleChanged):
        shift.roles.add(event.role_id)
    elif isinstance(event, SecondFactorRuleChanged):
        shift.workspaces.add(event.workspace_id)
    elif isinstance(event, STAFFING_EVENTS):
        shift.staffing.add(event.workspace_id)


def sees_other_numbers(
    actor: Actor, before: Staffing | None, now: Staffing | None, members: Collection[UUID]
) -> bool:
    """Whether a number was opened or closed to a member without any change of their own."""
    if actor.sees_all or actor.member_id in members or before is None or now is None:
        return False
    return closed_to(actor, before) != closed_to(actor, now)
