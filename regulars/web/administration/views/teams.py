"""Teams: who is in them, what they staff; made, renamed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.operations.teams import remove_team
from regulars.conversations.queries.teams import TeamLine, team_lines
from regulars.inboxes.events import INBOX_EVENTS
from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import RemoveTeamForm, TeamForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import access_team
from regulars.workspaces.events import MEMBER_EVENTS, TEAM_EVENTS
from regulars.workspaces.teams import create_team, rename_team

NEW_TEAM = "new-team"
COLUMNS = (
    Column(gettext_lazy("Team")),
    Column(gettext_lazy("Members")),
    Column(gettext_lazy("Staffs")),
    Column(gettext_lazy("In its queue"), is_number=True),
)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as the page shows it; the dialogs are there for whoever may use them."""

    line: TeamLine
    renaming: FormDialog | None = None
    removing: FormDialog | None = None


@require_safe
@member_with("teams:read")
def teams(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/teams.html", _context(request))


def _context(
    request: MemberRequest, *, adding: TeamForm | None = None, refused: FormDialog | None = None
) -> dict[str, Any]:
    lines = team_lines(request.actor)
    can_manage = request.actor.can("teams:manage")
    return {
        "columns": COLUMNS,
        "rows": [_row(line, lines, refused) if can_manage else TeamRow(line) for line in lines],
        "new_team": _new_team(adding or TeamForm()) if can_manage else None,
    }


def _row(line: TeamLine, lines: Sequence[TeamLine], refused: FormDialog | None) -> TeamRow:
    dialogs = (
        _renaming(line, TeamForm(initial={"name": line.team.name})),
        _removing(line, RemoveTeamForm(line=line, lines=lines)),
    )
    renaming, removing = (refused if refused and refused.key == each.key else each for each in dialogs)
    return TeamRow(line, renaming, removing)


def _new_team(form: TeamForm) -> FormDialog:
    return FormDialog(
        key=NEW_TEAM,
        title=_("New team"),
        action=reverse("add-team"),
        form=form,
        submit=_("Create the team"),
        note=_("Then choose who is in it under Members, and what it staffs under Numbers."),
    )


def _renaming(line: TeamLine, form: TeamForm) -> FormDialog:
    return FormDialog(
        key=f"rename-{line.team.id}",
        title=_("Rename %(name)s") % {"name": line.team.name},
        action=reverse("rename-team", args=[line.team.id]),
        form=form,
        submit=_("Rename"),
    )


def _removing(line: TeamLine, form: RemoveTeamForm) -> FormDialog:
    return FormDialog(
        key=f"remove-{line.team.id}",
        title=_("Remove the team %(name)s?") % {"name": line.team.name},
        action=reverse("remove-team", args=[line.team.id]),
        form=form,
        submit=_("Remove the team"),
        about=_what_happens(line),
        is_dangerous=True,
    )


def _what_happens(line: TeamLine) -> str:
    said = [_("Its members stay; only the team goes.")]
    if line.conversation_count:
        waiting = ngettext(
            "%(count)s conversation that is not resolved is in its queue.",
            "%(count)s conversations that are not resolved are in its queue.",
            line.conversation_count,
        )
        said.append(waiting % {"count": line.conversation_count})
    return " ".join(said)


@require_POST
@member_with("teams:manage")
def add_team(request: MemberRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if attempt(form, lambda: create_team(request.member.workspace, name, by=request.actor)):
            return redirect("teams")
    return render(request, "administration/teams.html", _context(request, adding=form), status=422)


@require_POST
@member_with("teams:manage")
def rename(request: MemberRequest, team_id: str) -> HttpResponse:
    team = access_team(request.actor, parse_id(team_id))
    before, form = team.name, TeamForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if attempt(form, lambda: rename_team(team, name, by=request.actor) or True):
            return redirect("teams")
    team.name = before
    return _refused(request, _renaming(TeamLine(team), form))


@require_POST
@member_with("teams:manage")
def remove(request: MemberRequest, team_id: str) -> HttpResponse:
    team = access_team(request.actor, parse_id(team_id))
    lines = team_lines(request.actor)
    line = next(each for each in lines if each.team.id == team.id)
    form = RemoveTeamForm(request.POST, line=line, lines=lines)
    if form.is_valid():
        to = next((each.team for each in lines if str(each.team.id) == form.cleaned_data["to"]), None)
        opens = [number.id for number in line.alone if str(number.id) in form.cleaned_data.get("opens", [])]
        if attempt(form, lambda: remove_team(team, to=to, opens=opens, by=request.actor) or True):
            return redirect("teams")
    return _refused(request, _removing(line, form))


def _refused(request: MemberRequest, dialog: FormDialog) -> HttpResponse:
    context = _context(request, refused=dialog)
    return render(request, "administration/teams.html", context, status=422)


TEAMS = SettingsPage(
    key="teams",
    address="teams",
    view=teams,
    icon="team",
    label=gettext_lazy("Teams"),
    words=gettext_lazy("groups of people, queues, who staffs which number"),
    changed_by=(*TEAM_EVENTS, *MEMBER_EVENTS, *INBOX_EVENTS),
    acts=(
        path("settings/teams/new", add_team, name="add-team"),
        path("settings/teams/<str:team_id>/name", rename, name="rename-team"),
        path("settings/teams/<str:team_id>/removal", remove, name="remove-team"),
    ),
)
