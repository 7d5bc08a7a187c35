"""Members, roles, invitations, teams."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.web.addresses import id_in, public_address
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import InvitationForm, TeamForm
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.models import ApiToken, Invitation, Member, Team
from regulars.workspaces.operations import (
    change_role,
    invite_member,
    set_member_active,
)
from regulars.workspaces.permissions import ROLES, may_grant
from regulars.workspaces.teams import create_team, set_teams

_TOKENS_MADE = Subquery(
    ApiToken.objects.filter(created_by=OuterRef("pk"), revoked_at=None)
    .values("created_by")
    .annotate(count=Count("pk"))
    .values("count")
)
"""how many tokens end with a member's right; None for none"""


@require_safe
@member_with("members:read")
def members(request: MemberRequest) -> HttpResponse:
    """Who is in, with which role, in which teams; open invitations."""
    return render(request, "administration/members.html", _context(request))


def _context(request: MemberRequest, **more: Any) -> dict[str, Any]:
    workspace = request.member.workspace
    return {
        "members": _members(request)
        .annotate(tokens_made=_TOKENS_MADE)
        .select_related("user")
        .prefetch_related("teams")
        .order_by("created_at"),
        "teams": Team.objects.filter(workspace=workspace).order_by("name"),
        "invitations": Invitation.objects.filter(
            workspace=workspace, accepted_at=None, expires_at__gt=clock.now()
        ),
        "roles": [role for role in reversed(ROLES) if may_grant(request.actor.role, role)],
        "can_manage": request.actor.can("members:manage"),
        "form": InvitationForm(granter=request.actor.role),
        "team_form": TeamForm(),
        **more,
    }


def _members(request: MemberRequest) -> QuerySet[Member]:
    return Member.objects.filter(workspace_id=request.member.workspace_id)


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
    member = _members(request).select_related("user").filter(id=id_in(member_id)).first()
    if member is None:
        raise NotFound(_("There is no such member"))
    if "role" in request.POST:
        change_role(member, request.POST["role"], by=request.actor)
    if "is_active" in request.POST:
        set_member_active(member, request.POST["is_active"] == "yes", by=request.actor)
    if "teams_shown" in request.POST:
        wanted = [id_in(each) for each in request.POST.getlist("team")]
        teams = Team.objects.filter(workspace_id=request.member.workspace_id, id__in=wanted)
        set_teams(member, list(teams), by=request.actor)
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


MEMBERS = SettingsPage(
    key="members",
    address="members",
    view=members,
    icon="members",
    label=gettext_lazy("Members"),
    words=gettext_lazy("people, colleagues, roles, rights, invitations"),
    acts=(
        path("settings/members/invite", invite, name="invite"),
        path("settings/members/<str:member_id>", change_member, name="change-member"),
        path("settings/teams", add_team, name="add-team"),
    ),
)
