"""The template picker: which templates this number may send, their values, and the true preview.

Preview, message and what is kept come from one function (the channel's ``render_template``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render as render_page
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import access_conversation
from regulars.conversations.guardrails import LIMIT_EXCEEDED, GuardrailRefused
from regulars.conversations.models import Conversation
from regulars.conversations.operations.composing import Composition, TemplateChoice, compose
from regulars.conversations.queries.threads import with_details
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import ChannelProfile, OutgoingLocation, OutgoingMedia, Template, TemplateVariable
from regulars.inboxes.ports.templates import Place, Value, place_of
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id
from regulars.message_templates.queries import templates_of
from regulars.web.addresses import id_in
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import message_views
from regulars.web.inbox.limit_words import refusal_sentence
from regulars.web.inbox.seeing import seen_in
from regulars.web.inbox.views.sending import refusal_response
from regulars.web.intents import intent_of

PREFIX = "value:"
MEDIA_KINDS = {"image", "video", "document"}
OWN_NAMES = {"name", "first_name", "customer_name", "contact_name"}


@dataclass(frozen=True, slots=True)
class Sendable:
    """A template that can go out now: its row's id and its parts."""

    id: UUID
    template: Template


@dataclass(frozen=True, slots=True)
class Field:
    variable: TemplateVariable
    value: str
    below: dict[str, str] = field(default_factory=dict)
    """what stands in the fields of a place: latitude, longitude, name, address"""

    @property
    def place(self) -> Place:
        return place_of(self.variable.key)

    @property
    def card_number(self) -> int | None:
        """The carousel's card that it belongs to, from 1."""
        return None if self.place.card is None else self.place.card + 1

    @property
    def is_file(self) -> bool:
        return self.variable.kind in MEDIA_KINDS


@require_safe
@member_with("message_templates:read")
def picker(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The list of sendable templates, the chosen one's fields and its preview with the values so far."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    sendable = [each for each in sendable_templates(conversation) if _suits(each.template, conversation)]
    chosen = _chosen(sendable, request.GET.get("template", ""), conversation)
    context: dict[str, Any] = {"conversation_id": conversation.id, "templates": sendable, "chosen": chosen}
    if chosen:
        texts = _first_values(chosen.template, conversation) | _texts(request.GET.dict())
        context["fields"] = [
            Field(each, texts.get(each.key, ""), _below(each.key, texts))
            for each in chosen.template.variables
            if not each.is_optional
        ]
        context["shown"] = _facts(conversation).render_template(
            chosen.template, _values(chosen.template, texts, _zone(request))
        )
    part = "inbox/_template_preview.html" if "preview" in request.GET else "inbox/_template_picker.html"
    return render_page(request, part, context)


def _facts(conversation: Conversation) -> ChannelProfile:
    return facts_of(conversation.inbox.connection.channel)


def sendable_templates(conversation: Conversation) -> list[Sendable]:
    """Approved templates of the account that can be filled in here, by name."""
    rows = (
        templates_of(conversation.inbox.connection_id)
        .filter(status="APPROVED", is_gone=False)
        .order_by("name", "language")
    )
    facts = _facts(conversation)
    parsed = [Sendable(row.id, facts.read_template(row.listed)) for row in rows]
    return [each for each in parsed if each.template.is_sendable]


def _suits(template: Template, conversation: Conversation) -> bool:
    """Promotions and one-time codes are not offered where several people read (the guardrails refuse them)."""
    return conversation.group_id is None or template.category not in ("MARKETING", "AUTHENTICATION")


def _chosen(sendable: Sequence[Sendable], wanted: str, conversation: Conversation) -> Sendable | None:
    """The one asked for, else the first in the contact's language, else the first."""
    by_id = {str(each.id): each for each in sendable}
    spoken = conversation.contact.language.split("-")[0] if conversation.contact else ""
    suited = next((each for each in sendable if spoken and each.template.language.startswith(spoken)), None)
    return by_id.get(wanted) or suited or (sendable[0] if sendable else None)


def _first_values(template: Template, conversation: Conversation) -> dict[str, str]:
    """A first value where the variable's name says what it is."""
    contact = conversation.contact
    name = (contact.name or contact.profile_name) if contact else ""
    return {
        each.key: name
        for each in template.variables
        if name and each.kind == "text" and place_of(each.key).name.lower() in OWN_NAMES
    }


def _texts(form: dict[str, str]) -> dict[str, str]:
    """The values as the form names them, without the empty ones."""
    given = {key.removeprefix(PREFIX): value.strip() for key, value in form.items() if key.startswith(PREFIX)}
    return {key: value for key, value in given.items() if value}


def _zone(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.member.user.time_zone or "UTC")


def _below(key: str, texts: dict[str, str]) -> dict[str, str]:
    """The texts whose keys go on where ``key`` ends."""
    prefix = f"{key}."
    return {name.removeprefix(prefix): text for name, text in texts.items() if name.startswith(prefix)}


def _values(template: Template, texts: dict[str, str], zone: ZoneInfo) -> dict[str, Value]:
    """Texts as they are; a file's id as the media that it names; a place and a moment from their fields."""
    values: dict[str, Value] = {}
    for each in template.variables:
        value: Value | None = texts.get(each.key)
        if each.kind in ("image", "video", "document") and value:
            own_id = parse_id(str(value))
            value = OutgoingMedia(kind=each.kind, media_id=str(own_id)) if own_id else None
        elif each.kind == "location":
            value = _location(_below(each.key, texts))
        elif each.kind == "moment" and value:
            value = _moment(str(value), zone)
        if value is not None:
            values[each.key] = value
    return values


def _location(texts: dict[str, str]) -> OutgoingLocation | None:
    """The place; None while its coordinates are not numbers."""
    try:
        latitude, longitude = float(texts["latitude"]), float(texts["longitude"])
    except (KeyError, ValueError):
        return None
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    return OutgoingLocation(
        latitude=latitude,
        longitude=longitude,
        name=texts.get("name", ""),
        address=texts.get("address", ""),
    )


def _moment(written: str, zone: ZoneInfo) -> datetime | None:
    """A time as the browser's field writes it, in the zone in which the member reads times; None if it is none."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


@require_POST
@member_with("messages:send")
def send_template(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """Queue the chosen template with its values; the answer is the message in the thread."""
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    row = (
        templates_of(conversation.inbox.connection_id)
        .filter(id=id_in(request.POST.get("template", "")))
        .first()
    )
    if row is None:
        raise Invalid(_("This template cannot be sent now"), fields={"template": "an approved template"})
    channel = _facts(conversation)
    values = _values(channel.read_template(row.listed), _texts(request.POST.dict()), _zone(request))
    composition = Composition(
        conversation, [TemplateChoice(row, values)], seen=seen_in(request), intent=intent_of(request)
    )
    try:
        sent = compose(composition, by=request.actor, channel=channel)
    except GuardrailRefused as refused:
        if refused.code == LIMIT_EXCEEDED:
            raise Invalid(refusal_sentence(refused), fields={"template": "values that fit"}) from refused
        return refusal_response(refused)
    items = message_views(with_details(sent), conversation)
    return render_page(request, "inbox/_items.html", {"items": items}, status=201)
