"""The only door to a conversation from outside this room.

What an actor sees is written once as a query (``visible_to``) and once as a predicate (``can_see``, for the
live screens, which must decide without a query); a property test holds the two together.

Owners and admins see all. A lead sees the numbers that their teams staff (or that everybody staffs) where
the conversation is unassigned, their own, a team mate's or handed to one of their teams. An agent sees their
own, and the unassigned ones of the numbers they staff that are not handed to another team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.conversations.models import Conversation, Message
from regulars.inboxes.models import Inbox, sealed_fields
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member


@dataclass(frozen=True, slots=True)
class ConversationFacts:
    """The part of a conversation that decides who sees it."""

    workspace_id: UUID
    inbox_id: UUID
    assignee_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who staffs what in a workspace, read once and kept by the live hub until it changes."""

    inbox_teams: Mapping[UUID, frozenset[UUID]]
    member_teams: Mapping[UUID, frozenset[UUID]]


def access_conversation(actor: Actor, conversation_id: UUID | None) -> Conversation:
    """The conversation, if the actor may see it; else :class:`NotFound`, whether it exists or not."""
    actor.require("conversations:read")
    found = visible_to(actor).filter(id=conversation_id).first() if conversation_id else None
    if found is None:
        raise NotFound("no such conversation")
    return found


def access_message(actor: Actor, message_id: UUID | None) -> Message:
    """The message, if the actor may see its conversation."""
    found = (
        Message.objects.select_related("conversation", "contact", "media")
        .filter(id=message_id, workspace_id=actor.workspace_id)
        .first()
        if message_id
        else None
    )
    if found is None:
        raise NotFound("no such message")
    access_conversation(actor, found.conversation_id)
    return found


def visible_to(actor: Actor) -> QuerySet[Conversation]:
    """Every conversation that the actor may see, as a query to build on."""
    every = Conversation.objects.filter(workspace_id=actor.workspace_id).select_related(
        "contact", "group", "inbox__connection", "assignee__user", "team"
    )
    every = every.defer(*sealed_fields("inbox__connection__"))
    if not actor.can("conversations:read"):
        return every.none()
    if actor.sees_all:
        return every
    staffing = Inbox.teams.through.objects.filter(inbox_id=OuterRef("inbox_id"))
    staffed = ~Exists(staffing) | Exists(staffing.filter(team_id__in=actor.team_ids))
    own = Q(assignee_id=actor.member_id) if actor.member_id else Q(pk__in=[])
    if actor.role == "lead":
        mates = Member.teams.through.objects.filter(team_id__in=actor.team_ids).values("member_id")
        theirs = (
            Q(assignee__isnull=True, team__isnull=True)
            | Q(team_id__in=actor.team_ids)
            | Q(assignee_id__in=mates)
        )
        return every.filter(own | (staffed & theirs))
    free = Q(assignee__isnull=True) & (Q(team__isnull=True) | Q(team_id__in=actor.team_ids))
    return every.filter(own | (staffed & free))


def can_see(actor: Actor, facts: ConversationFacts, staffing: Staffing) -> bool:
    """The same answer as ``visible_to`` for one conversation, without a query."""
    if facts.workspace_id != actor.workspace_id or not actor.can("conversations:read"):
        return False
    if actor.sees_all or (facts.assignee_id is not None and facts.assignee_id == actor.member_id):
        return True
    teams = staffing.inbox_teams.get(facts.inbox_id, frozenset())
    if teams and not teams & actor.team_ids:
        return False
    if actor.role == "lead":
        mate_teams = (
            staffing.member_teams.get(facts.assignee_id, frozenset()) if facts.assignee_id else frozenset()
        )
        unclaimed = facts.assignee_id is None and facts.team_id is None
        return unclaimed or facts.team_id in actor.team_ids or bool(mate_teams & actor.team_ids)
    return facts.assignee_id is None and (facts.team_id is None or facts.team_id in actor.team_ids)


def read_staffing(workspace_id: UUID) -> Staffing:
    """Who staffs which number and who is in which team (two queries)."""
    inbox_teams: dict[UUID, set[UUID]] = {}
    for inbox_id, team_id in Inbox.teams.through.objects.filter(inbox__workspace_id=workspace_id).values_list(
        "inbox_id", "team_id"
    ):
        inbox_teams.setdefault(inbox_id, set()).add(team_id)
    member_teams: dict[UUID, set[UUID]] = {}
    for member_id, team_id in Member.teams.through.objects.filter(
        member__workspace_id=workspace_id
    ).values_list("member_id", "team_id"):
        member_teams.setdefault(member_id, set()).add(team_id)
    return Staffing(
        {key: frozenset(value) for key, value in inbox_teams.items()},
        {key: frozenset(value) for key, value in member_teams.items()},
    )
