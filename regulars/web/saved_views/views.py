"""Saved views: which there are, in which order one has them, and the form of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.saved_views.access import access_removed_view, access_view, can_change, views_visible_to
from regulars.saved_views.arranging import MOST_COUNTED, count_view, in_order, move_view
from regulars.saved_views.asking import ASKED_ABOUT, condition_of
from regulars.saved_views.events import VIEW_EVENTS
from regulars.saved_views.models import SavedView
from regulars.saved_views.operations import (
    ViewDraft,
    change_view,
    create_view,
    draft_of,
    remove_view,
    restore_view,
)
from regulars.web.administration.answers import attempt
from regulars.web.design.arranged import moves_of, place_in
from regulars.web.design.conditions.kept import form_of, sentence_of, written_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.lists import choice_in
from regulars.web.problems import toast_header
from regulars.web.saved_views.forms import ViewForm, initial_of
from regulars.web.saved_views.from_lists import conditions_of
from regulars.web.saved_views.words import ORDERS, audience_words
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import TEAM_EVENTS
from regulars.workspaces.queries import teams_of

EVERYTHING: dict[str, Any] = {"all": []}


@require_safe
@member_with("conversations:read")
def saved_views(request: MemberRequest) -> HttpResponse:
    actor = request.actor
    placed = in_order(actor)
    ours = {each.view.id for each in placed}
    others = views_visible_to(actor).exclude(id__in=ours).order_by("name", "id")
    rows = [
        _row(request, each.view) | {"is_counted": each.is_counted, "moves": moves_of(at, len(placed))}
        for at, each in enumerate(placed)
    ]
    context = {
        "rows": rows,
        "others": [_row(request, view) for view in others],
        "most_counted": MOST_COUNTED,
        "may_share": actor.can("saved_views:manage"),
    }
    return render(request, "saved_views/saved_views.html", context)


def _row(request: MemberRequest, view: SavedView) -> dict[str, Any]:
    condition = condition_of(view, request.actor)
    return {
        "view": view,
        "sentence": sentence_of(condition, request.actor.workspace_id) if condition else "",
        "is_readable": condition is not None,
        "audience": audience_words(view),
        "order": ORDERS[view.order],
        "may_change": can_change(request.actor, view),
    }


@require_safe
@member_with("conversations:read")
def new_view(request: MemberRequest) -> HttpResponse:
    """``?from`` a list of the inbox, with the list's own query: what that shows stands in the form."""
    given = request.GET
    if "from" not in given:
        return _show(request, None, _form(request), EVERYTHING)
    choice = choice_in(given, given["from"], request.actor)
    form = _form(request, initial={"order": choice.order})
    written = conditions_of(choice, request.actor)
    return _show(request, None, form, written, drops_search=bool(choice.text))


@require_POST
@member_with("conversations:read")
def add_view(request: MemberRequest) -> HttpResponse:
    form, written = _form(request, request.POST), written_in(request.POST, request.actor.workspace_id)
    if form.is_valid():
        made = attempt(form, lambda: create_view(_draft(form, written, ViewDraft("")), by=request.actor))
        if made:
            return redirect("inbox-view", made.id)
    return _show(request, None, form, written, status=422)


@require_safe
@member_with("conversations:read")
def show_view(request: MemberRequest, view_id: str) -> HttpResponse:
    view = access_view(request.actor, parse_id(view_id))
    draft = draft_of(view)
    return _show(request, view, _form(request, initial=initial_of(draft)), dict(draft.conditions))


@require_POST
@member_with("conversations:read")
def edit_view(request: MemberRequest, view_id: str) -> HttpResponse:
    view = access_view(request.actor, parse_id(view_id))
    form, written = _form(request, request.POST), written_in(request.POST, request.actor.workspace_id)
    version = request.POST.get("version")
    if form.is_valid():
        draft = _draft(form, written, draft_of(view))
        versions = [version] if version else None
        if attempt(form, lambda: change_view(view, draft, by=request.actor, versions=versions)):
            return redirect("inbox-view", view.id)
    return _show(request, view, form, written, status=422)


@require_POST
@member_with("conversations:read")
def move(request: MemberRequest, view_id: str) -> HttpResponse:
    place = place_in(request.POST)
    if place is not None:
        move_view(access_view(request.actor, parse_id(view_id)), place, by=request.actor)
    return redirect("saved-views")


@require_POST
@member_with("conversations:read")
def count(request: MemberRequest, view_id: str) -> HttpResponse:
    view = access_view(request.actor, parse_id(view_id))
    count_view(view, by=request.actor, is_counted=request.POST.get("counted") == "yes")
    return redirect("saved-views")


@require_POST
@member_with("conversations:read")
def remove(request: MemberRequest, view_id: str) -> HttpResponse:
    view = access_view(request.actor, parse_id(view_id))
    remove_view(view, by=request.actor)
    response = HttpResponse(status=204)
    response["X-Next"] = reverse("saved-views")
    told = _("The view %(name)s was removed") % {"name": view.name}
    undo = reverse("restore-view", args=[view.id])
    response["X-Toast"] = toast_header(told, undo_url=undo)
    return response


@require_POST
@member_with("conversations:read")
def restore(request: MemberRequest, view_id: str) -> HttpResponse:
    view = restore_view(access_removed_view(request.actor, parse_id(view_id)), by=request.actor)
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(_("The view %(name)s is back") % {"name": view.name})
    return response


def _form(request: MemberRequest, said: Any = None, initial: dict[str, Any] | None = None) -> ViewForm:
    actor = request.actor
    return ViewForm(
        said,
        teams=teams_of(actor.workspace_id),
        may_share=actor.can("saved_views:manage"),
        initial=initial,
    )


def _draft(form: ViewForm, written: dict[str, Any], before: ViewDraft) -> ViewDraft:
    told = form.cleaned_data
    teams = [parse_id(each) for each in told["teams"]] if "teams" in told else before.team_ids
    return ViewDraft(
        told["name"],
        written,
        told["order"],
        told.get("audience", before.audience),
        tuple(each for each in teams if each),
    )


def _show(
    request: MemberRequest,
    view: SavedView | None,
    form: ViewForm,
    written: dict[str, Any],
    *,
    status: int = 200,
    drops_search: bool = False,
) -> HttpResponse:
    conditions = form_of(written, ASKED_ABOUT, request.actor.workspace_id, shows_gaps=status != 200)
    context = {
        "view": view,
        "form": form,
        "conditions": conditions,
        "drops_search": drops_search,
        "may_change": view is None or can_change(request.actor, view),
    }
    return render(request, "saved_views/saved_view.html", context, status=status)


SAVED_VIEWS = SettingsPage(
    key="saved-views",
    address="views",
    view=saved_views,
    icon="filter",
    label=gettext_lazy("Saved views"),
    words=gettext_lazy("filters, folders, lists of conversations, smart inbox"),
    changed_by=(*VIEW_EVENTS, *TEAM_EVENTS),
    acts=(
        path("settings/views/new", new_view, name="new-view"),
        path("settings/views/add", add_view, name="add-view"),
        path("settings/views/<str:view_id>", show_view, name="saved-view"),
        path("settings/views/<str:view_id>/change", edit_view, name="change-view"),
        path("settings/views/<str:view_id>/move", move, name="move-view"),
        path("settings/views/<str:view_id>/count", count, name="count-view"),
        path("settings/views/<str:view_id>/removal", remove, name="remove-view"),
        path("settings/views/<str:view_id>/restoration", restore, name="restore-view"),
    ),
)
