"""Draws the form of a condition anew after one of its buttons; nothing is kept."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.errors import NotFound
from regulars.web.design.conditions.drawing import ConditionForm
from regulars.web.design.conditions.form import Posted, act, first_field, read_form
from regulars.web.doors import MemberRequest, member_with
from regulars.workspaces.conditions import zone_of


@require_POST
@member_with("contacts:read")
def condition_form(request: MemberRequest, subject: str) -> HttpResponse:
    """What stands in the form, after ``act``: a fragment."""
    registry = condition_fields()
    if subject not in registry.subjects:
        raise NotFound
    workspace_id = request.actor.workspace_id
    zone = zone_of(workspace_id)
    posted = Posted(dict(request.POST.lists()), zone)
    written, done = read_form(posted, registry), posted.one("act")
    written, focus = act(written, done, first_field(written, done, registry, subject))
    anchors = {each: each for each in posted.all("anchor")}
    form = ConditionForm(written, subject, workspace_id, zone, anchors, focus=focus)
    return render(request, "design/conditions/_inside.html", {"form": form})
