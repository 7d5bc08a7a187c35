"""Members, roles, invitations, teams."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.web.addresses import id_in, public_address
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import InvitationForm, TeamForm
from regulars.web.doors import MemberRequest, member_with
from regulars.workspaces.access import access_member
from regulars.workspaces.operations import (
    change_role,
    create_team,
    invite_member,
    set_member_active,
    set_teams,
)
from regulars.workspaces.permissions import ROLES, may_grant
from regulars.workspaces.queries import find_teams, members_with_keys, open_invitations_of, teams_of


@require_safe
@member_with("members:read")
def members(request: MemberRequest) -> HttpResponse:
    """Who is in, with which role, in which teams; open invitations."""
    return render(request, "administration/members.html", _context(request))


def _context(request: MemberRequest, **more: Any) -> dict[str, Any]:
    workspace_id = request.member.workspace_id
    return {
        "current_page": "members",
        "members": members_with_keys(workspace_id),
        "teams": teams_of(workspace_id),
        "invitations": open_invitations_of(workspace_id),
        "roles": [role for role in reversed(ROLES) if may_grant(request.actor.role, role)],
        "can_manage": request.actor.can("members:manage"),
        "form": InvitationForm(granter=request.actor.role),
        "team_form": TeamForm(),
        **more,
    }


@require_POST
@member_with("members:manage")
def invite(request: MemberRequest) -> HttpResponse:
    """Make an invitation; its link is shown once."""
    form = InvitationForm(request.POST, granter=request.actor.role)
    made = None
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        made = attempt(
            form,
            lambda: invite_member(
                request.member.workspace, email, role, by=request.actor, members=request.member
            ),
        )
    if made is None:
        return render(request, "administration/members.html", _context(request, form=form), status=422)
    link = public_address(request, reverse("invitation", args=[made[1]]))
    context = _context(request, invitation_link=link, invited=made[0])
    return render(request, "administration/members.html", context, status=201)


@require_POST
@member_with("members:manage")
def change_member(request: MemberRequest, member_id: str) -> HttpResponse:
    """Another role, or in or out; counts at once, in open screens too."""
    member = access_member(request.actor, parse_id(member_id))
    if "role" in request.POST:
        change_role(member, request.POST["role"], by=request.actor)
    if "is_active" in request.POST:
        set_member_active(member, request.POST["is_active"] == "yes", by=request.actor)
    if "teams_shown" in request.POST:
        wanted = [id_in(each) for each in request.POST.getlist("team")]
        set_teams(member, find_teams(member.workspace_id, wanted), by=request.actor)
    return redirect("members")


@require_POST
@member_with("teams:manage")
def add_team(request: MemberRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if attempt(form, lambda: create_team(request.member.workspace, name, by=request.actor)) is not None:
            return redirect("members")
    return render(request, "administration/members.html", _context(request, team_form=form), status=422)
