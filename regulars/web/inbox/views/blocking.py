"""Blocking the contact of a conversation, letting them through again, and the page of those who are blocked."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.blocking.access import PERMISSION, access_block, blocks_visible_to
from regulars.blocking.events import BLOCK_EVENTS
from regulars.blocking.operations import block_contact, unblock_contact
from regulars.conversations.access import access_conversation
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.web.doors import MemberRequest, member_with
from regulars.web.problems import toast_header
from regulars.web.settings.page import SettingsPage

PAGE_SIZE = 50


@require_POST
@member_with(PERMISSION)
def block(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``reason``: spam or other. The toast has the way back."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    match request.POST.get("reason"):
        case "spam" | "other" as reason:
            made = block_contact(conversation, reason, by=request.actor)
        case _:
            raise Invalid(_("Say whether it is spam"), fields={"reason": "spam, other"})
    return _told(_("The contact is being blocked on this number"), reverse("lift-block", args=[made.id]))


@require_POST
@member_with(PERMISSION)
def lift(request: MemberRequest, block_id: str) -> HttpResponse:
    unblock_contact(access_block(request.actor, parse_id(block_id)), by=request.actor)
    return _told(_("The contact is being let through again"))


def _told(text: str, undo_url: str = "") -> HttpResponse:
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(text, undo_url=undo_url)
    return response


@require_safe
@member_with(PERMISSION)
def blocked_people(request: MemberRequest) -> HttpResponse:
    """Those who are blocked or could not be, the last first; with ``show=ended`` those who were."""
    shown = "ended" if request.GET.get("show") == "ended" else ""
    rows = blocks_visible_to(request.actor)
    rows = rows.filter(state="ended") if shown else rows.exclude(state="ended")
    page = Paginator(rows.order_by("-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "inbox/blocked_people.html", {"page": page, "show": shown})


BLOCKED_PEOPLE = SettingsPage(
    key="blocked-people",
    address="blocked-people",
    view=blocked_people,
    icon="block",
    label=gettext_lazy("Blocked people"),
    words=gettext_lazy("spam, block list, unblock"),
    changed_by=BLOCK_EVENTS,
    acts=(path("settings/blocks/<str:block_id>/lift", lift, name="lift-block"),),
)
