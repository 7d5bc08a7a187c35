"""Looking: lists, a conversation, older messages."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regulars.attention.queries import attach_mentions
from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation
from regulars.conversations.queries.asking import in_time
from regulars.conversations.queries.lists import attach_shown, count_for, list_among
from regulars.conversations.queries.threads import read_thread, read_thread_after
from regulars.kernel.events import end_of_log
from regulars.kernel.ids import parse_id
from regulars.service_levels.due import attach_clocks
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row, parse_position, thread_items
from regulars.web.inbox.lists import ListChoice, choice_or, landing_view, read_choice
from regulars.web.inbox.panes import head_context, list_context, panel_context, thread_context

MOST_AMONG = 50


@require_safe
@member_with("conversations:read")
def start(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("inbox-view", args=[landing_view(count_for(request.actor))]))


@require_safe
@member_with("conversations:read")
def show_list(request: MemberRequest, view: str) -> HttpResponse:
    """For the script (``X-Fragment``) only its pane, or its rows from ``cursor`` on."""
    choice = read_choice(request, view)
    part = request.headers.get("X-Fragment")
    if part == "pane":
        return render(request, "inbox/_list_pane.html", list_context(request.actor, choice))
    if part == "among":
        return _among(request, choice)
    if part:
        return _rows(request, choice)
    context = {"live_cursor": str(end_of_log()), **list_context(request.actor, choice)}
    context["welcome"] = "welcome" in request.GET  # who has just joined
    return render(request, "inbox/inbox.html", context)


def _among(request: MemberRequest, choice: ListChoice) -> HttpResponse:
    """The rows of those of the conversations ``?among`` that are in the list."""
    ids = [found for each in request.GET.getlist("among")[:MOST_AMONG] if (found := parse_id(each))]
    with in_time():
        rows = list_among(request.actor, choice.filter_for(request.actor), ids)
    return render(request, "inbox/_rows.html", {"rows": [conversation_row(each) for each in rows]})


def _rows(request: MemberRequest, choice: ListChoice) -> HttpResponse:
    context = list_context(request.actor, choice, cursor=request.GET.get("cursor"))
    return render(request, "inbox/_rows.html", context)


@require_safe
@member_with("conversations:read")
def show_conversation(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """For the script only thread and side panel.

    Looking changes nothing: the script says that it was read once the thread is on the screen.
    """
    cursor = str(end_of_log())
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    context = {"live_cursor": cursor, **thread_context(request.actor, request.member, conversation)}
    context["is_from_search"] = request.GET.get("from") == "search"
    if request.headers.get("X-Fragment"):
        return render(request, "inbox/_conversation.html", context)
    choice = choice_or(request, _home_of(conversation))
    return render(request, "inbox/inbox.html", {**list_context(request.actor, choice), **context})


def _home_of(conversation: Conversation) -> str:
    return "resolved" if conversation.status == "resolved" else "open"


@require_safe
@member_with("conversations:read")
def show_context(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    context = panel_context(request.actor, conversation)
    return render(request, context["panel_template"], context)


@require_safe
@member_with("conversations:read")
def earlier_messages(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    page = read_thread(conversation, before=parse_position(request.GET.get("before", "")))
    attach_mentions(page.notes)
    context = {"items": thread_items(page, conversation), "has_older": page.has_older}
    return render(request, "inbox/_items.html", context)


@require_safe
@member_with("conversations:read")
def later_messages(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    place = parse_position(request.GET.get("after", ""))
    if place is None:
        raise Http404
    page = read_thread_after(conversation, place)
    attach_mentions(page.notes)
    context = {"items": thread_items(page, conversation), "has_newer": page.has_newer}
    return render(request, "inbox/_items.html", context)


@require_safe
@member_with("conversations:read")
def head(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    return render(request, "inbox/_head.html", head_context(request.actor, conversation))


@require_safe
@member_with("conversations:read")
def row(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    attach_shown([conversation])
    attach_clocks([conversation])
    return render(request, "inbox/_row.html", {"row": conversation_row(conversation)})
