"""Doing: assign, resolve, reopen, read marks, notes, drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.acts.actions import Assign, HandToTeam, Prioritize, Reopen, Resolve
from regulars.acts.operations.acting import act_on
from regulars.acts.operations.undoing import undo_act
from regulars.attention.access import access_note
from regulars.attention.operations.editing import edit_note
from regulars.attention.operations.following import follow, unfollow
from regulars.attention.operations.mentioning import Named, everybody_word, leave_note, see_mentions
from regulars.attention.queries import attach_mentions, members_in, seeing
from regulars.contacts.operations.editing import update_contact
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import (
    PRIORITIES,
    forget_draft,
    mark_as_read,
    mark_as_unread,
    restore_note,
    save_draft,
    withdraw_note,
)
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.notifications.operations import read_notifications
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import note_view
from regulars.web.inbox.panes import head_context
from regulars.web.inbox.priorities import priority_word
from regulars.web.inbox.seeing import seen_in, unread_in
from regulars.web.live.own import Typed, tell_own
from regulars.web.problems import toast_header
from regulars.workspaces.models import Member
from regulars.workspaces.queries import find_member, find_team, teams_of

if TYPE_CHECKING:
    from regulars.acts.actions import Priority
    from regulars.attention.operations.mentioning import MentionKind


@require_POST
@member_with("conversations:assign")
def assignment(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """To ``member``: an id; empty for nobody; ``me``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    to, line = _member_named(request), request.POST.get("line", "")
    action = Assign(member=to.id if to else None, line=line)
    act = act_on(conversation, [action], by=request.actor, seen=seen_in(request))
    text = _("Assigned to %(name)s") % {"name": to} if to else _("Back among the unassigned")
    return head_with_undo(request, conversation, text, act)


