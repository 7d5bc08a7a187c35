"""What leaves later: the times to choose from, and what can be done about it until then."""

from __future__ import annotations

from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.composing import Composition
from regulars.inboxes.channels import facts_of
from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.scheduling.access import access_scheduled
from regulars.scheduling.events import SCHEDULED_EVENTS
from regulars.scheduling.operations import (
    cancel_scheduled,
    change_scheduled,
    schedule_message,
    send_scheduled_now,
)
from regulars.scheduling.queries import list_scheduled, page_of
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.later_times import offered, read_time
from regulars.web.inbox.limit_words import refusal_sentence
from regulars.web.inbox.scheduled import scheduled_context, scheduled_views
from regulars.web.live.topics import page_topic
from regulars.web.problems import toast_header
from regulars.web.settings.page import following

PAGE_SIZE = 50
STATES = {"waiting": ("waiting",), "refused": ("refused",), "done": ("sent", "canceled")}


def zone_of(request: MemberRequest) -> ZoneInfo:
    return _zone(request.member.user.time_zone) or ZoneInfo("UTC")


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


@require_safe
@member_with("messages:send")
def send_later(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The times to choose from, for a new message, or for the ``scheduled`` one that gets another."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    there = _zone(conversation.contact.time_zone) if conversation.contact else None
    context = {
        "conversation_id": conversation.id,
        "times": offered(clock.now(), zone_of(request), there, conversation.window_closes_at),
        "there": there.key if there else "",
        "closes": conversation.window_closes_at,
        "is_template": "template" in request.GET,
        "changing": request.GET.get("scheduled", ""),
        "purpose": "snooze" if request.GET.get("purpose") == "snooze" else "later",
    }
    return render(request, "inbox/_send_later.html", context)


def schedule(request: MemberRequest, composition: Composition) -> HttpResponse:
    """For the views that send; ``send_at`` of the form says when. Raises ``GuardrailRefused``."""
    conversation = composition.conversation
    schedule_message(
        composition,
        read_time(request.POST["send_at"], zone_of(request)),
        stops_on_answer="stops_on_answer" in request.POST,
        by=request.actor,
        channel=facts_of(conversation.inbox.connection.channel),
    )
    response = _waiting(request, conversation, status=201)
    response["X-Scheduled"] = "1"
    return response


def _waiting(request: MemberRequest, conversation: Conversation, status: int = 200) -> HttpResponse:
    return render(request, "inbox/_scheduled.html", scheduled_context(conversation), status=status)


@require_safe
@member_with("conversations:read")
def waiting(request: MemberRequest, conversation_id: str) -> HttpResponse:
    return _waiting(request, access_conversation(request.actor, parse_id(conversation_id)))


@require_POST
@member_with("messages:send")
def change(request: MemberRequest, scheduled_id: str) -> HttpResponse:
    scheduled = access_scheduled(request.actor, parse_id(scheduled_id))
    at = read_time(request.POST.get("send_at", ""), zone_of(request))
    try:
        change_scheduled(scheduled, at=at, by=request.actor)
    except GuardrailRefused as refused:
        return _refused(refused)
    return _waiting(request, scheduled.conversation)


@require_POST
@member_with("messages:send")
def cancel(request: MemberRequest, scheduled_id: str) -> HttpResponse:
    scheduled = access_scheduled(request.actor, parse_id(scheduled_id))
    cancel_scheduled(scheduled, by=request.actor)
    response = _waiting(request, scheduled.conversation)
    response["X-Toast"] = toast_header(_("Canceled. It does not leave."))
    return response


@require_POST
@member_with("messages:send")
def send_now(request: MemberRequest, scheduled_id: str) -> HttpResponse:
    scheduled = access_scheduled(request.actor, parse_id(scheduled_id))
    try:
        send_scheduled_now(scheduled, by=request.actor)
    except GuardrailRefused as refused:
        return _refused(refused)
    return _waiting(request, scheduled.conversation)


def _refused(refused: GuardrailRefused) -> HttpResponse:
    sentence = refusal_sentence(refused)
    response = HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    response["X-Refusal"] = refused.code
    response["X-Toast"] = toast_header(sentence, kind="bad")
    return response


@require_safe
@member_with("conversations:read")
def scheduled_page(request: MemberRequest) -> HttpResponse:
    """``show``: waiting, refused or done; ``whose``: mine, or all that the member sees."""
    show = request.GET.get("show", "")
    show = show if show in STATES else "waiting"
    is_mine = request.GET.get("whose") != "all"
    member_id = request.member.id if is_mine else None
    rows = list_scheduled(request.actor, states=STATES[show], member_id=member_id)
    cursor = request.GET.get("cursor") or None
    page = page_of(rows, "last" if show == "done" else "next", PAGE_SIZE, cursor)
    whose = "mine" if is_mine else "all"
    here = f"{reverse('scheduled')}?{urlencode({'show': show, 'whose': whose})}"
    context = {
        "lines": list(zip(page.items, scheduled_views(page.items), strict=True)),
        "show": show,
        "whose": whose,
        "first_url": here if cursor else "",
        "next_url": f"{here}&{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "refused_count": list_scheduled(request.actor, states=STATES["refused"], member_id=member_id).count(),
    }
    return render(request, "inbox/scheduled.html", context)


SCHEDULED_LIST = page_topic("scheduled", SCHEDULED_EVENTS, lambda actor: actor.can("conversations:read"))
scheduled_list = following(scheduled_page)
