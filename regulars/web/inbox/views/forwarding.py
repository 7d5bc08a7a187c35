"""Forwarding a message: the conversations to choose from, and passing it on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation, access_message
from regulars.conversations.guardrails import WINDOW_CLOSED, WORDS, GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.forwarding import content_to_forward, forward_message
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, ProductError
from regulars.kernel.ids import new_id, parse_id
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.limit_words import refusal_sentence
from regulars.web.inbox.view_models import ConversationRow
from regulars.web.intents import intent_of
from regulars.web.problems import toast_header

OFFERED = 20


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation that the message may go to, or why not."""

    row: ConversationRow
    refused: str


@require_safe
@member_with("messages:send")
def choose(request: MemberRequest, message_id: str) -> HttpResponse:
    """The newest conversations, or those that ``q`` finds; ``only=list`` draws them alone."""
    message = access_message(request.actor, parse_id(message_id))
    content_to_forward(message)
    text = request.GET.get("q", "").strip()[:200]
    found = list_conversations(request.actor, ConversationFilter(text=text), limit=OFFERED + 1).items
    others = [each for each in found if each.id != message.conversation_id]
    context = {
        "message": message,
        "targets": [Target(conversation_row(each), _why_not(each)) for each in others[:OFFERED]],
        "has_more": len(others) > OFFERED,
        "text": text,
    }
    template = "inbox/_forward_targets.html" if request.GET.get("only") == "list" else "inbox/_forward.html"
    return render(request, template, context)


def _why_not(conversation: Conversation) -> str:
    if conversation.group_id or conversation.window_is_open(clock.now()):
        return ""
    return str(WORDS[WINDOW_CLOSED][0])


@require_POST
@member_with("messages:send")
def forward(request: MemberRequest, message_id: str) -> HttpResponse:
    """To each ``conversation``; what was refused is told by conversation, in JSON."""
    message = access_message(request.actor, parse_id(message_id))
    wanted = [id_in(each) for each in request.POST.getlist("conversation")]
    if not wanted:
        raise Invalid(_("Choose a conversation first"), fields={"conversation": "one or several"})
    targets = [access_conversation(request.actor, each) for each in wanted]
    outcomes = forward_message(message, targets, intent=intent_of(request) or new_id(), by=request.actor)
    refused = {str(each.conversation.id): _words(each.refused) for each in outcomes if each.refused}
    count = len(outcomes) - len(refused)
    response = JsonResponse({"forwarded": count, "refused": refused})
    if count:
        told = ngettext("Forwarded to %(count)d conversation", "Forwarded to %(count)d conversations", count)
        response["X-Toast"] = toast_header(told % {"count": count})
    return response


def _words(refused: ProductError) -> str:
    return refusal_sentence(refused) if isinstance(refused, GuardrailRefused) else str(refused.detail)
