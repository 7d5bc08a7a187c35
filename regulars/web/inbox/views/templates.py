"""The template picker: which templates this number may send, their values, and the true preview.

Preview, message and what is kept come from one function (the channel's ``render_template``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation, contact_shown_to
from regulars.conversations.guardrails import LIMIT_EXCEEDED, VALUES_MISSING, GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.composing import Composition, TemplateChoice, compose
from regulars.conversations.operations.handling import save_draft
from regulars.conversations.queries.template_use import count_template_uses
from regulars.conversations.queries.threads import drafts_of, with_details
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import ChannelProfile, LimitProblem
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.message_templates.access import access_template, templates_listed_to
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.queries import find_template_by_id
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import message_views
from regulars.web.inbox.limit_words import limit_sentence, refusal_sentence
from regulars.web.inbox.prefilling import Known, first_values
from regulars.web.inbox.seeing import seen_in
from regulars.web.inbox.template_choice import SUGGESTED, Choosable, TemplateDraft, in_order, read_draft
from regulars.web.inbox.template_values import Field, below, texts_in, values_of
from regulars.web.inbox.views.scheduling import schedule
from regulars.web.inbox.views.sending import refusal_response
from regulars.web.intents import intent_of
from regulars.workspaces.access import Actor
from regulars.workspaces.sight import NUMBERS


@require_safe
@member_with("message_templates:read")
def picker(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """``part`` asks for less of it.

    ``pane``: one template with its fields and preview. ``suggestions``: the likeliest few, for the composer.
    """
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    draft = _draft_of(request, conversation)
    context: dict[str, Any] = {"conversation_id": conversation.id}
    part = request.GET.get("part", "")
    if part == "pane":
        chosen = _find(request, conversation, request.GET.get("template", ""))
        return _page(request, "_template_pane", context | _pane(request, conversation, chosen, draft))
    every = choosable_templates(request.actor, conversation)
    usable = [each for each in every if not each.trouble]
    if part == "suggestions":
        begun = next((each for each in usable if str(each.id) == draft.template), None)
        suggested = [each for each in usable if each is not begun][:SUGGESTED]
        return _page(request, "_template_suggestions", context | {"suggested": suggested, "begun": begun})
    wanted = request.GET.get("template") or draft.template
    chosen_one = next((each for each in every if str(each.id) == wanted), usable[0] if usable else None)
    context |= {
        "templates": usable,
        "unusable": [each for each in every if each.trouble],
        "editor": _facts(conversation).template_editor,
    }
    if chosen_one:
        context |= _pane(request, conversation, chosen_one, draft)
    return _page(request, "_template_picker", context)


def _page(request: HttpRequest, part: str, context: dict[str, Any]) -> HttpResponse:
    return render_page(request, f"inbox/{part}.html", context)


def _pane(
    request: MemberRequest, conversation: Conversation, chosen: Choosable, draft: TemplateDraft
) -> dict[str, Any]:
    template = chosen.template
    texts = first_values(template, _known(request, conversation)) | draft.texts_of(chosen.id)
    texts |= texts_in(request.GET.dict())
    fields = [
        Field(each, texts.get(each.key, ""), below(each.key, texts))
        for each in template.variables
        if not each.is_optional
    ]
    shown = _facts(conversation).render_template(template, values_of(template, texts, _zone(request)))
    is_begun = bool(draft.texts_of(chosen.id))
    return {"chosen": chosen, "fields": fields, "shown": shown, "is_begun": is_begun}


def _known(request: MemberRequest, conversation: Conversation) -> Known:
    contact = conversation.contact
    business = request.member.workspace.name
    if contact is None:
        return Known(member=str(request.member), business=business)
    name = contact.name or contact.profile_name
    fields = contact.fields if contact_shown_to(request.actor, conversation) else {}
    phone = contact.phone if request.actor.can(NUMBERS) else ""
    return Known(name, phone, str(request.member), business, fields)


def _draft_of(request: MemberRequest, conversation: Conversation) -> TemplateDraft:
    kept = drafts_of(conversation, request.member).get("template")
    return read_draft(kept.text if kept else "")


def preview_template(request: MemberRequest, conversation: Conversation) -> HttpResponse:
    template = _find(request, conversation, request.POST.get("template", "")).template
    values = values_of(template, texts_in(request.POST.dict()), _zone(request))
    shown = _facts(conversation).render_template(template, values)
    return _page(request, "_template_preview", {"shown": shown, "fields": []})


def _facts(conversation: Conversation) -> ChannelProfile:
    return facts_of(conversation.inbox.connection.channel)


def choosable_templates(actor: Actor, conversation: Conversation) -> list[Choosable]:
    """Every template that the account lists, the likeliest first."""
    rows = templates_listed_to(actor, connection_id=conversation.inbox.connection_id)
    uses = count_template_uses(conversation.inbox_id)
    templates = [_choosable(row, conversation, uses.get((row.name, row.language), 0)) for row in rows]
    return in_order(templates, conversation.contact.language if conversation.contact else "")


def _choosable(row: MessageTemplate, conversation: Conversation, uses: int = 0) -> Choosable:
    channel = _facts(conversation)
    template = channel.read_template(row.listed)
    return Choosable(
        row.id, template, channel, row.reason, uses, is_for_group=conversation.group_id is not None
    )


def _find(request: MemberRequest, conversation: Conversation, template_id: str) -> Choosable:
    account = conversation.inbox.connection_id
    return _choosable(access_template(request.actor, id_in(template_id), connection_id=account), conversation)


def _zone(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.member.user.time_zone or "UTC")


@require_POST
@member_with("messages:send")
def send_template(request: MemberRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    wanted = id_in(request.POST.get("template", ""))
    row = find_template_by_id(conversation.inbox.connection_id, wanted)
    if row is None:
        raise Invalid(_("This template cannot be sent now"), fields={"template": "an approved template"})
    channel = _facts(conversation)
    values = values_of(channel.read_template(row.listed), texts_in(request.POST.dict()), _zone(request))
    composition = Composition(
        conversation, [TemplateChoice(row, values)], seen=seen_in(request), intent=intent_of(request)
    )
    try:
        if request.POST.get("send_at"):
            response = schedule(request, composition)
            save_draft(conversation, request.member, "template", "")
            return response
        sent = compose(composition, by=request.actor, channel=channel)
    except GuardrailRefused as refused:
        if refused.code in (LIMIT_EXCEEDED, VALUES_MISSING):
            return _beside_fields(refused)
        return refusal_response(refused)
    save_draft(conversation, request.member, "template", "")
    items = message_views(with_details(sent), conversation)
    return render_page(request, "inbox/_items.html", {"items": items}, status=201)


def _beside_fields(refused: GuardrailRefused) -> HttpResponse:
    """``X-Fields`` says it by field, so that it stands next to each."""
    found = refused.refusal.facts.get("problems")
    problems = found if isinstance(found, Sequence) else ()
    by_field = {each.field: limit_sentence(each) for each in problems if isinstance(each, LimitProblem)}
    response = HttpResponse(refusal_sentence(refused), status=422, content_type="text/plain; charset=utf-8")
    response["X-Fields"] = json.dumps(by_field)
    return response
