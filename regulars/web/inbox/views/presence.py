"""A screen says that its member looks at a conversation, or writes in it: colleagues see it, and the contact may."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.answering.holding import let_go, take_hold
from regulars.conversations.access import ConversationFacts, access_conversation
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import show_typing
from regulars.kernel.errors import Invalid
from regulars.web.addresses import id_in
from regulars.web.design.people import initials_of, tone_of
from regulars.web.doors import MemberRequest, member_with
from regulars.web.live.presence import STATES, Beat, Person, tell
from regulars.workspaces.models import Member

TOLD_AT_MOST_EVERY = 3
"""seconds between two events of a conversation, in each web process; screens ask every 20, and after each answer"""


@require_POST
@member_with("conversations:read")
def presence(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``state``: looking, writing, noting or gone. ``typing``: the contact may see it too (at most every 20 seconds).

    Who writes an answer first holds the conversation (``answering.holding``); nothing else is written of the first. The
    second is an event, which the channel's platform is told of if it can show it.
    """
    state = request.POST.get("state", "")
    if state not in STATES:
        raise Invalid(_("Unknown state"), fields={"state": ", ".join(STATES)})
    here = id_in(conversation_id)
    if state == "gone":  # also from where one has no right to be any more
        let_go(here, request.member.id)
        tell(Beat(here, _person(request.member), state))
        return HttpResponse(status=204)
    conversation = access_conversation(request.actor, here)
    answers = state == "writing" and request.actor.can("messages:send")
    holds = take_hold(here, request.member.id) if answers else False
    if not answers:
        let_go(here, request.member.id)
    facts = _facts(conversation) if answers else None
    tell(Beat(here, _person(request.member), state, holds, facts))
    tells_contact = state == "writing" and "typing" in request.POST
    if tells_contact and request.actor.can("messages:send") and _is_due(here):
        show_typing(conversation, by=request.actor)
    return HttpResponse(status=204)


def _is_due(conversation_id: UUID) -> bool:
    """Whoever asks more often than screens do gets no more events out of it, and no more calls to a platform."""
    return cache.add(f"typing:{conversation_id}", True, TOLD_AT_MOST_EVERY)


def _facts(conversation: Conversation) -> ConversationFacts:
    return ConversationFacts(
        conversation.workspace_id, conversation.inbox_id, conversation.assignee_id, conversation.team_id
    )


def _person(member: Member) -> Person:
    name = str(member)
    return Person(member.id, name, initials_of(name), tone_of(str(member.id)))
