"""Members, roles, invitations; who is in which team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.mail.access import can_send
from regulars.mail.events import MailServerChanged
from regulars.mail.inviting import Invited
from regulars.mail.inviting import invite as invite_person
from regulars.web.addresses import public_address
from regulars.web.administration.answers import attempt, done
from regulars.web.administration.forms import InvitationForm, MemberTeamsForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.routing.forms import WorkForm, words_in
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import access_invitation, access_member
from regulars.workspaces.availability import may_arrange
from regulars.workspaces.events import (
    AVAILABILITY_EVENTS,
    INVITATION_EVENTS,
    MEMBER_EVENTS,
    ROLE_EVENTS,
    SECOND_FACTOR_EVENTS,
    TEAM_EVENTS,
)
from regulars.workspaces.models import Member, Team
from regulars.workspaces.operations import change_role, set_member_active, withdraw_invitation
from regulars.workspaces.queries import givable_roles, members_with_keys, open_invitations_of, teams_of
from regulars.workspaces.resetting import make_link_for
from regulars.workspaces.second_factors import reset_factors
from regulars.workspaces.serving import Serving, serving_of, set_capacity, set_skills
from regulars.workspaces.teams import set_teams


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the page shows them. ``can_change``: role, teams and membership are theirs to change who look."""

    member: Member
    can_change: bool
    choosing_teams: FormDialog | None
    serving: Serving
    working: FormDialog | None
    """how they work, for whoever arranges it"""


