"""Doing: assign, resolve, reopen, read marks, notes, drafts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.contacts.operations.editing import update_contact
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import (
    assign_conversation,
    forget_draft,
    mark_as_read,
    mark_as_unread,
    reopen_conversation,
    resolve_conversation,
    save_draft,
    write_note,
)
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.notifications.operations import read_notifications
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import note_view
from regulars.web.inbox.panes import head_context
from regulars.web.inbox.seeing import seen_in, unread_in
from regulars.web.problems import toast_header
from regulars.workspaces.models import Member
from regulars.workspaces.queries import find_member


@require_POST
@member_with("conversations:assign")
def assignment(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """To ``member``: an id; empty for nobody; ``me``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    before = str(conversation.assignee_id or "")
    to = _member_named(request)
    assign_conversation(conversation, to=to, by=request.actor, seen=seen_in(request))
    text = _("Assigned to %(name)s") % {"name": to} if to else _("Back among the unassigned")
    return _head_with_undo(request, conversation, text, {"member": before})


def _member_named(request: MemberRequest) -> Member | None:
    named = request.POST.get("member", "")
    if not named:
        return None
    workspace_id = request.member.workspace_id
    member = request.member if named == "me" else find_member(workspace_id, id_in(named))
    if member is None:
        raise Invalid(_("There is no such member"), fields={"member": "a member of this workspace"})
    return member


@require_POST
@member_with("conversations:resolve")
def status(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    if request.POST.get("status") == "resolved":
        conversation.unread_count = unread_in(request, conversation.unread_count)
        resolve_conversation(conversation, by=request.actor, seen=seen_in(request))
        return _head_with_undo(request, conversation, _("Resolved"), {"status": "open"})
    reopen_conversation(conversation, by=request.actor)
    return _head_with_undo(request, conversation, _("Open again"), {"status": "resolved"})


def _head_with_undo(
    request: MemberRequest, conversation: Conversation, text: str, undo_values: dict[str, str]
) -> HttpResponse:
    response = render(request, "inbox/_head.html", head_context(request.actor, conversation))
    response["X-Toast"] = toast_header(text, undo_url=request.path, undo_values=undo_values)
    return response


@require_POST
@member_with("conversations:read")
def reading(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    if request.POST.get("state") == "unread":
        mark_as_unread(conversation, by=request.actor)
    else:
        mark_as_read(conversation, by=request.actor, seen=seen_in(request))
        read_notifications(request.member, [conversation.id])
    return HttpResponse(status=204)


@require_POST
@member_with("notes:write")
def notes(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    note = write_note(conversation, request.POST.get("text", ""), by=request.actor)
    said = (request.POST.get(name, "") for name in ("text", "draft"))
    forget_draft(conversation, request.member, "note", *said)
    return render(request, "inbox/_note.html", {"item": note_view(note)}, status=201)


@require_POST
@member_with("conversations:read")
def draft(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    mode, text, intent = (request.POST.get(name, "") for name in ("mode", "text", "intent"))
    save_draft(conversation, request.member, mode, text, intent=id_in(intent) if intent else None)
    return HttpResponse(status=204)


@require_POST
@member_with("contacts:edit")
def contact(request: MemberRequest, contact_id: str) -> HttpResponse:
    found = access_contact(request.actor, parse_id(contact_id))
    changes = {name: request.POST[name].strip() for name in ("name", "about") if name in request.POST}
    update_contact(found, changes, by=request.actor)
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(_("Saved"))
    return response
