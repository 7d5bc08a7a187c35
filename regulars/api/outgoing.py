"""From what a caller wants to send to the neutral content that a channel takes. References are resolved here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count

from django.utils.translation import gettext as _

from regulars.api.problems import MediaNotReady, TemplateNotUsable
from regulars.api.shapes.outgoing import (
    AudioBody,
    ButtonValue,
    CardChoice,
    ContactsBody,
    DocumentBody,
    ImageBody,
    InteractiveBody,
    LocationBody,
    NewMessage,
    Place,
    ReactionBody,
    StickerBody,
    TemplateBody,
    TemplateChoice,
    TemplateFile,
    TemplateValue,
    TextBody,
    VideoBody,
)
from regulars.api.whatsapp import facts_of
from regulars.channels.whatsapp.limits import check_media_file
from regulars.channels.whatsapp.templates import (
    OFFER_KEY,
    Template,
    TemplateButton,
    Value,
    build_outgoing,
    parse_template,
    validate,
)
from regulars.conversations.access import media_visible_to
from regulars.conversations.guardrails import GuardrailRefused, Refusal
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.inboxes.ports import (
    LimitProblem,
    OutgoingContacts,
    OutgoingContent,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingText,
    files_in,
)
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotFound
from regulars.kernel.ids import parse_id
from regulars.message_templates.models import MessageTemplate
from regulars.workspaces.access import Actor


def queue_body(body: NewMessage, conversation: Conversation, *, by: Actor) -> Message:
    """Queue what a caller wants to say; raises ``GuardrailRefused``, ``Invalid`` or ``Conflict`` with the reason."""
    built = _build(body, conversation)
    _check_files(built.content, by)
    draft = OutgoingDraft(
        conversation,
        built.content,
        reply_to_provider_id=_quoted(body, conversation),
        template_category=built.template_category,
    )
    return queue_message(draft, by=by, channel=facts_of(conversation.inbox.connection.channel))


@dataclass(frozen=True, slots=True)
class _Built:
    content: OutgoingContent
    template_category: str = ""


def _build(body: NewMessage, conversation: Conversation) -> _Built:
    match body:
        case TextBody():
            return _Built(OutgoingText(body=body.text, preview_url=body.preview_url))
        case ImageBody() | VideoBody() | AudioBody() | DocumentBody() | StickerBody():
            return _Built(_build_media(body))
        case LocationBody():
            return _Built(_build_location(body.location))
        case ContactsBody():
            return _Built(OutgoingContacts(cards=tuple(body.contacts)))
        case ReactionBody():
            target = _find_message(body.message_id, conversation, "message_id")
            return _Built(OutgoingReaction(target_provider_id=_provider_id(target), emoji=body.emoji))
        case InteractiveBody():
            return _Built(body.interactive)
        case TemplateBody():
            return _build_template(body.template, conversation)


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


def _quoted(body: NewMessage, conversation: Conversation) -> str | None:
    if isinstance(body, ReactionBody) or body.reply_to is None:
        return None
    return _provider_id(_find_message(body.reply_to, conversation, "reply_to"))


def _find_message(message_id: str, conversation: Conversation, field: str) -> Message:
    own_id = parse_id(message_id)
    found = Message.objects.filter(id=own_id, conversation=conversation).first() if own_id else None
    if found is None:
        raise Invalid(
            _("There is no such message here"), fields={field: "the id of a message of this conversation"}
        )
    return found


def _provider_id(message: Message) -> str:
    if not message.provider_id:
        raise Conflict(_("WhatsApp does not know this message yet"), message_id=str(message.id))
    return message.provider_id


# --- files -----------------------------------------------------------------------------------------


def _check_files(content: OutgoingContent, actor: Actor) -> None:
    """Every file named must be one that the caller may see, here, and what the channel takes as its kind."""
    for media in files_in(content):
        if media.media_id and not media.link:
            _check_file(media, actor)


def _check_file(media: OutgoingMedia, actor: Actor) -> None:
    own_id = parse_id(media.media_id)
    file = media_visible_to(actor).filter(id=own_id).first() if own_id else None
    if file is None:
        raise Invalid(_("There is no such file"), fields={"media_id": "the id of an upload to /api/v1/media"})
    if file.state != "ready":
        raise MediaNotReady(
            _("Wait until the file is here, or upload it"), media=str(file.id), state=file.state
        )
    problems = check_media_file(
        media.kind,
        file.mime_type,
        file.byte_count or 0,
        is_animated=file.is_animated,
        traits=file.traits,
        is_voice=media.is_voice,
    )
    _refuse_limits(problems)


def _refuse_limits(problems: Sequence[LimitProblem]) -> None:
    if problems:
        raise GuardrailRefused(
            Refusal(
                "limit-exceeded",
                _("The message breaks a limit of the channel"),
                _("Shorten or change the parts that are named"),
                {"problems": problems},
            )
        )


# --- templates -------------------------------------------------------------------------------------


def _build_template(choice: TemplateChoice, conversation: Conversation) -> _Built:
    stored = MessageTemplate.objects.filter(
        connection_id=conversation.inbox.connection_id, name=choice.name, language=choice.language
    ).first()
    if stored is None:
        raise NotFound(
            _("The account has no template %(name)s in %(language)s; see /api/v1/message-templates")
            % {"name": choice.name, "language": choice.language}
        )
    template = parse_template(stored.listed)
    if stored.is_gone or not template.is_sendable:
        raise TemplateNotUsable(
            _("Only approved templates can be sent"),
            template_status="GONE" if stored.is_gone else template.status,
            unsupported=list(template.unsupported),
        )
    values = _template_values(choice, template)
    _refuse_limits(validate(template, values, clock.now()))
    return _Built(build_outgoing(template, values), template.category)


def _template_values(choice: TemplateChoice, template: Template) -> dict[str, Value]:
    """The values by the keys that the template's variables have; too many get a key that is refused by name."""
    values = _part_values(choice, template, template.buttons, "", "template")
    for index, card in enumerate(choice.cards):
        buttons = template.cards[index].buttons if index < len(template.cards) else ()
        values |= _part_values(card, template, buttons, f"card.{index}.", f"template.cards[{index}]")
    if choice.offer_expires_at is not None:
        values[OFFER_KEY] = _with_zone(choice.offer_expires_at)
    return values


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Invalid(
            _("Give the time zone, too"),
            fields={"template.offer_expires_at": "a time with its zone, such as 2027-01-31T18:00:00+07:00"},
        )
    return moment


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
