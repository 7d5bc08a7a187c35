"""Running a macro from the screens: on the open conversation, on those that are selected, on a whole list."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.kernel.errors import Conflict
from regulars.kernel.ids import parse_id
from regulars.macros.access import access_macro
from regulars.macros.queries import offered_macros
from regulars.macros.running import run_macro, run_macro_on_all
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.lists import choice_in
from regulars.web.inbox.views.acting import head_with_undo, undo_address
from regulars.web.inbox.views.selecting import looked_at, progress_of, told_of
from regulars.web.problems import toast_header


@require_safe
@member_with("conversations:read")
def choices(request: MemberRequest) -> HttpResponse:
    """Those that this member can run, first what they ran most of late."""
    return render(request, "macros/_choices.html", {"macros": offered_macros(request.actor)})


@require_POST
@member_with("conversations:read")
def run_on_one(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The head as it is then. A reply for the composer is named in ``X-Insert``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    macro = access_macro(request.actor, id_in(request.POST.get("macro", "")))
    ran = run_macro(macro, [conversation.id], by=request.actor, looked_at=looked_at(request))
    if ran.outcome.refusals:
        raise Conflict(ran.outcome.refusals[0].why)
    conversation.refresh_from_db()
    told = _("Done: %(name)s") % {"name": macro.name}
    response = head_with_undo(request, conversation, told, ran.outcome.act)
    if ran.inserts:
        response["X-Insert"] = str(ran.inserts)
    return response


@require_POST
@member_with("conversations:read")
def run_on_some(request: MemberRequest) -> HttpResponse:
    """On each ``conversation``; what was not done is told by why, in JSON. The toast has the way back."""
    macro = access_macro(request.actor, id_in(request.POST.get("macro", "")))
    ids = [id_in(each) for each in request.POST.getlist("conversation")]
    outcome = run_macro(macro, ids, by=request.actor, looked_at=looked_at(request)).outcome
    refused = [str(each) for refusal in outcome.refusals for each in refusal.conversations]
    response = JsonResponse({"done": outcome.done, "refused": refused})
    kind = "bad" if outcome.refusals and not outcome.done else ""
    response["X-Toast"] = toast_header(told_of(outcome), kind=kind, undo_url=undo_address(outcome.act))
    return response


@require_POST
@member_with("conversations:read")
def run_on_list(request: MemberRequest, view: str) -> HttpResponse:
    """On all that the list at ``?query`` has: a job, told in JSON."""
    macro = access_macro(request.actor, id_in(request.POST.get("macro", "")))
    choice = choice_in(QueryDict(request.POST.get("query", "")), view, request.actor)
    job = run_macro_on_all(macro, choice.selection, by=request.actor, looked_at=looked_at(request))
    return JsonResponse(progress_of(job), status=202)