@require_POST
@member_with("conversations:assign")
def team(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Into the queue of ``team``: an id; empty for none."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    named = request.POST.get("team", "")
    found = find_team(request.actor.workspace_id, id_in(named)) if named else None
    if named and found is None:
        raise Invalid(_("There is no such team"), fields={"team": "a team of this workspace"})
    action = HandToTeam(team=found.id if found else None, line=request.POST.get("line", ""))
    act = act_on(conversation, [action], by=request.actor)
    text = _("Handed to the team %(name)s") % {"name": found.name} if found else _("Taken out of its team")
    return head_with_undo(request, conversation, text, act)


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
        act = act_on(conversation, [Resolve()], by=request.actor, seen=seen_in(request))
        return head_with_undo(request, conversation, _("Resolved"), act)
    act = act_on(conversation, [Reopen()], by=request.actor)
    return head_with_undo(request, conversation, _("Open again"), act)


@require_POST
@member_with("conversations:assign")
def priority(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``priority``: low, normal, high or urgent."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    wanted = request.POST.get("priority", "")
    if wanted not in PRIORITIES:
        raise Invalid(_("Unknown priority"), fields={"priority": ", ".join(PRIORITIES)})
    act = act_on(conversation, [Prioritize(priority=cast("Priority", wanted))], by=request.actor)
    text = _("Priority: %(priority)s") % {"priority": priority_word(wanted)}
    return head_with_undo(request, conversation, text, act)


@require_POST
@member_with("conversations:read")
def following(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``on``: ``yes`` or ``no``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    ends = request.POST.get("on") == "no"
    (unfollow if ends else follow)(conversation, by=request.actor)
    response = render(request, "inbox/_head.html", head_context(request.actor, conversation))
    response["X-Toast"] = toast_header(
        _("Not followed any more") if ends else _("You follow this conversation"),
        undo_url=request.path,
        undo_values={"on": "yes" if ends else "no"},
    )
    return response


def head_with_undo(
    request: MemberRequest, conversation: Conversation, text: str, act: UUID | None
) -> HttpResponse:
    """The head as it is now, with the way back if anything was changed."""
    response = render(request, "inbox/_head.html", head_context(request.actor, conversation))
    response["X-Toast"] = toast_header(text, undo_url=undo_address(act))
    return response


def undo_address(act: UUID | None) -> str:
    return reverse("undo-act", args=[act]) if act else ""


@require_POST
@member_with("conversations:read")
def undo(request: MemberRequest, act_id: str) -> HttpResponse:
    """Take back what this member did. Of many conversations it says how many stay as others left them."""
    outcome = undo_act(id_in(act_id), by=request.actor)
    kept = sum(len(refusal.conversations) for refusal in outcome.refusals)
    response = HttpResponse(status=204)
    text = _("Taken back")
    if kept:
        text = ngettext(
            "Taken back, but for %(count)s conversation that others changed since",
            "Taken back, but for %(count)s conversations that others changed since",
            kept,
        ) % {"count": kept}
    response["X-Toast"] = toast_header(text)
    return response


@require_POST
@member_with("conversations:read")
def reading(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    if request.POST.get("state") == "unread":
        mark_as_unread(conversation, by=request.actor)
    else:
        mark_as_read(conversation, by=request.actor, seen=seen_in(request))
        see_mentions(conversation, by=request.actor)
        read_notifications(request.member, [conversation.id])
    return HttpResponse(status=204)


@require_POST
@member_with("notes:write")
def notes(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    named = [named_in(each) for each in request.POST.getlist("mention")]
    left = leave_note(conversation, request.POST.get("text", ""), named, by=request.actor)
    said = (request.POST.get(name, "") for name in ("text", "draft"))
    forget_draft(conversation, request.member, "note", *said)
    attach_mentions([left.note])
    response = render(request, "inbox/_note.html", {"item": note_view(left.note)}, status=201)
    if left.unseeing:
        names = get_text_list([str(member) for member in left.unseeing], _("and"))
        text = _(
            "Not told, because they do not see this conversation: %(names)s. Assigning it to them shows it."
        )
        response["X-Toast"] = toast_header(text % {"names": names}, kind="bad")
    return response


def named_in(written: str) -> Named:
    """``member:<id>``, ``team:<id>`` or ``everybody``."""
    kind, _colon, named = written.partition(":")
    if kind not in {"member", "team", "everybody"}:
        raise Invalid(
            _("A note can only name members and teams of this workspace"), fields={"mention": "member:id"}
        )
    return Named(cast("MentionKind", kind), id_in(named) if kind != "everybody" else None)


@require_safe
@member_with("notes:write")
def mentionable(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Whom a note can name, in JSON: ``sees`` is false for who would not be told."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    members = list(members_in(request.actor.workspace_id))
    sees = seeing(conversation, members)
    people = [
        {"mention": f"member:{each.id}", "name": str(each), "sees": each.id in sees, "kind": "member"}
        for each in sorted(members, key=lambda each: str(each).casefold())
        if each.id != request.member.id
    ]
    teams = [
        {"mention": f"team:{each.id}", "name": each.name, "sees": True, "kind": "team"}
        for each in teams_of(request.actor.workspace_id)
    ]
    everybody = {"mention": "everybody", "name": everybody_word(), "sees": True, "kind": "everybody"}
    return JsonResponse({"people": [*people, *teams, everybody]})


@require_POST
@member_with("notes:write")
def edit(request: MemberRequest, note_id: str) -> HttpResponse:
    note = access_note(request.actor, parse_id(note_id))
    edited = edit_note(note, request.POST.get("text", ""), by=request.actor)
    attach_mentions([edited])
    return render(request, "inbox/_note.html", {"item": note_view(edited)})


@require_POST
@member_with("notes:write")
def note_withdrawal(request: MemberRequest, note_id: str) -> HttpResponse:
    """``state``: ``withdrawn``, or ``restored``."""
    note = access_note(request.actor, parse_id(note_id))
    is_back = request.POST.get("state") == "restored"
    (restore_note if is_back else withdraw_note)(note, by=request.actor)
    attach_mentions([note])
    response = render(request, "inbox/_note.html", {"item": note_view(note)})
    if not is_back:
        response["X-Toast"] = toast_header(
            _("The note was taken back"), undo_url=request.path, undo_values={"state": "restored"}
        )
    return response


@require_POST
@member_with("conversations:read")
def draft(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    mode, text, intent = (request.POST.get(name, "") for name in ("mode", "text", "intent"))
    save_draft(conversation, request.member, mode, text, intent=id_in(intent) if intent else None)
    tell_own(Typed(request.member.id, conversation.id, mode, text, intent))
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
