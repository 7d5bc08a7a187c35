"""Saying: messages, reactions, and what to do about those that did not arrive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.answering.answering import (
    AnsweredMeanwhile,
    BeingAnswered,
    Known,
    answer,
    answer_anyway,
)
from regulars.conversations.access import access_conversation, access_message, media_visible_to
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition, react, say_again
from regulars.conversations.operations.handling import (
    forget_draft,
    reopen_conversation,
    resolve_conversation,
    snooze_conversation,
)
from regulars.conversations.operations.settling import mark_as_sent, send_again, stop_message
from regulars.conversations.operations.undoing import take_back
from regulars.conversations.queries.threads import with_details
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import ChannelFacts
from regulars.kernel.errors import Conflict, Invalid, ProductError
from regulars.kernel.ids import parse_id
from regulars.media.models import MediaFile
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import content_of, error_view, message_views, outgoing_of
from regulars.web.inbox.composing import read_contents
from regulars.web.inbox.errors import offer_after
from regulars.web.inbox.later_times import read_time
from regulars.web.inbox.limit_words import refusal_sentence
from regulars.web.inbox.seeing import seen_in
from regulars.web.inbox.views.scheduling import schedule, zone_of
from regulars.web.intents import intent_of
from regulars.web.problems import toast_header


@require_POST
@member_with("messages:send")
def send(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """All of it or nothing; the answer is the messages as they stand in the thread.

    ``id`` is chosen by the screen and becomes the first message's: repeating a lost request sends nothing twice.
    """
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    channel = facts_of(conversation.inbox.connection.channel)
    composition = Composition(
        conversation,
        read_contents(request.POST, _files(request), channel.longest_text),
        reply_to=_id(request, "reply_to"),
        seen=seen_in(request),
        intent=intent_of(request),
        leaves_after=_undo_time(request),
        quick_replies=[id_in(each) for each in request.POST.getlist("quick_reply")],
    )
    try:
        response = _say(request, composition, channel)
    except GuardrailRefused as refused:
        return refusal_response(refused)
    except (AnsweredMeanwhile, BeingAnswered) as meanwhile:
        return conflict_response(meanwhile)
    said = (request.POST.get(name, "") for name in ("text", "draft"))
    forget_draft(conversation, request.member, "reply", *said)
    try:
        _go_on(request, conversation)
    except ProductError as problem:  # what was sent is sent
        response["X-Toast"] = toast_header(str(problem.detail or problem.title), kind="bad")
    return response


def _undo_time(request: MemberRequest) -> timedelta:
    """Only where the screen says that it offers to take it back."""
    offers = "undoable" in request.POST and not request.POST.get("send_at")
    return timedelta(seconds=request.member.user.undo_send_seconds if offers else 0)


def _say(request: MemberRequest, composition: Composition, channel: ChannelFacts) -> HttpResponse:
    if request.POST.get("send_at"):
        return schedule(request, composition)
    if "known" in request.POST and "anyway" not in request.POST:
        known = Known(tuple(filter(None, map(parse_id, request.POST.getlist("known")))))
        sent = answer(composition, known, by=request.actor, channel=channel)
    else:
        sent = answer_anyway(composition, by=request.actor, channel=channel)
    response = _messages(request, sent)
    if composition.leaves_after:
        response["X-Undo"] = str(int(composition.leaves_after.total_seconds()))
    return response


def _go_on(request: MemberRequest, conversation: Conversation) -> None:
    """What happens to the conversation with the answer, if anything."""
    match request.POST.get("then"):
        case "resolve":
            resolve_conversation(conversation, by=request.actor, seen=seen_in(request))
        case "snooze":
            until = read_time(request.POST.get("until", ""), zone_of(request))
            snooze_conversation(conversation, until=until, by=request.actor)


def conflict_response(meanwhile: AnsweredMeanwhile | BeingAnswered) -> HttpResponse:
    """The text stays beside what the colleague said, which ``X-Conflict`` brings along (ASCII JSON)."""
    response = HttpResponse(str(meanwhile.detail), status=409, content_type="text/plain; charset=utf-8")
    response["X-Refusal"] = meanwhile.code
    response["X-Conflict"] = json.dumps(dict(meanwhile.facts))
    return response


@require_POST
@member_with("messages:send")
def undo(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Take back what was just sent, each ``message`` by its id, and what was done with it (``then``)."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    ids = [id_in(each) for each in request.POST.getlist("message")]
    take_back(ids, conversation=conversation, by=request.actor)
    if request.POST.get("then") in {"resolve", "snooze"}:
        reopen_conversation(conversation, by=request.actor)
    return HttpResponse(status=204)


def _id(request: MemberRequest, name: str) -> UUID | None:
    written = request.POST.get(name, "")
    return id_in(written) if written else None


def _files(request: MemberRequest) -> list[MediaFile]:
    wanted = [id_in(each) for each in request.POST.getlist("media")]
    found = media_visible_to(request.actor).filter(state="ready").in_bulk(wanted)
    if any(each not in found for each in wanted):
        raise Invalid(_("A file is missing; attach it again"), fields={"media": "files that you may see"})
    return [found[each] for each in wanted]


def _messages(request: MemberRequest, sent: Sequence[Message]) -> HttpResponse:
    items = message_views(with_details(sent), sent[0].conversation)
    return render(request, "inbox/_items.html", {"items": items}, status=201)


def refusal_response(refused: GuardrailRefused) -> HttpResponse:
    """Shown beside the text, which stays; ``X-Refusal`` tells the script which guardrail it was."""
    response = HttpResponse(refusal_sentence(refused), status=409, content_type="text/plain; charset=utf-8")
    response["X-Refusal"] = refused.code
    return response


@require_POST
@member_with("messages:send")
def reaction(request: MemberRequest, message_id: str) -> HttpResponse:
    target = access_message(request.actor, parse_id(message_id))
    conversation = access_conversation(request.actor, target.conversation_id)
    channel = facts_of(conversation.inbox.connection.channel)
    emoji = request.POST.get("emoji", "")
    try:
        react(target, emoji, conversation=conversation, by=request.actor, channel=channel)
    except GuardrailRefused as refused:
        return refusal_response(refused)
    target.conversation = conversation
    return _messages(request, [target])


@require_POST
@member_with("messages:send")
def retry(request: MemberRequest, message_id: str) -> HttpResponse:
    failed = access_message(request.actor, parse_id(message_id))
    content = outgoing_of(content_of(failed))
    if content is None:
        raise Conflict(_("Only a message that failed can be sent again"))
    if offer_after(error_view(failed)) != "again":
        raise Conflict(_("This message cannot be sent again: another try would fail too, or do harm"))
    conversation = access_conversation(request.actor, failed.conversation_id)
    channel = facts_of(conversation.inbox.connection.channel)
    try:
        sent = say_again(
            failed,
            content,
            conversation=conversation,
            by=request.actor,
            channel=channel,
            seen=seen_in(request),
        )
    except GuardrailRefused as refused:
        return refusal_response(refused)
    return _messages(request, [sent])


@require_POST
@member_with("messages:send")
def stop(request: MemberRequest, message_id: str) -> HttpResponse:
    message = access_message(request.actor, parse_id(message_id))
    stop_message(message, by=request.actor)
    return _fresh(request, message)


@require_POST
@member_with("messages:send")
def decision(request: MemberRequest, message_id: str) -> HttpResponse:
    message = access_message(request.actor, parse_id(message_id))
    match request.POST.get("decision"):
        case "send_again":
            send_again(message, by=request.actor)
        case "was_sent":
            mark_as_sent(message, by=request.actor)
        case _:
            raise Invalid(
                _("Decide to send again, or that it was sent"), fields={"decision": "send_again, was_sent"}
            )
    return _fresh(request, message)


def _fresh(request: MemberRequest, message: Message) -> HttpResponse:
    fresh = access_message(request.actor, message.id)
    fresh.conversation = access_conversation(request.actor, fresh.conversation_id)
    return _messages(request, [fresh])
