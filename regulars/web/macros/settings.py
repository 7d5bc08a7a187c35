"""The page of macros: which there are, how often they were run, and the form of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.cases.queries.settings import categories_in
from regulars.conversations.operations.handling import PRIORITIES
from regulars.kernel.ids import parse_id
from regulars.macros.access import access_macro, access_removed_macro, can_change, macros_visible_to
from regulars.macros.events import MACRO_EVENTS
from regulars.macros.models import Macro
from regulars.macros.operations import (
    MacroDraft,
    change_macro,
    create_macro,
    draft_of,
    remove_macro,
    restore_macro,
)
from regulars.macros.ports import step_kinds
from regulars.macros.queries import uses_of
from regulars.quick_replies.queries import offered_replies
from regulars.web.administration.answers import attempt
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.priorities import priority_word
from regulars.web.macros.forms import AUDIENCES, MOMENTS, MacroForm, Step, StepRow, steps_in, values_of
from regulars.web.problems import toast_header
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import TEAM_EVENTS
from regulars.workspaces.queries import active_members_of, teams_of

MOST_REPLIES = 200
USUAL = {"assign": "me", "priority": "high", "snooze": "tomorrow"}
"""what a step that is added begins with"""
Choices = dict[str, list[tuple[str, Any]]]


@require_safe
@member_with("conversations:read")
def macros(request: MemberRequest) -> HttpResponse:
    seen = list(macros_visible_to(request.actor).prefetch_related("teams").order_by("name", "id"))
    uses, labels = uses_of(seen), {kind.do: kind.label for kind in step_kinds()}
    rows = [
        {
            "macro": macro,
            "steps": [labels.get(step["do"], step["do"]) for step in macro.steps],
            "uses": uses[macro.id],
            "audience": _audience(macro),
            "may_change": can_change(request.actor, macro),
        }
        for macro in seen
    ]
    return render(request, "macros/macros.html", {"rows": rows})


def _audience(macro: Macro) -> str:
    if macro.audience != "teams":
        return str(AUDIENCES[macro.audience])
    return ", ".join(sorted(team.name for team in macro.teams.all()))


@require_safe
@member_with("conversations:read")
def new_macro(request: MemberRequest) -> HttpResponse:
    return _show(request, None, _form(request), [])


@require_POST
@member_with("conversations:read")
def add_macro(request: MemberRequest) -> HttpResponse:
    form, steps = _form(request, request.POST), steps_in(request.POST)
    if form.is_valid():
        draft = _draft(form, steps, MacroDraft(""))
        if attempt(form, lambda: create_macro(draft, by=request.actor)):
            return redirect("macros")
    return _show(request, None, form, steps, status=422)


@require_safe
@member_with("conversations:read")
def show_macro(request: MemberRequest, macro_id: str) -> HttpResponse:
    macro = access_macro(request.actor, parse_id(macro_id))
    draft = draft_of(macro)
    initial = {
        "name": draft.name,
        "audience": draft.audience,
        "teams": [str(each) for each in draft.team_ids],
    }
    return _show(request, macro, _form(request, initial=initial), list(draft.steps))


@require_POST
@member_with("conversations:read")
def edit_macro(request: MemberRequest, macro_id: str) -> HttpResponse:
    macro = access_macro(request.actor, parse_id(macro_id))
    form, steps = _form(request, request.POST), steps_in(request.POST)
    version = request.POST.get("version")
    if form.is_valid():
        draft = _draft(form, steps, draft_of(macro))
        versions = [version] if version else None
        if attempt(form, lambda: change_macro(macro, draft, by=request.actor, versions=versions)):
            return redirect("macros")
    return _show(request, macro, form, steps, status=422)


@require_POST
@member_with("conversations:read")
def remove(request: MemberRequest, macro_id: str) -> HttpResponse:
    macro = access_macro(request.actor, parse_id(macro_id))
    remove_macro(macro, by=request.actor)
    response = HttpResponse(status=204)
    response["X-Next"] = reverse("macros")
    told = _("The macro %(name)s was removed") % {"name": macro.name}
    response["X-Toast"] = toast_header(told, undo_url=reverse("restore-macro", args=[macro.id]))
    return response


@require_POST
@member_with("conversations:read")
def restore(request: MemberRequest, macro_id: str) -> HttpResponse:
    macro = restore_macro(access_removed_macro(request.actor, parse_id(macro_id)), by=request.actor)
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(_("The macro %(name)s is back") % {"name": macro.name})
    return response


def _form(request: MemberRequest, said: Any = None, initial: dict[str, Any] | None = None) -> MacroForm:
    actor = request.actor
    may_share = actor.can("macros:manage")
    return MacroForm(said, teams=teams_of(actor.workspace_id), may_share=may_share, initial=initial)


def _draft(form: MacroForm, steps: list[Step], before: MacroDraft) -> MacroDraft:
    told = form.cleaned_data
    teams = [parse_id(each) for each in told["teams"]] if "teams" in told else before.team_ids
    return MacroDraft(
        told["name"], steps, told.get("audience", before.audience), tuple(each for each in teams if each)
    )


def _show(
    request: MemberRequest, macro: Macro | None, form: MacroForm, steps: list[Step], *, status: int = 200
) -> HttpResponse:
    choices = _choices(request)
    context = {
        "macro": macro,
        "form": form,
        "rows": [_row(step["do"], choices, *values_of(step)) for step in steps if step["do"] in choices],
        "kinds": [_row(kind.do, choices, USUAL.get(kind.do, "")) for kind in step_kinds()],
        "may_change": macro is None or can_change(request.actor, macro),
    }
    return render(request, "macros/macro.html", context, status=status)


def _row(do: str, choices: Choices, value: str = "", more: str = "") -> StepRow:
    label = next(kind.label for kind in step_kinds() if kind.do == do)
    return StepRow(do, label, value, more, choices[do], choices.get(f"{do}.more", []))


def _choices(request: MemberRequest) -> Choices:
    """What each kind of step can have, by its word; a kind that is written has none."""
    actor = request.actor
    members = sorted(active_members_of(actor.workspace_id), key=lambda each: str(each).casefold())
    may_reply = actor.can("quick_replies:read")
    replies = offered_replies(actor, limit=MOST_REPLIES) if may_reply else []
    categories = categories_in(actor.workspace_id)
    found: Choices = {kind.do: [] for kind in step_kinds()}
    return found | {
        "assign": [
            ("me", _("Whoever runs it")),
            ("", _("Nobody")),
            *((str(member.id), str(member)) for member in members),
        ],
        "team": [("", _("No team")), *((str(team.id), team.name) for team in teams_of(actor.workspace_id))],
        "priority": [(each, priority_word(each)) for each in PRIORITIES],
        "snooze": list(MOMENTS.items()),
        "insert_reply": [(str(reply.id), reply.name) for reply in replies],
        "open_case.more": [("", _("No category")), *((str(each.id), each.name) for each in categories)],
    }


MACROS = SettingsPage(
    key="macros",
    address="macros",
    view=macros,
    icon="macro",
    label=pgettext_lazy("page of the settings", "Macros"),
    words=gettext_lazy("several steps in one go, saved actions, one-key actions"),
    changed_by=(*MACRO_EVENTS, *TEAM_EVENTS),
    acts=(
        path("settings/macros/new", new_macro, name="new-macro"),
        path("settings/macros/add", add_macro, name="add-macro"),
        path("settings/macros/<str:macro_id>", show_macro, name="macro"),
        path("settings/macros/<str:macro_id>/change", edit_macro, name="change-macro"),
        path("settings/macros/<str:macro_id>/removal", remove, name="remove-macro"),
        path("settings/macros/<str:macro_id>/restoration", restore, name="restore-macro"),
    ),
)
