"""The only door to a case from outside this room.

What an actor sees is written once as a query (``cases_visible_to``) and once as a predicate (``can_see_case``); a
property test holds the two together. How far an actor reaches says what that is. All: every case. Own: those that
they own, those that a conversation belongs to which they see, and what nobody owns: in the queues of their teams, or in
no team's and without any conversation. Teams: those, and what their teams have or a team mate owns.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.cases.models import Case, CaseCategory, CaseConversation, CaseFile
from regulars.conversations.access import ConversationFacts, Staffing, can_see, visible_to
from regulars.kernel.errors import NotFound
from regulars.kernel.touching import looked_at
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The part of a case that decides who sees it."""

    workspace_id: UUID
    owner_id: UUID | None
    team_id: UUID | None
    conversations: tuple[ConversationFacts, ...] = ()


def access_case(actor: Actor, case_id: UUID | None) -> Case:
    """Raises :class:`NotFound` for one that the actor may not see, as if it did not exist."""
    actor.require("cases:read")
    found = cases_visible_to(actor).filter(id=case_id).first() if case_id else None
    if found is None:
        raise NotFound(_("There is no such case, or you may not see it"))
    return found


def access_file(actor: Actor, case_id: UUID | None, file_id: UUID | None) -> CaseFile:
    """One that lies with the case; whoever sees the case sees it, whosever conversation it came from."""
    found = _file(actor, case_id, file_id)
    if found is None or found.removed_at is not None:
        raise _no_such_file()
    looked_at("media", [found.media_id])
    return found


def access_removed_file(actor: Actor, case_id: UUID | None, file_id: UUID | None) -> CaseFile:
    """One that may have been taken out, for whoever would put it back."""
    found = _file(actor, case_id, file_id)
    if found is None:
        raise _no_such_file()
    return found


def _file(actor: Actor, case_id: UUID | None, file_id: UUID | None) -> CaseFile | None:
    files = CaseFile.objects.filter(case=access_case(actor, case_id)).select_related("case", "media")
    return files.filter(id=file_id).first() if file_id else None


def _no_such_file() -> NotFound:
    return NotFound(_("There is no such file with this case"))


def access_category(actor: Actor, category_id: UUID | None) -> CaseCategory:
    actor.require("cases:read")
    categories = CaseCategory.objects.filter(workspace_id=actor.workspace_id, removed_at=None)
    found = categories.filter(id=category_id).first() if category_id else None
    if found is None:
        raise NotFound(_("There is no such category"))
    return found


def cases_visible_to(actor: Actor) -> QuerySet[Case]:
    """Merged ones included."""
    every = Case.objects.filter(workspace_id=actor.workspace_id).select_related(
        "category", "owner__user", "team", "merged_into", "follows"
    )
    if not actor.can("cases:read"):
        return every.none()
    far = actor.far("cases")
    if far == "all":
        return every
    linked = CaseConversation.objects.filter(case_id=OuterRef("pk"))
    seen = Exists(linked.filter(conversation__in=visible_to(actor).values("id")))
    free = Q(team__isnull=True) & ~Exists(linked)
    ways: Q = Q(seen) | Q(Q(owner__isnull=True) & (Q(team_id__in=actor.team_ids) | free))
    if actor.member_id:
        ways |= Q(owner_id=actor.member_id)
    if far == "teams" and actor.team_ids:
        mates = Member.teams.through.objects.filter(team_id__in=actor.team_ids).values("member_id")
        ways |= Q(owner_id__in=mates) | Q(team_id__in=actor.team_ids)
    return every.filter(ways)


def can_see_case(actor: Actor, facts: CaseFacts, staffing: Staffing) -> bool:
    """The same answer as ``cases_visible_to``, without a query."""
    if facts.workspace_id != actor.workspace_id or not actor.can("cases:read"):
        return False
    far = actor.far("cases")
    if far == "all" or (facts.owner_id is not None and facts.owner_id == actor.member_id):
        return True
    if any(can_see(actor, each, staffing) for each in facts.conversations):
        return True
    in_their_queue = facts.team_id in actor.team_ids
    if facts.owner_id is None:
        return in_their_queue or (facts.team_id is None and not facts.conversations)
    mate_teams = staffing.member_teams.get(facts.owner_id, frozenset())
    return far == "teams" and (in_their_queue or bool(mate_teams & actor.team_ids))
