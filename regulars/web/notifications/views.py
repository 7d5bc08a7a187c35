"""The list behind the bell: shown, counted, marked as seen; conversations muted."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.notifying import count_unread_notifications, notifications_of
from regulars.kernel.ids import parse_id
from regulars.notifications.digesting import member_of_stop_word, stop_mails
from regulars.notifications.operations import (
    mute_conversation,
    read_notifications,
    unmute_conversation,
)
from regulars.web.doors import MemberRequest, WebRequest, member_with, public
from regulars.web.notifications.lists import draw, lines_of
from regulars.web.problems import toast_header


@require_safe
@member_with("conversations:read")
def show(request: MemberRequest) -> HttpResponse:
    """The whole page, or its lines for the bell."""
    shown = "all" if request.GET.get("show") == "all" else "unread"
    before = request.GET.get("before", "")
    lines = lines_of(request.actor, request.member, unread_only=shown == "unread", before=before)
    here = reverse("notifications")
    context = {
        "lines": lines.shown,
        "shown": shown,
        "first_url": f"{here}?show={shown}" if before else "",
        "next_url": f"{here}?{urlencode({'show': shown, 'before': lines.next})}" if lines.next else "",
        "unread_count": count_unread_notifications(request.actor),
    }
    page = "notifications/_panel.html" if request.headers.get("X-Fragment") else "notifications/page.html"
    return render(request, page, context)


@require_safe
@member_with("conversations:read")
def count(request: MemberRequest) -> HttpResponse:
    return JsonResponse({"count": count_unread_notifications(request.actor)})


@require_POST
@member_with("conversations:read")
def read(request: MemberRequest) -> HttpResponse:
    """``conversation``: one; without it, all."""
    named = request.POST.get("conversation")
    here = parse_id(named) if named else None
    if not named or here:
        read_notifications(request.member, [here] if here else None)
    if request.headers.get("X-Fragment"):
        return HttpResponse(status=204)
    return redirect("notifications")


@require_POST
@member_with("conversations:read")
def muting(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``state``: muted or heard."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    is_muted = request.POST.get("state") == "muted"
    (mute_conversation if is_muted else unmute_conversation)(request.member, conversation.id)
    response = _line_now(request, conversation.id)
    text = (
        _("You are told nothing of this conversation any more")
        if is_muted
        else _("You are told of this conversation again")
    )
    back = {"state": "heard" if is_muted else "muted"}
    response["X-Toast"] = toast_header(text, undo_url=request.path, undo_values=back)
    return response


def _line_now(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    told = notifications_of(request.actor, request.member.id).filter(conversation_id=conversation_id)
    for line in draw(told, request.member):
        return render(request, "notifications/_line.html", {"line": line})
    return HttpResponse(status=204)


@csrf_exempt  # the word in the address is what nobody else has
@require_http_methods(["GET", "HEAD", "POST"])
@public
def stop_mail(request: WebRequest, word: str) -> HttpResponse:
    """From a mail, also by the mail program itself (RFC 8058): the word in the address is the right to do it."""
    member = member_of_stop_word(word)
    if member is not None and request.method == "POST":
        stop_mails(member)
    status = 200 if member else 404
    stopped = request.method == "POST"
    return render(
        request, "notifications/stop_mail.html", {"known": member, "stopped": stopped}, status=status
    )
