"""The template picker: which templates this number may send, their values, and the true preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.conversations.access import access_conversation
from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.queries.threads import with_details
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import new_id, parse_id
from regulars.message_templates.models import MessageTemplate
from regulars.web.channels import facts_of
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import message_views
from regulars.web.inbox.composing import template_values
from regulars.web.inbox.limit_words import refusal_sentence
from regulars.web.inbox.template_filling import Definition, Variable, fill, missing_values, read_definition, rendered


@dataclass(frozen=True, slots=True)
class FilledVariable:
    """A variable with what stands in its field."""

    variable: Variable
    value: str


@member_with("message_templates:read")
def picker(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The list of sendable templates, the chosen one's fields and its preview with the values so far."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    sendable = list(_sendable(conversation))
    chosen = _chosen(sendable, request.GET.get("template", ""), conversation)
    context: dict[str, Any] = {"conversation_id": conversation.id, "templates": sendable, "chosen": chosen}
    if chosen:
        definition = read_definition(chosen.components)
        values = _first_values(definition, conversation) | template_values(request.GET.dict())
        context |= {
            "fields": [FilledVariable(each, values.get(each.key, "")) for each in definition.variables],
            "shown": rendered(definition, values),
        }
    part = "inbox/_template_preview.html" if "preview" in request.GET else "inbox/_template_picker.html"
    return render(request, part, context)


def _sendable(conversation: Conversation) -> QuerySet[MessageTemplate]:
    """Approved templates of the account, those in the contact's language first."""
    return MessageTemplate.objects.filter(
        connection_id=conversation.inbox.connection_id, status="APPROVED", is_gone=False
    ).order_by("name", "language")


def _chosen(sendable: list[MessageTemplate], wanted: str, conversation: Conversation) -> MessageTemplate | None:
    """The one asked for, else the first in the contact's language, else the first."""
    by_id = {str(each.id): each for each in sendable}
    spoken = conversation.contact.language.split("-")[0]
    suited = next((each for each in sendable if spoken and each.language.startswith(spoken)), None)
    return by_id.get(wanted) or suited or (sendable[0] if sendable else None)


def _first_values(definition: Definition, conversation: Conversation) -> dict[str, str]:
    """A first value where the variable's name says what it is."""
    name = conversation.contact.name or conversation.contact.profile_name
    own = {"name", "first_name", "customer_name", "contact_name"}
    return {each.key: name for each in definition.variables if each.name.lower() in own and name}


@require_POST
@member_with("messages:send")
def send_template(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Queue the chosen template with its values; the answer is the message in the thread."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    template = _sendable(conversation).filter(id=parse_id(request.POST.get("template", ""))).first()
    if template is None:
        raise Invalid(_("This template cannot be sent now"), fields={"template": "an approved template"})
    definition = read_definition(template.components)
    values = template_values(request.POST.dict())
    if missing := missing_values(definition, values):
        raise Invalid(
            _("Fill in: %(names)s") % {"names": ", ".join(each.name for each in missing)},
            fields={each.key: "a value" for each in missing},
        )
    content = fill(definition, template.name, template.language, values, named=template.parameter_format == "NAMED")
    draft = OutgoingDraft(
        conversation,
        content,
        template_category=template.category.upper(),
        id=parse_id(request.POST.get("id", "")) or new_id(),
    )
    channel = facts_of(conversation.inbox.connection.channel)
    try:
        message = queue_message(draft, by=request.actor, channel=channel)
    except GuardrailRefused as refused:
        response = HttpResponse(refusal_sentence(refused), status=409, content_type="text/plain; charset=utf-8")
        response["X-Refusal"] = refused.code
        return response
    items = message_views(with_details([message]), conversation.inbox.connection.channel)
    return render(request, "inbox/_items.html", {"items": items}, status=201)
