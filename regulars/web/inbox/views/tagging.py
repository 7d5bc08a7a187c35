"""Tags of a contact and of a conversation: what can be put on it, put on, taken off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.acts.actions import PutTags, TakeTags
from regulars.acts.operations.acting import act_on
from regulars.contacts.models import ContactTagging
from regulars.contacts.operations.tagging import tag_contacts, untag_contacts
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.models import ConversationTagging
from regulars.conversations.queries.lists import count_by_tag
from regulars.kernel.ids import parse_id
from regulars.tags.access import get_tag
from regulars.tags.models import COLORS, Tag
from regulars.tags.operations import tag_for
from regulars.tags.queries import tags_in
from regulars.tags.taggings import tags_on
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import tag_views
from regulars.web.inbox.lists import read_choice
from regulars.web.inbox.views.acting import undo_address
from regulars.web.problems import toast_header
from regulars.workspaces.access import Actor

OFF = "no"


@require_safe
@member_with("contacts:edit")
def contact_tags(request: MemberRequest, contact_id: str) -> HttpResponse:
    """For the picker: also those that are not on it, in JSON."""
    contact = access_contact(request.actor, parse_id(contact_id))
    return _options(request.actor, tags_on(ContactTagging, [contact.id])[contact.id])


@require_safe
@member_with("conversations:assign")
def conversation_tags(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """As ``contact_tags``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    return _options(request.actor, tags_on(ConversationTagging, [conversation.id])[conversation.id])


@require_POST
@member_with("contacts:edit")
def tag_contact(request: MemberRequest, contact_id: str) -> HttpResponse:
    """``tag``: an id or a name; ``on``: ``yes`` or ``no``."""
    contact = access_contact(request.actor, parse_id(contact_id))
    tag = _tag_meant(request)
    act = untag_contacts if request.POST.get("on") == OFF else tag_contacts
    act([contact], [tag], by=request.actor)
    return _answer(request, tags_on(ContactTagging, [contact.id])[contact.id], tag)


@require_POST
@member_with("conversations:assign")
def tag_conversation(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """As ``tag_contact``."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    tag = _tag_meant(request)
    wanted = [str(tag.id)]
    action = TakeTags(tags=wanted) if request.POST.get("on") == OFF else PutTags(tags=wanted)
    undo_url = undo_address(act_on(conversation, [action], by=request.actor))
    return _answer(request, tags_on(ConversationTagging, [conversation.id])[conversation.id], tag, undo_url)


@require_safe
@member_with("conversations:read")
def list_tags(request: MemberRequest, view: str) -> HttpResponse:
    """The tags of a list's conversations, each with how many have it."""
    choice = read_choice(request, view)
    counted = count_by_tag(request.actor, choice.filter_for(request.actor))
    lines = [{"tag": tag_views([tag])[0], "count": count} for tag, count in counted]
    return render(request, "inbox/_tag_filter.html", {"choice": choice, "lines": lines})


def _tag_meant(request: MemberRequest) -> Tag:
    written = request.POST.get("tag", "")
    if request.POST.get("on") == OFF:
        return get_tag(request.actor, written)
    return tag_for(request.actor.workspace_id, written, by=request.actor)


def _options(actor: Actor, on: Iterable[Tag]) -> JsonResponse:
    there = {tag.id for tag in on}
    return JsonResponse({"tags": [_option(tag, there) for tag in tags_in(actor.workspace_id)]})


def _option(tag: Tag, there: Collection[UUID]) -> dict[str, Any]:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "tone": COLORS.index(tag.color),
        "about": tag.description,
        "on": tag.id in there,
    }


def _answer(
    request: MemberRequest, tags: Iterable[Tag], changed: Tag, undo_url: str | None = None
) -> HttpResponse:
    """The tags that are there now; and the way back, where it is not the opposite of the same."""
    is_off = request.POST.get("on") == OFF
    context = {"tags": tag_views(tags), "may_tag": True}
    response = render(request, "inbox/_tag_list.html", context)
    text = _("Without the tag %(name)s") if is_off else _("Tagged %(name)s")
    told = text % {"name": changed.name}
    if undo_url is not None:
        response["X-Toast"] = toast_header(told, undo_url=undo_url)
    else:
        undo = {"tag": str(changed.id), "on": "yes" if is_off else OFF}
        response["X-Toast"] = toast_header(told, undo_url=request.path, undo_values=undo)
    return response
