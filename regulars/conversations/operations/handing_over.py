"""What becomes of a member's open conversations when they go off duty: back to the queue, a team's, another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.conversations.events import ConversationAssigned, ConversationHandedToTeam
from regulars.conversations.models import Conversation
from regulars.conversations.operations.telling import tell_all
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import Event
from regulars.workspaces.access import Actor
from regulars.workspaces.availability import check_arranges
from regulars.workspaces.models import Member, Team
from regulars.workspaces.teams import hold_teams


@dataclass(frozen=True, slots=True)
class Successor:
    """Who gets them: nobody (``queue``), a team's queue, or a member."""

    kind: Literal["queue", "team", "member"]
    team: Team | None = None
    member: Member | None = None


def open_conversations_of(member: Member) -> int:
    return Conversation.objects.filter(assignee=member, status="open").count()


@transaction.atomic
def hand_over_open(member: Member, to: Successor, *, by: Actor) -> int:
    """All that are open and theirs; those that wait for their moment stay. Returns how many went."""
    by.require("conversations:assign")
    check_arranges(by, member)
    _check(member, to)
    held = list(
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .filter(workspace_id=member.workspace_id, assignee=member, status="open")
        .order_by("id")
        .values_list("id", "team_id")
    )
    theirs = Conversation.objects.filter(
        workspace_id=member.workspace_id, id__in=[each for each, _team in held]
    )
    if to.team:
        theirs.update(team=to.team)
    theirs.update(assignee=to.member, updated_at=clock.now())
    tell_all(event for each, team_id in held for event in _events(member, each, team_id, to, by))
    return len(held)


def _check(member: Member, to: Successor) -> None:
    if to.kind == "team" and (to.team is None or not hold_teams(member.workspace_id, [to.team])):
        raise Invalid(_("There is no such team"), fields={"team": "a team of this workspace"})
    if to.kind == "member" and (
        to.member is None
        or to.member.id == member.id
        or not to.member.is_active
        or to.member.workspace_id != member.workspace_id
    ):
        raise Invalid(_("This member cannot take conversations"), fields={"member": "another active member"})


def _events(
    member: Member, conversation_id: UUID, team_id: UUID | None, to: Successor, by: Actor
) -> Iterator[Event]:
    workspace_id = member.workspace_id
    if to.team and to.team.id != team_id:
        yield ConversationHandedToTeam(
            workspace_id,
            conversation_id,
            from_team_id=team_id,
            to_team_id=to.team.id,
            to_name=to.team.name,
            member_id=member.id,
            by=by.doer,
        )
    yield ConversationAssigned(
        workspace_id,
        conversation_id,
        from_member_id=member.id,
        to_member_id=to.member.id if to.member else None,
        to_name=str(to.member) if to.member else "",
        team_id=to.team.id if to.team else team_id,
        by=by.doer,
    )
