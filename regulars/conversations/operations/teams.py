"""Removing a team: what becomes of the numbers that it staffs and of the conversations handed to it.

It hides nothing from those who do the work. A number that nobody else staffs goes to the successor or, when whoever
removes the team says so, to everybody: a number without teams is everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from regulars.conversations.access import read_staffing
from regulars.conversations.events import ConversationLostTeam
from regulars.conversations.models import Conversation
from regulars.conversations.operations.telling import remember_untold, tell_all
from regulars.inboxes.events import InboxStaffed
from regulars.inboxes.models import Inbox
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record_all
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team
from regulars.workspaces.teams import drop_team, has_active_member, ids_of, lock_teams, teams_with_members


@dataclass(frozen=True, slots=True)
class _Handed:
    """A conversation that the team had when it was locked."""

    id: UUID
    status: str
    inbox_id: UUID
    assignee_id: UUID | None


@transaction.atomic
def remove_team(team: Team, *, to: Team | None = None, opens: Collection[UUID] = (), by: Actor) -> None:
    """Its numbers and conversations go to the team ``to``; without one, its conversations to no team.

    ``opens``: the numbers of which whoever decides knows that everybody staffs them then. One that nobody else would
    staff and that is not among them refuses the removal (:class:`Conflict`). Repeating it changes nothing.
    """
    by.require("teams:manage")
    locked = lock_teams(team.workspace_id, {team.id, *([to.id] if to else [])})
    if team.id not in locked:
        return
    team = locked[team.id]
    successor = _successor(team, locked.get(to.id)) if to else None
    numbers = _lock_numbers(team)
    staffed = _teams_of(numbers)
    if successor:
        _staff(numbers, successor)
    else:
        _open(team, numbers, opens)
    handed = _lock_handed(team)
    _hand_on(team, handed, successor, by=by)
    facts: dict[str, object] = {
        "to": str(successor.id) if successor else None,
        "inboxes": [str(number.id) for number in numbers],
        "conversations": len(handed),
    }
    drop_team(team, by=by, facts=facts)
    now_staffed = _teams_of(numbers)
    record_all(
        InboxStaffed(team.workspace_id, number.id, staffed[number.id], now_staffed[number.id], by.doer)
        for number in numbers
    )


def numbers_left_alone(team: Team) -> list[Inbox]:
    staffed_by = read_staffing(team.workspace_id).inbox_teams
    working = teams_with_members(team.workspace_id)
    numbers = Inbox.objects.filter(teams=team).order_by("name", "id")
    return [number for number in numbers if not (staffed_by[number.id] - {team.id}) & working]


def _successor(team: Team, to: Team | None) -> Team:
    if to is None or to.id == team.id:
        raise Invalid(_("There is no such team"), fields={"to": "another team of this workspace"})
    if not has_active_member(to):
        raise Conflict(
            _("Nobody is in the team %(name)s, so nobody would see what goes there. Choose another one.")
            % {"name": to.name},
            fields={"to": "a team with an active member"},
        )
    return to


def _lock_numbers(team: Team) -> list[Inbox]:
    """What the team staffs, held: of two teams that are removed at once, the second sees what the first left."""
    staffed = Inbox.teams.through.objects.filter(team_id=team.id).values("inbox_id")
    numbers = Inbox.objects.select_for_update(no_key=True).filter(workspace_id=team.workspace_id)
    return list(numbers.filter(id__in=staffed).order_by("id"))


def _teams_of(numbers: Sequence[Inbox]) -> dict[UUID, tuple[UUID, ...]]:
    prefetch_related_objects(fresh := [Inbox(id=number.id) for number in numbers], "teams")
    return {number.id: ids_of(number.teams.all()) for number in fresh}


def _staff(numbers: Sequence[Inbox], successor: Team) -> None:
    staffing = Inbox.teams.through
    rows = [staffing(inbox_id=number.id, team_id=successor.id) for number in numbers]
    staffing.objects.bulk_create(rows, ignore_conflicts=True)


def _open(team: Team, numbers: Sequence[Inbox], opens: Collection[UUID]) -> None:
    alone = numbers_left_alone(team)
    if unmeant := [number.name for number in alone if number.id not in opens]:
        raise Conflict(
            _("Nobody but the team %(team)s staffs %(numbers)s. Say who staffs it from then on.")
            % {"team": team.name, "numbers": ", ".join(unmeant)},
            fields={"opens": "the numbers that everybody staffs then, or a team in `to`"},
        )
    Inbox.teams.through.objects.filter(inbox_id__in=[number.id for number in alone]).delete()


def _lock_handed(team: Team) -> list[_Handed]:
    rows = Conversation.objects.select_for_update(of=("self",)).filter(team=team).order_by("id")
    return [_Handed(*row) for row in rows.values_list("id", "status", "inbox_id", "assignee_id")]


def _hand_on(team: Team, handed: Sequence[_Handed], successor: Team | None, *, by: Actor) -> None:
    """Give the conversations to the successor where it staffs their number, else to no team: its staff see them.

    Resolved ones go along without a word: there may be years of them, and their screens change when they are opened.
    """
    staffed_by = read_staffing(team.workspace_id).inbox_teams
    following = {
        each.id
        for each in handed
        if successor and successor.id in staffed_by.get(each.inbox_id, {successor.id})
    }
    now = clock.now()
    held = Conversation.objects.filter(team=team)
    if successor:
        held.filter(id__in=following).update(team=successor, updated_at=now)
    held.update(team=None, updated_at=now)
    lost = {
        each: ConversationLostTeam(
            team.workspace_id,
            each.id,
            from_team_id=team.id,
            from_name=team.name,
            to_team_id=to.id if to else None,
            to_name=to.name if to else "",
            member_id=each.assignee_id,
            by=by.doer,
        )
        for each in handed
        for to in [successor if each.id in following else None]
    }
    tell_all(event for each, event in lost.items() if each.status != "resolved")
    remember_untold(event for each, event in lost.items() if each.status == "resolved")
