"""What the forms of cases mean: members, teams and categories by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.cases.models import CaseCategory
from regulars.cases.operations.opening import NewCase
from regulars.cases.queries.settings import categories_in, find_category, usual_category
from regulars.conversations.models import Conversation
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.web.cases.forms import CaseForm
from regulars.web.doors import MemberRequest
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import active_members_of, find_member, find_team, teams_of, time_zone_of


def case_form(request: MemberRequest, filled: QueryDict | None = None) -> CaseForm:
    """For a new case: the one who opens it has it, of the category that they used last."""
    actor = request.actor
    usual = usual_category(actor) if filled is None else None
    return CaseForm(
        filled,
        zone=time_zone_of(actor.workspace_id),
        categories=categories_in(actor.workspace_id),
        members=active_members_of(actor.workspace_id),
        teams=teams_of(actor.workspace_id),
        initial={"owner": str(actor.member_id), "category": str(usual.id) if usual else ""},
    )


def new_case(request: MemberRequest, said: Mapping[str, Any], conversation: Conversation | None) -> NewCase:
    return NewCase(
        title=said["title"],
        about=said["about"],
        category=category_named(request, said["category"]),
        priority=said["priority"] or "normal",
        owner=owner_named(request, said["owner"]),
        team=team_named(request, said["team"]),
        due_at=said["due_at"],
        conversations=[conversation] if conversation else [],
    )


def owner_named(request: MemberRequest, written: str) -> Member | None:
    """``written``: an id, ``me``, or nothing for nobody."""
    if not written:
        return None
    if written == "me":
        return request.member
    member_id = parse_id(written)
    found = find_member(request.actor.workspace_id, member_id) if member_id else None
    if found is None:
        raise Invalid(_("There is no such member"), fields={"owner": "a member of this workspace"})
    return found


def team_named(request: MemberRequest, written: str) -> Team | None:
    if not written:
        return None
    team_id = parse_id(written)
    found = find_team(request.actor.workspace_id, team_id) if team_id else None
    if found is None:
        raise Invalid(_("There is no such team"), fields={"team": "a team of this workspace"})
    return found


def category_named(request: MemberRequest, written: str) -> CaseCategory | None:
    if not written:
        return None
    category_id = parse_id(written)
    found = find_category(request.actor.workspace_id, category_id) if category_id else None
    if found is None:
        raise Invalid(_("There is no such category"), fields={"category": "a category of this workspace"})
    return found
