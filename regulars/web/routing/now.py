"""Right now: who waits, how long, whose, and who has room; and giving several of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.events import (
    AnswerFailed,
    ConversationAnswered,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationWoken,
    MessageReceived,
)
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.inboxes.events import STAFFING_EVENTS
from regulars.kernel.errors import ProductError
from regulars.kernel.ids import parse_id
from regulars.routing.events import QUEUE_EVENTS
from regulars.routing.models import PRIORITY_GOAL
from regulars.routing.queries import (
    NO_QUEUE,
    NOBODY,
    PRIORITY,
    Now,
    list_waiting,
    now_of,
    queue_names_of,
)
from regulars.service_levels.events import CLOCK_EVENTS
from regulars.service_levels.queries import promises_of
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row
from regulars.web.live.topics import page_topic
from regulars.web.settings.page import following
from regulars.workspaces.events import AVAILABILITY_EVENTS, MEMBER_EVENTS, TEAM_EVENTS
from regulars.workspaces.models import Member
from regulars.workspaces.queries import active_members_of, find_member

PAGE_SIZE = 50
_WAITS = (Column(gettext_lazy("Waiting"), is_number=True), Column(gettext_lazy("Longest")))
QUEUES = (Column(gettext_lazy("Queue")), *_WAITS)
TEAMS = (Column(gettext_lazy("Team")), *_WAITS)
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of those that wait are listed."""

    queue: str = ""
    team: UUID | None = None
    assignee: str = ""

    @property
    def query(self) -> str:
        values = {"queue": self.queue, "team": str(self.team or ""), "assignee": self.assignee}
        return urlencode({name: value for name, value in values.items() if value})


def read_choice(given: QueryDict) -> Choice:
    queue, assignee = given.get("queue", ""), given.get("assignee", "")
    return Choice(
        queue if queue in {PRIORITY, NO_QUEUE} else str(parse_id(queue) or ""),
        parse_id(given.get("team", "")),
        assignee if assignee == NOBODY else str(parse_id(assignee) or ""),
    )


@require_safe
@member_with("routing:read")
def now(request: MemberRequest) -> HttpResponse:
    chosen = read_choice(request.GET)
    found = now_of(request.actor)
    page = list_waiting(
        request.actor,
        queue=chosen.queue,
        team=chosen.team,
        assignee=chosen.assignee,
        limit=PAGE_SIZE,
        cursor=request.GET.get("cursor") or None,
    )
    names = queue_names_of([each.id for each in page.items])
    online = [server for server, _wait in found.servers if server.state == "online"]
    given, left = (_count(request.GET.get(name, "")) for name in ("given", "left"))
    return render(
        request,
        "routing/now.html",
        {
            "now": found,
            "queue_columns": QUEUES,
            "team_columns": TEAMS,
            "online": len(online),
            "room": sum(max(each.capacity - each.load, 0) for each in online),
            "goal": int(PRIORITY_GOAL.total_seconds()),
            "rows": [_row(each, names.get(each.id)) for each in page.items],
            "chosen": chosen,
            "chosen_label": _label(chosen, found),
            "next_url": _next_url(chosen, page.next_cursor),
            "is_first_page": "cursor" not in request.GET,
            "members": _members(request.actor.workspace_id)
            if request.actor.can("conversations:assign")
            else [],
            "told": _told(given, left) if given or left else "",
            "promises": promises_of(request.actor) if request.actor.can("service_levels:read") else None,
        },
    )


def _row(conversation: Conversation, queue: str | None) -> dict[str, Any]:
    return {"view": conversation_row(conversation), "queue": queue, "since": conversation.waiting_since}


def _members(workspace_id: UUID) -> list[Member]:
    return sorted(active_members_of(workspace_id), key=lambda each: str(each).casefold())


def _next_url(chosen: Choice, cursor: str | None) -> str:
    return f"?{'&'.join(filter(None, [chosen.query, urlencode({'cursor': cursor})]))}" if cursor else ""


def _label(chosen: Choice, found: Now) -> str:
    """What the list is narrowed to; empty for all."""
    if chosen.queue:
        known = {str(queue.id): queue.name for queue, _wait in found.queues}
        known |= {PRIORITY: _("Priority"), NO_QUEUE: _("In no queue")}
        return known.get(chosen.queue, "")
    if chosen.team:
        return next((team.name for team, _wait in found.teams if team.id == chosen.team), "")
    if chosen.assignee == NOBODY:
        return _("Nobody's")
    return next((server.name for server, _wait in found.servers if str(server.id) == chosen.assignee), "")


def _count(written: str) -> int:
    return (
        min(int(written), MOST_AT_ONCE)
        if written.isascii() and written.isdecimal() and len(written) < 4
        else 0
    )


def _told(given: int, left: int) -> str:
    text = ngettext("%(count)d conversation assigned.", "%(count)d conversations assigned.", given)
    told = text % {"count": given}
    if left:
        more = ngettext(
            "%(count)d went to somebody else meanwhile.", "%(count)d went to somebody else meanwhile.", left
        )
        told = f"{told} {more % {'count': left}}"
    return told


@require_POST
@member_with("conversations:assign")
def assign_several(request: MemberRequest) -> HttpResponse:
    """Each by itself: what went to somebody else meanwhile stays, and is counted."""
    request.actor.require("routing:read")
    to = find_member(request.actor.workspace_id, parse_id(request.POST.get("member", "")) or UUID(int=0))
    given = left = 0
    for written in request.POST.getlist("conversation")[:MOST_AT_ONCE]:
        try:
            conversation = access_conversation(request.actor, parse_id(written))
            seen = request.POST.get(f"seen-{written}", "")
            if str(conversation.assignee_id or "") != seen:
                left += 1
                continue
            assign_conversation(conversation, to=to, by=request.actor)
            given += 1
        except ProductError:
            left += 1
    told = urlencode({"given": given, "left": left})
    query = "&".join(filter(None, [read_choice(request.POST).query, told]))
    return redirect(f"{reverse('now')}?{query}")


CHANGED_BY = (
    MessageReceived,
    ConversationAnswered,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationResolved,
    ConversationReopened,
    ConversationSnoozed,
    ConversationWoken,
    AnswerFailed,
    *QUEUE_EVENTS,
    *CLOCK_EVENTS,
    *AVAILABILITY_EVENTS,
    *MEMBER_EVENTS,
    *TEAM_EVENTS,
    *STAFFING_EVENTS,
)
NOW = page_topic("now", CHANGED_BY, lambda actor: actor.can("routing:read"))
routes = [
    path("now", following(now), name="now"),
    path("now/assignment", assign_several, name="assign-several"),
]
