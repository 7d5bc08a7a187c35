"""Acting on the conversations that are selected in a list, or on all that the list has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.acts.actions import (
    Action,
    Assign,
    HandToTeam,
    MarkRead,
    MarkUnread,
    Prioritize,
    Priority,
    PutTags,
    Reopen,
    Resolve,
    Snooze,
    TakeTags,
)
from regulars.acts.operations.acting import Outcome, act_on_many
from regulars.acts.operations.in_bulk import start_act_on_all
from regulars.conversations.operations.handling import PRIORITIES
from regulars.kernel.errors import Invalid
from regulars.kernel.jobs.models import Job
from regulars.tags.queries import tags_in
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import tag_views
from regulars.web.inbox.lists import choice_in
from regulars.web.inbox.panes import assignable_members
from regulars.web.inbox.views.acting import undo_address
from regulars.web.inbox.views.snoozing import until_in
from regulars.web.problems import toast_header
from regulars.workspaces.jobs import access_job, cancel_job, undo_job
from regulars.workspaces.queries import teams_of


@require_POST
@member_with("conversations:read")
def act(request: MemberRequest) -> HttpResponse:
    """``do`` to each ``conversation``; what was not done is told by why, in JSON. The toast has the way back."""
    ids = [id_in(each) for each in request.POST.getlist("conversation")]
    outcome = act_on_many(ids, [action_in(request)], by=request.actor, looked_at=looked_at(request))
    refused = [str(each) for refusal in outcome.refusals for each in refusal.conversations]
    response = JsonResponse({"done": outcome.done, "refused": refused})
    kind = "bad" if outcome.refusals and not outcome.done else ""
    response["X-Toast"] = toast_header(told_of(outcome), kind=kind, undo_url=undo_address(outcome.act))
    return response


@require_safe
@member_with("conversations:assign")
def choices(request: MemberRequest, what: str) -> HttpResponse:
    """What can be chosen for the selected: ``assign`` (members and teams) or ``tag``."""
    actor = request.actor
    if what == "tag":
        context: dict[str, object] = {"what": "tag", "tags": tag_views(tags_in(actor.workspace_id))}
    else:
        context = {"members": assignable_members(actor), "teams": teams_of(actor.workspace_id)}
    return render(request, "inbox/_act_choices.html", context)


def told_of(outcome: Outcome) -> str:
    sentences = [_changed(outcome.done)] if outcome.done or not outcome.refusals else []
    for refusal in outcome.refusals:
        count = len(refusal.conversations)
        left = ngettext("%(count)s left as it is: %(why)s", "%(count)s left as they are: %(why)s", count)
        sentences.append(left % {"count": number_format(count), "why": refusal.why})
    return " ".join(sentences)


def _changed(count: int) -> str:
    words = ngettext("%(count)s conversation changed.", "%(count)s conversations changed.", count)
    return words % {"count": number_format(count, force_grouping=True)}


@require_POST
@member_with("conversations:read")
def act_on_all(request: MemberRequest, view: str) -> HttpResponse:
    """``do`` to all that the list at ``?query`` has: a job, told in JSON as ``job`` tells it."""
    choice = choice_in(QueryDict(request.POST.get("query", "")), view, request.actor)
    actions = [action_in(request)]
    job = start_act_on_all(choice.selection, actions, by=request.actor, looked_at=looked_at(request))
    return JsonResponse(progress_of(job), status=202)


@require_safe
@member_with("conversations:read")
def job(request: MemberRequest, job_id: str) -> HttpResponse:
    """How far a job of this member is, in JSON."""
    return JsonResponse(progress_of(access_job(request.actor, id_in(job_id))))


@require_POST
@member_with("conversations:read")
def job_change(request: MemberRequest, job_id: str) -> HttpResponse:
    """``cancel`` it, or ``undo`` what it did."""
    found = access_job(request.actor, id_in(job_id))
    verb = undo_job if request.POST.get("do") == "undo" else cancel_job
    return JsonResponse(progress_of(verb(found, by=request.actor)))


def progress_of(found: Job) -> dict[str, object]:
    done = (found.result or {}).get("done", 0) if found.status == "done" else 0
    return {
        "id": str(found.id),
        "status": found.status,
        "done": found.done,
        "total": found.total,
        "told": _changed(int(done)) if found.status == "done" else "",
    }


def looked_at(request: MemberRequest) -> datetime | None:
    try:
        found = parse_datetime(request.POST.get("looked_at", ""))
    except ValueError:
        return None
    return None if found is None or timezone.is_naive(found) else found


def action_in(request: MemberRequest) -> Action:
    """What a form asks for: ``do``, and the fields that go with it."""
    given = request.POST
    match given.get("do", ""):
        case "assign":
            named = given.get("member", "")
            return Assign(member=request.member.id if named == "me" else _id(named))
        case "team":
            return HandToTeam(team=_id(given.get("team", "")))
        case "tag":
            return PutTags(tags=_tags(given.getlist("tag")))
        case "untag":
            return TakeTags(tags=_tags(given.getlist("tag")))
        case "priority" if given.get("priority") in PRIORITIES:
            return Prioritize(priority=cast("Priority", given["priority"]))
        case "snooze":
            return Snooze(until=until_in(request), sleeps_through=given.get("through") == "yes")
        case "resolve":
            return Resolve()
        case "reopen":
            return Reopen()
        case "read":
            return MarkRead()
        case "unread":
            return MarkUnread()
    raise Invalid(_("Say what is to be done"), fields={"do": "assign, tag, snooze …"})


def _id(written: str) -> UUID | None:
    return id_in(written) if written else None


def _tags(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.strip()]
