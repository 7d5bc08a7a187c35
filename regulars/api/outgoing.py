"""From what a caller wants to send to the neutral content that a channel takes. References are resolved here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count

from django.utils.translation import gettext as _
from msgspec import UNSET

from regulars.answering.answering import Known, answer
from regulars.api.parsing import parse_reference, parse_seen
from regulars.api.shapes import outgoing
from regulars.api.shapes.outgoing import (
    AudioBody,
    ButtonValue,
    CardChoice,
    ContactsBody,
    ContentBody,
    DocumentBody,
    ImageBody,
    InteractiveBody,
    LocationBody,
    NewMessage,
    Place,
    ReactionBody,
    StickerBody,
    TemplateBody,
    TemplateFile,
    TemplateValue,
    TextBody,
    VideoBody,
)
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import (
    Composition,
    TemplateChoice,
    compose,
    named_message,
    react,
)
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import (
    OutgoingContacts,
    OutgoingContent,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
)
from regulars.inboxes.ports.templates import OFFER_KEY, Template, TemplateButton, Value
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.ids import parse_id
from regulars.message_templates.queries import find_template
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import schedule_message
from regulars.workspaces.access import Actor


def queue_body(body: NewMessage, conversation: Conversation, *, by: Actor) -> Message | ScheduledMessage:
    """Raises ``GuardrailRefused``, ``Invalid`` or ``Conflict`` with the reason."""
    channel = facts_of(conversation.inbox.connection.channel)
    if isinstance(body, ReactionBody):
        target = named_message(conversation, parse_id(body.message_id), "message_id")
        return react(target, body.emoji, conversation=conversation, by=by, channel=channel)
    reply_to = parse_reference(body.reply_to, "reply_to") if body.reply_to is not None else None
    written_with = parse_reference(body.quick_reply, "quick_reply") if body.quick_reply is not None else None
    composition = Composition(
        conversation,
        [_build(body, conversation)],
        reply_to=reply_to,
        seen=parse_seen(body.last_seen),
        quick_replies=[written_with] if written_with else [],
    )
    if body.send_at is not None:
        stops = body.cancel_if_answered
        return schedule_message(composition, body.send_at, stops_on_answer=stops, by=by, channel=channel)
    if body.last_answer is not UNSET:
        known = parse_reference(body.last_answer, "last_answer") if body.last_answer else None
        (message,) = answer(composition, Known((known,) if known else ()), by=by, channel=channel)
        return message
    (message,) = compose(composition, by=by, channel=channel)
    return message


def _build(body: ContentBody, conversation: Conversation) -> OutgoingContent | TemplateChoice:
    match body:
        case TextBody():
            return OutgoingText(body=body.text, preview_url=body.preview_url)
        case ImageBody() | VideoBody() | AudioBody() | DocumentBody() | StickerBody():
            return _build_media(body)
        case LocationBody():
            return _build_location(body.location)
        case ContactsBody():
            return OutgoingContacts(cards=tuple(body.contacts))
        case InteractiveBody():
            return body.interactive
        case TemplateBody():
            return _choose_template(body.template, conversation)


def _build_media(body: ImageBody | VideoBody | AudioBody | DocumentBody | StickerBody) -> OutgoingMedia:
    kind = body.__struct_config__.tag
    _check_one_source(body.media_id, body.link, "")
    return OutgoingMedia(
        kind=kind,  # type: ignore[arg-type]  # the tags of these classes are exactly the kinds of media
        media_id=body.media_id or "",
        link=body.link or "",
        caption=body.caption,
        filename=body.filename,
        is_voice=isinstance(body, AudioBody) and body.voice,
    )


def _check_one_source(media_id: str | None, link: str | None, prefix: str) -> None:
    if bool(media_id) == bool(link):
        right = "exactly one of media_id and link"
        raise Invalid(
            _("Give a media_id or a link"), fields={f"{prefix}media_id": right, f"{prefix}link": right}
        )


def _build_location(place: Place) -> OutgoingLocation:
    return OutgoingLocation(
        latitude=place.latitude, longitude=place.longitude, name=place.name, address=place.address
    )


def _choose_template(choice: outgoing.TemplateChoice, conversation: Conversation) -> TemplateChoice:
    stored = find_template(conversation.inbox.connection_id, choice.name, choice.language)
    if stored is None:
        raise NotFound(
            _("The account has no template %(name)s in %(language)s; see /api/v1/message-templates")
            % {"name": choice.name, "language": choice.language}
        )
    template = facts_of(conversation.inbox.connection.channel).read_template(stored.listed)
    return TemplateChoice(stored, _template_values(choice, template))


def _template_values(choice: outgoing.TemplateChoice, template: Template) -> dict[str, Value]:
    """Too many values get a key that is refused by name."""
    values = _part_values(choice, template, template.buttons, "", "template")
    for index, card in enumerate(choice.cards):
        buttons = template.cards[index].buttons if index < len(template.cards) else ()
        values |= _part_values(card, template, buttons, f"card.{index}.", f"template.cards[{index}]")
    if choice.offer_expires_at is not None:
        values[OFFER_KEY] = choice.offer_expires_at
    return values


def _part_values(
    choice: CardChoice, template: Template, buttons: Sequence[TemplateButton], prefix: str, field: str
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for place, given in (("header", choice.header), ("body", choice.body)):
        keys = [each.key for each in template.variables if each.key.startswith(f"{prefix}{place}.")]
        for index, each in enumerate(given):
            key = keys[index] if index < len(keys) else f"{prefix}{place}.{index + 1}"
            if isinstance(each, TemplateValue) and each.name:
                key = f"{prefix}{place}.{each.name}"
            values[key] = _template_value(each, f"{field}.{place}[{index}]")
    own = f"{prefix}button."
    needed = [each.key for each in template.variables if each.key.startswith(own) and not each.is_optional]
    free = chain(needed, (f"{own}{index}" for index in count(len(buttons))))
    for button in choice.buttons:
        if isinstance(button, ButtonValue):
            values[f"{own}{button.index}"] = button.text
        else:
            values[next(free)] = button
    return values


def _template_value(given: str | TemplateValue, field: str) -> Value:
    if isinstance(given, str):
        return given
    if sum(each is not None for each in (given.text, given.media, given.location)) != 1:
        raise Invalid(_("Give one value"), fields={field: "exactly one of text, media and location"})
    if given.media is not None:
        return _template_media(given.media, field)
    return _build_location(given.location) if given.location is not None else given.text or ""


def _template_media(given: TemplateFile, field: str) -> OutgoingMedia:
    _check_one_source(given.media_id, given.link, f"{field}.media.")
    return OutgoingMedia(
        kind=given.kind, media_id=given.media_id or "", link=given.link or "", filename=given.filename
    )
