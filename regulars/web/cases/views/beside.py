"""Cases beside a conversation: a new one in a dialog, and those that it can be added to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.cases.access import access_case
from regulars.cases.models import UNRESOLVED
from regulars.cases.operations.linking import link_conversation, unlink_conversation
from regulars.cases.operations.opening import open_case
from regulars.cases.queries.lists import CaseFilter, list_cases
from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation
from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.cases.forms import CaseForm
from regulars.web.cases.opening import case_form, new_case
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.problems import toast_header

DIALOG = "open-case"
OFFERED = 50
OFF = "no"


@require_safe
@member_with("cases:edit")
def ask(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The dialog, for the script to show."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    return _dialog(request, case_form(request), conversation)


@require_safe
@member_with("cases:edit")
def ask_alone(request: MemberRequest) -> HttpResponse:
    """The same without a conversation."""
    return _dialog(request, case_form(request), None)


def _dialog(request: MemberRequest, form: CaseForm, conversation: Conversation | None) -> HttpResponse:
    address = reverse("conversation-cases", args=[conversation.id]) if conversation else reverse("new-case")
    dialog = FormDialog(
        key=DIALOG, title=_("Open a case"), action=address, form=form, submit=_("Open the case")
    )
    status = 422 if form.is_bound else 200
    return render(request, "design/form_dialog/form_dialog.html", {"dialog": dialog}, status=status)


@require_POST
@member_with("cases:edit")
def open_here(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    return _open(request, conversation)


@require_POST
@member_with("cases:edit")
def open_alone(request: MemberRequest) -> HttpResponse:
    return _open(request, None)


def _open(request: MemberRequest, conversation: Conversation | None) -> HttpResponse:
    form = case_form(request, request.POST)
    if form.is_valid():
        made = attempt(
            form, lambda: open_case(new_case(request, form.cleaned_data, conversation), by=request.actor)
        )
        if made and conversation is None:
            return redirect("case", made.id)
        if made:
            response = HttpResponse(status=204)
            response["X-Toast"] = toast_header(_("Opened the case #%(number)s") % {"number": made.number})
            return response
    return _dialog(request, form, conversation)


@require_safe
@member_with("cases:edit")
def offered(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Cases that it can be added to: those that are not over, and it is not in yet."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    there = {
        line.case.id for line in list_cases(request.actor, CaseFilter(conversation_id=conversation.id)).lines
    }
    page = list_cases(request.actor, CaseFilter(statuses=UNRESOLVED), order="updated", limit=OFFERED)
    cases = [line.case for line in page.lines if line.case.id not in there]
    return render(request, "cases/_offered.html", {"cases": cases, "conversation": conversation})


@require_POST
@member_with("cases:edit")
def link(request: MemberRequest, case_id: str) -> HttpResponse:
    """``conversation``: its id; ``on``: ``yes`` or ``no``."""
    case = access_case(request.actor, parse_id(case_id))
    conversation = access_conversation(request.actor, parse_id(request.POST.get("conversation", "")))
    is_off = request.POST.get("on") == OFF
    if is_off:
        unlink_conversation(case, conversation.id, by=request.actor)
        text = _("Taken out of the case #%(number)s")
    else:
        link_conversation(case, conversation, by=request.actor)
        text = _("Added to the case #%(number)s")
    response = HttpResponse(status=204)
    undo = {"conversation": str(conversation.id), "on": "yes" if is_off else OFF}
    response["X-Toast"] = toast_header(
        text % {"number": case.number}, undo_url=request.path, undo_values=undo
    )
    return response
