"""Settings of routing: which numbers, the queues in their order, and what it would have done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.inboxes.access import inboxes_of
from regulars.inboxes.events import INBOX_EVENTS
from regulars.kernel.ids import parse_id
from regulars.routing.access import access_queue
from regulars.routing.events import QUEUE_EVENTS
from regulars.routing.filing import ASKED_ABOUT
from regulars.routing.models import Queue
from regulars.routing.operations import (
    Wanted,
    change_queue,
    change_routing,
    create_queue,
    move_queue,
    remove_queue,
    wanted_of,
)
from regulars.routing.passing import routing_settings
from regulars.routing.previewing import preview_routing
from regulars.routing.queries import QueueLine, queue_lines, routed_inbox_ids
from regulars.web.administration.answers import attempt
from regulars.web.design.arranged import moves_of, place_in
from regulars.web.design.conditions.kept import form_of, sentence_of_written, written_in
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row
from regulars.web.routing.forms import QueueForm, RoutingForm, initial_of
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import AVAILABILITY_EVENTS, TEAM_EVENTS
from regulars.workspaces.queries import active_members_of, teams_of
from regulars.workspaces.serving import change_duty_settings, duty_settings

CHANGING = "change-routing"


@require_safe
@member_with("routing:read")
def routing(request: MemberRequest) -> HttpResponse:
    return render(request, "routing/routing.html", _context(request))


def _context(request: MemberRequest, refused: RoutingForm | None = None) -> dict[str, Any]:
    actor = request.actor
    lines = queue_lines(actor)
    routed = routed_inbox_ids(actor.workspace_id)
    inboxes = list(inboxes_of(actor))
    can_manage = actor.can("routing:manage")
    return {
        "rows": [_row(line, place, len(lines), actor.workspace_id) for place, line in enumerate(lines)],
        "routed": [inbox for inbox in inboxes if inbox.id in routed],
        "settings": routing_settings(actor.workspace_id),
        "duty": duty_settings(actor.workspace_id),
        "can_manage": can_manage,
        "changing": _changing(refused or _routing_form(request)) if can_manage else None,
    }


def _row(line: QueueLine, place: int, count: int, workspace_id: UUID) -> dict[str, Any]:
    return {
        "line": line,
        "sentence": sentence_of_written(line.queue.conditions, ASKED_ABOUT, workspace_id),
        "moves": moves_of(place, count),
    }


def _routing_form(request: MemberRequest, said: Any = None) -> RoutingForm:
    workspace_id = request.actor.workspace_id
    settings, duty = routing_settings(workspace_id), duty_settings(workspace_id)
    initial = {
        "inboxes": [str(each) for each in routed_inbox_ids(workspace_id)],
        "returns_to_previous": settings.returns_to_previous,
        "priority_after": settings.priority_after,
        "reply_claims": duty.reply_claims,
        "capacity": duty.capacity,
        "away_after_minutes": duty.away_after_minutes,
    }
    return RoutingForm(said, inboxes=inboxes_of(request.actor), initial=initial)


def _changing(form: RoutingForm) -> FormDialog:
    return FormDialog(
        key=CHANGING, title=_("Routing"), action=reverse("change-routing"), form=form, submit=_("Save")
    )


@require_POST
@member_with("routing:manage")
def change(request: MemberRequest) -> HttpResponse:
    form = _routing_form(request, request.POST)
    if form.is_valid() and attempt(form, lambda: _change(request, form.cleaned_data)):
        return redirect("routing")
    return render(request, "routing/routing.html", _context(request, form), status=422)


def _change(request: MemberRequest, told: dict[str, Any]) -> bool:
    workspace_id = request.actor.workspace_id
    shown = {inbox.id for inbox in inboxes_of(request.actor)}
    hidden = routed_inbox_ids(workspace_id) - shown
    chosen = {parse_id(each) for each in told["inboxes"]} - {None}
    change_duty_settings(
        workspace_id,
        capacity=told["capacity"],
        away_after_minutes=told["away_after_minutes"],
        reply_claims=told["reply_claims"],
        by=request.actor,
    )
    change_routing(
        workspace_id,
        inbox_ids=[each for each in chosen | hidden if each],
        returns_to_previous=told["returns_to_previous"],
        priority_after=told["priority_after"],
        by=request.actor,
    )
    return True


@require_safe
@member_with("routing:manage")
def new_queue(request: MemberRequest) -> HttpResponse:
    return _show(request, None, _queue_form(request), {"all": []})


@require_POST
@member_with("routing:manage")
def add_queue(request: MemberRequest) -> HttpResponse:
    form, written = _queue_form(request, request.POST), written_in(request.POST, request.actor.workspace_id)
    if form.is_valid():
        wanted = _wanted(form, written)
        if attempt(form, lambda: create_queue(request.actor.workspace_id, wanted, by=request.actor)):
            return redirect("routing")
    return _show(request, None, form, written, status=422)


@require_safe
@member_with("routing:manage")
def show_queue(request: MemberRequest, queue_id: str) -> HttpResponse:
    queue = access_queue(request.actor, parse_id(queue_id))
    wanted = wanted_of(queue)
    form = _queue_form(request, initial=initial_of(wanted))
    return _show(request, queue, form, dict(wanted.conditions))


@require_POST
@member_with("routing:manage")
def edit_queue(request: MemberRequest, queue_id: str) -> HttpResponse:
    queue = access_queue(request.actor, parse_id(queue_id))
    form, written = _queue_form(request, request.POST), written_in(request.POST, request.actor.workspace_id)
    version = request.POST.get("version")
    if form.is_valid() and attempt(
        form,
        lambda: (
            change_queue(
                queue, _wanted(form, written), by=request.actor, versions=[version] if version else None
            )
            or True
        ),
    ):
        return redirect("routing")
    return _show(request, queue, form, written, status=422)


@require_POST
@member_with("routing:manage")
def move(request: MemberRequest, queue_id: str) -> HttpResponse:
    place = place_in(request.POST)
    if place is not None:
        move_queue(access_queue(request.actor, parse_id(queue_id)), place, by=request.actor)
    return redirect("routing")


@require_POST
@member_with("routing:manage")
def remove(request: MemberRequest, queue_id: str) -> HttpResponse:
    remove_queue(access_queue(request.actor, parse_id(queue_id)), by=request.actor)
    return redirect("routing")


def _queue_form(request: MemberRequest, said: Any = None, initial: dict[str, Any] | None = None) -> QueueForm:
    workspace_id = request.actor.workspace_id
    members = sorted(active_members_of(workspace_id), key=lambda each: str(each).casefold())
    return QueueForm(said, teams=teams_of(workspace_id), members=members, initial=initial)


def _wanted(form: QueueForm, written: dict[str, Any]) -> Wanted:
    told = form.cleaned_data
    return Wanted(
        told["name"],
        written,
        tuple(each for each in map(parse_id, told["teams"]) if each),
        told["skill"],
        told["wants_language"],
        parse_id(told["specialist"]),
        told["specialist_seconds"],
        told["method"],
    )


def _show(
    request: MemberRequest, queue: Queue | None, form: QueueForm, written: dict[str, Any], status: int = 200
) -> HttpResponse:
    conditions = form_of(written, ASKED_ABOUT, request.actor.workspace_id, shows_gaps=status != 200)
    context = {"queue": queue, "form": form, "conditions": conditions}
    return render(request, "routing/queue.html", context, status=status)


@require_safe
@member_with("routing:read")
def preview(request: MemberRequest) -> HttpResponse:
    """The last conversations of a number as the queues would have given them."""
    inboxes = list(inboxes_of(request.actor))
    asked = parse_id(request.GET.get("inbox", ""))
    chosen = next((each for each in inboxes if each.id == asked), inboxes[0] if inboxes else None)
    rows = preview_routing(request.actor, [chosen.id]) if chosen else []
    return render(
        request,
        "routing/preview.html",
        {
            "inboxes": inboxes,
            "chosen": chosen,
            "rows": [{"view": conversation_row(row.conversation), "row": row} for row in rows],
            "counts": {
                outcome: sum(row.outcome == outcome for row in rows)
                for outcome in ("given", "waits", "unknown", "no_queue")
            },
            "same": sum(
                row.would_go_to_id is not None and row.would_go_to_id == row.went_to_id for row in rows
            ),
        },
    )


ROUTING = SettingsPage(
    key="routing",
    address="routing",
    view=routing,
    icon="journey",
    label=gettext_lazy("Routing"),
    words=gettext_lazy("queues, distribution, automatic assignment, capacity, skills, languages, VIP"),
    changed_by=(*QUEUE_EVENTS, *AVAILABILITY_EVENTS, *TEAM_EVENTS, *INBOX_EVENTS),
    acts=(
        path("settings/routing/change", change, name="change-routing"),
        path("settings/routing/preview", preview, name="preview-routing"),
        path("settings/routing/queues/new", new_queue, name="new-queue"),
        path("settings/routing/queues/add", add_queue, name="add-queue"),
        path("settings/routing/queues/<str:queue_id>", show_queue, name="queue"),
        path("settings/routing/queues/<str:queue_id>/change", edit_queue, name="change-queue"),
        path("settings/routing/queues/<str:queue_id>/move", move, name="move-queue"),
        path("settings/routing/queues/<str:queue_id>/removal", remove, name="remove-queue"),
    ),
)