@require_safe
@member_with("members:read")
def members(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/members.html", _context(request))


def _context(
    request: MemberRequest,
    *,
    inviting: InvitationForm | None = None,
    refused: FormDialog | None = None,
    **more: Any,
) -> dict[str, Any]:
    can_manage = request.actor.can("members:manage")
    roles = givable_roles(request.actor)
    ids = {role.id for role in roles}
    teams = list(teams_of(request.actor.workspace_id))
    sends_mail = can_send(request.actor.workspace_id)
    people = list(members_with_keys(request.actor.workspace_id))
    serving = serving_of(request.actor.workspace_id, [each.id for each in people])
    rows = [
        MemberRow(
            each,
            can_change := can_manage and each.role_id in ids,
            _offered(_teams_dialog(each, teams) if can_change and teams else None, refused),
            serving[each.id],
            _offered(
                _working(each, _work_form(serving[each.id])) if _arranges(request, each) else None, refused
            ),
        )
        for each in people
    ]
    return {
        "rows": rows,
        "invitations": open_invitations_of(request.actor.workspace_id),
        "roles": roles,
        "can_manage": can_manage,
        "sends_mail": sends_mail,
        "inviting": (
            _inviting(inviting or InvitationForm(roles=roles, sends_mail=sends_mail)) if can_manage else None
        ),
        **more,
    }


def _offered(usual: FormDialog | None, refused: FormDialog | None) -> FormDialog | None:
    return refused if usual and refused and refused.key == usual.key else usual


def _teams_dialog(member: Member, teams: Sequence[Team]) -> FormDialog:
    chosen = [str(team.id) for team in member.teams.all()]
    return _choosing_teams(member, MemberTeamsForm(teams=teams, initial={"team": chosen}))


def _arranges(request: MemberRequest, member: Member) -> bool:
    return member.is_active and request.actor.can("routing:manage") and may_arrange(request.actor, member)


def _work_form(serving: Serving) -> WorkForm:
    words = {name: ", ".join(sorted(getattr(serving, name))) for name in ("skills", "languages")}
    return WorkForm(initial={"capacity": serving.own_capacity, **words})


def _working(member: Member, form: WorkForm) -> FormDialog:
    return FormDialog(
        key=f"work-{member.id}",
        title=_("How %(name)s works") % {"name": member},
        action=reverse("change-work", args=[member.id]),
        form=form,
        submit=_("Save"),
    )


@require_POST
@member_with("routing:manage")
def change_work(request: MemberRequest, member_id: str) -> HttpResponse:
    """How much a member takes, and what they are good at; all of it or nothing."""
    member = access_member(request.actor, parse_id(member_id))
    form = WorkForm(request.POST)
    if form.is_valid() and attempt(form, lambda: _change_work(request, member, form.cleaned_data)):
        return redirect("members")
    context = _context(request, refused=_working(member, form))
    return render(request, "administration/members.html", context, status=422)


@transaction.atomic
def _change_work(request: MemberRequest, member: Member, told: dict[str, Any]) -> bool:
    set_capacity(member, told["capacity"], by=request.actor)
    set_skills(
        member,
        skills=words_in(told["skills"]),
        languages=words_in(told["languages"]),
        by=request.actor,
    )
    return True


def _choosing_teams(member: Member, form: MemberTeamsForm) -> FormDialog:
    return FormDialog(
        key=f"teams-{member.id}",
        title=str(member),
        action=reverse("change-member", args=[member.id]),
        form=form,
        submit=_("Save"),
    )


def _inviting(form: InvitationForm) -> FormDialog:
    return FormDialog(
        key="invite",
        title=_("Invite a colleague"),
        action=reverse("invite"),
        form=form,
        submit=_("Invite") if "by_mail" in form.fields else _("Create the link"),
    )


@require_POST
@member_with("members:manage")
def invite(request: MemberRequest) -> HttpResponse:
    sends_mail = can_send(request.actor.workspace_id)
    form = InvitationForm(request.POST, roles=givable_roles(request.actor), sends_mail=sends_mail)
    made = None
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        by_mail = bool(form.cleaned_data.get("by_mail"))
        made = attempt(form, lambda: _invite(request, email, role, by_mail=by_mail))
    if made is None:
        return render(request, "administration/members.html", _context(request, inviting=form), status=422)
    return _invited(request, made)


def _invite(request: MemberRequest, email: str, role: str, *, by_mail: bool) -> Invited:
    return invite_person(
        request.member.workspace, email, role, by=request.actor, inviter=request.member, by_mail=by_mail
    )


def _invited(request: MemberRequest, made: Invited) -> HttpResponse:
    link = public_address(request, reverse("invitation", args=[made.secret])) if made.secret else ""
    context = _context(request, invitation_link=link, invited=made.invitation)
    return render(request, "administration/members.html", context, status=201)


@require_POST
@member_with("members:manage")
def invite_again(request: MemberRequest, invitation_id: str) -> HttpResponse:
    """With a new link: the one before is not kept, and opens nothing any more."""
    before = access_invitation(request.actor, parse_id(invitation_id))
    by_mail = can_send(request.actor.workspace_id)
    return _invited(request, _invite(request, before.email, before.role.handle, by_mail=by_mail))


@require_POST
@member_with("members:manage")
def withdraw(request: MemberRequest, invitation_id: str) -> HttpResponse:
    withdraw_invitation(access_invitation(request.actor, parse_id(invitation_id)), by=request.actor)
    return done(request, _("The invitation opens nothing any more"), "members")


@require_POST
@member_with("members:manage")
def reset_password(request: MemberRequest, member_id: str) -> HttpResponse:
    member = access_member(request.actor, parse_id(member_id))
    made = make_link_for(member, by=request.actor)
    link = public_address(request, reverse("password-reset", args=[made.secret]))
    context = _context(request, password_link=link, forgetful=member)
    return render(request, "administration/members.html", context, status=201)


@require_POST
@member_with("members:manage")
def reset_second_factor(request: MemberRequest, member_id: str) -> HttpResponse:
    reset_factors(access_member(request.actor, parse_id(member_id)), by=request.actor)
    return done(request, _("Their second factors are removed, and they are signed out everywhere"), "members")


@require_POST
@member_with("members:manage")
def change_member(request: MemberRequest, member_id: str) -> HttpResponse:
    member = access_member(request.actor, parse_id(member_id))
    if "role" in request.POST:
        change_role(member, request.POST["role"], by=request.actor)
    if "is_active" in request.POST:
        set_member_active(member, request.POST["is_active"] == "yes", by=request.actor)
    if "teams_shown" in request.POST:
        return _change_teams(request, member)
    return redirect("members")


def _change_teams(request: MemberRequest, member: Member) -> HttpResponse:
    teams = list(teams_of(request.actor.workspace_id))
    form = MemberTeamsForm(request.POST, teams=teams)
    if form.is_valid():
        chosen = [team for team in teams if str(team.id) in form.cleaned_data["team"]]
        if attempt(form, lambda: set_teams(member, chosen, by=request.actor) or True):
            return redirect("members")
    context = _context(request, refused=_choosing_teams(member, form))
    return render(request, "administration/members.html", context, status=422)


MEMBERS = SettingsPage(
    key="members",
    address="members",
    view=members,
    icon="members",
    label=gettext_lazy("Members"),
    words=gettext_lazy("people, colleagues, roles, rights, invitations"),
    changed_by=(
        *MEMBER_EVENTS,
        *AVAILABILITY_EVENTS,
        *INVITATION_EVENTS,
        *TEAM_EVENTS,
        *ROLE_EVENTS,
        *SECOND_FACTOR_EVENTS,
        MailServerChanged,
    ),
    acts=(
        path("settings/members/invite", invite, name="invite"),
        path("settings/members/<str:member_id>", change_member, name="change-member"),
        path("settings/members/<str:member_id>/work", change_work, name="change-work"),
        path("settings/members/<str:member_id>/password", reset_password, name="reset-password"),
        path(
            "settings/members/<str:member_id>/second-factor", reset_second_factor, name="reset-second-factor"
        ),
        path("settings/invitations/<str:invitation_id>/again", invite_again, name="invite-again"),
        path("settings/invitations/<str:invitation_id>/withdrawal", withdraw, name="withdraw-invitation"),
    ),
)
