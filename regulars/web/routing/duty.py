"""One's own availability: a press in the rail, and what becomes of open conversations when somebody goes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.operations.handing_over import Successor, hand_over_open, open_conversations_of
from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.problems import toast_header
from regulars.web.routing.forms import OffDutyForm
from regulars.web.routing.words import STATES
from regulars.workspaces.access import Actor
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.queries import active_members_of, find_member, find_team, teams_of
from regulars.workspaces.serving import state_of


@require_safe
@member_with(SIGNED_IN)
def show_own(request: MemberRequest) -> HttpResponse:
    """A fragment: what stands in the rail."""
    return render(request, "routing/_own.html", {"own_state": state_of(request.member)})


@require_POST
@member_with(SIGNED_IN)
def choose_own(request: MemberRequest) -> HttpResponse:
    choose_availability(request.member, request.POST.get("state", ""), by=request.actor)
    state = state_of(request.member)
    if not request.headers.get("X-Fragment"):
        return redirect("inbox")
    response = render(request, "routing/_own.html", {"own_state": state})
    response["X-Toast"] = toast_header(_("You are now: %(state)s") % {"state": STATES[state]})
    return response


@require_safe
@member_with(SIGNED_IN)
def off_duty(request: MemberRequest) -> HttpResponse:
    return render(request, "routing/off_duty.html", _context(request, _form(request)))


@require_POST
@member_with(SIGNED_IN)
def leave(request: MemberRequest) -> HttpResponse:
    """Off duty, with what was said about the open conversations; all of it or nothing."""
    form = _form(request, request.POST)
    if form.is_valid() and attempt(form, lambda: _leave(request, form.cleaned_data)):
        return redirect("inbox")
    return render(request, "routing/off_duty.html", _context(request, form), status=422)


def _leave(request: MemberRequest, told: dict[str, Any]) -> bool:
    if told["to"] != "keep":
        hand_over_open(request.member, _successor(request.actor, told), by=request.actor)
    choose_availability(request.member, "off_duty", by=request.actor)
    return True


def _successor(actor: Actor, told: dict[str, Any]) -> Successor:
    if told["to"] == "queue":
        return Successor("queue")
    if told["to"] == "team":
        team_id = parse_id(told.get("team", ""))
        return Successor("team", team=find_team(actor.workspace_id, team_id) if team_id else None)
    member_id = parse_id(told.get("member", ""))
    return Successor("member", member=find_member(actor.workspace_id, member_id) if member_id else None)


def _form(request: MemberRequest, said: Any = None) -> OffDutyForm:
    workspace_id = request.actor.workspace_id
    members = active_members_of(workspace_id).exclude(id=request.member.id).order_by("user__name")
    may_hand_over = request.actor.can("conversations:assign")
    form = OffDutyForm(
        said,
        teams=teams_of(workspace_id) if may_hand_over else (),
        members=members if may_hand_over else (),
    )
    if not may_hand_over:
        form.fields["to"].choices = form.fields["to"].choices[:1]  # type: ignore[attr-defined]  # it is one of choices
        form.initial["to"] = "keep"
    return form


def _context(request: MemberRequest, form: OffDutyForm) -> dict[str, Any]:
    return {"form": form, "open_count": open_conversations_of(request.member)}
