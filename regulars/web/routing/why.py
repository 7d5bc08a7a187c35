"""Why a conversation went to whom, or why nobody has it yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.models import Conversation
from regulars.kernel.ids import parse_id
from regulars.routing.passing import told
from regulars.routing.queries import decisions_about, standing_of
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row

SHOWN = 20


@require_safe
@member_with("conversations:read")
def why(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    return render(
        request,
        "routing/why.html",
        {"conversation": conversation_row(conversation), **about_routing(conversation, SHOWN)},
    )


def about_routing(conversation: Conversation, limit: int = 1) -> dict[str, Any]:
    """For the panel and the page."""
    standing = standing_of(conversation)
    return {
        "standing": standing,
        "standing_considered": [told(each) for each in standing.considered] if standing else [],
        "decisions": list(decisions_about(conversation).order_by("-at", "-id")[:limit]),
    }
