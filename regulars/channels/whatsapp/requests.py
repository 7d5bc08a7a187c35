"""Bodies of requests to the Cloud API, built from neutral values. Pure; vendor dictionaries start here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from regulars.inboxes.ports import (
    CardPhone,
    ContactCard,
    Identity,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    TemplateButtonValue,
    TemplateCard,
    TemplateParameter,
    ToSend,
    files_in,
)
from regulars.media.names import safe_name

Body = dict[str, Any]
MediaIds = Mapping[str, str]
"""our media id → the id of WhatsApp's copy"""


class MediaNotUploaded(LookupError):
    """A content names a file of ours that WhatsApp has no copy of."""


def build_request(to_send: ToSend, media_ids: MediaIds) -> Body:
    """Of ``POST /{phone_number_id}/messages``.

    Raises ``MediaNotUploaded`` when a file's id is not in ``media_ids``, and ``ValueError`` when the
    recipient is no phone and no BSUID.
    """
    kind, content = _build_content(to_send.content, media_ids)
    body: Body = {
        "messaging_product": "whatsapp",
        **_build_receiver(to_send),
        "type": kind,
        kind: content,
    }
    if to_send.callback_data:
        body["biz_opaque_callback_data"] = to_send.callback_data
    if to_send.reply_to_provider_id and not isinstance(to_send.content, OutgoingReaction):
        body["context"] = {"message_id": to_send.reply_to_provider_id}
    return body


def _build_receiver(to_send: ToSend) -> dict[str, str]:
    if to_send.group_id:
        return {"recipient_type": "group", "to": to_send.group_id}
    if to_send.recipient is None:
        raise ValueError("a message needs a recipient or a group")
    return {"recipient_type": "individual", **build_recipient(to_send.recipient)}


def build_recipient(recipient: Identity) -> dict[str, str]:
    """A phone keeps its ``+``: without it Meta may put our country code before it."""
    if recipient.kind == "phone":
        return {"to": recipient.value if recipient.value.startswith("+") else f"+{recipient.value}"}
    if recipient.kind in ("bsuid", "parent_bsuid"):
        return {"recipient": recipient.value}
    raise ValueError(
        f"WhatsApp sends to a phone, bsuid or parent_bsuid, not to an identity of kind {recipient.kind}."
    )


def build_read_receipt(provider_id: str) -> Body:
    """With everything before it."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}


def build_typing(provider_id: str) -> Body:
    """For at most 25 seconds; WhatsApp always marks the message as read with it."""
    return {**build_read_receipt(provider_id), "typing_indicator": {"type": "text"}}


def media_ids_of(content: OutgoingContent) -> tuple[str, ...]:
    return tuple(one.media_id for one in files_in(content) if one.media_id and not one.link)


def _build_content(content: OutgoingContent, media_ids: MediaIds) -> tuple[str, Any]:
    match content:
        case OutgoingText():
            return "text", {"body": content.body, "preview_url": content.preview_url}
        case OutgoingMedia():
            return content.kind, _build_media(content, media_ids)
        case OutgoingLocation():
            return "location", _build_location(content)
        case OutgoingContacts():
            return "contacts", [_build_card(card) for card in content.cards]
        case OutgoingReaction():
            return "reaction", {"message_id": content.target_provider_id, "emoji": content.emoji}
        case OutgoingInteractive():
            return "interactive", _build_interactive(content, media_ids)
        case OutgoingTemplate():
            return "template", _build_template(content, media_ids)


def _build_media(media: OutgoingMedia, media_ids: MediaIds) -> Body:
    body: Body = {"link": media.link} if media.link else {"id": _provider_media_id(media, media_ids)}
    if media.caption:
        body["caption"] = media.caption
    if media.kind == "document":
        body["filename"] = _filename(media)
    if media.is_voice:
        body["voice"] = True
    return body


def _filename(media: OutgoingMedia) -> str:
    """A document without a name arrives as “Untitled” that no program opens: its own, the link's, or a plain word."""
    return safe_name(media.filename) or safe_name(unquote(_path_of(media.link))) or "document"


def _path_of(link: str) -> str:
    try:
        return urlsplit(link).path
    except ValueError:  # brackets that hold no address; the platform will say so
        return ""


def _provider_media_id(media: OutgoingMedia, media_ids: MediaIds) -> str:
    try:
        return media_ids[media.media_id]
    except KeyError:
        raise MediaNotUploaded(
            f"Upload the media file {media.media_id!r} to WhatsApp before sending it."
        ) from None


def _build_location(location: OutgoingLocation) -> Body:
    body: Body = {"latitude": location.latitude, "longitude": location.longitude}
    return body | _present(name=location.name, address=location.address)


def _present(**values: Any) -> Body:
    return {key: value for key, value in values.items() if value}


def _build_card(card: ContactCard) -> Body:
    """Meta wants at least one part of the name beside the whole."""
    return {
        "name": {"formatted_name": card.name, "first_name": card.name},
        **_present(
            phones=[_build_card_phone(phone) for phone in card.phones],
            emails=[{"email": email} for email in card.emails],
            org={"company": card.organization} if card.organization else None,
            addresses=[{"street": address} for address in card.addresses],
            urls=[{"url": url} for url in card.urls],
            birthday=card.birthday,
        ),
    }


def _build_card_phone(phone: CardPhone) -> Body:
    return _present(phone=phone.phone, type=phone.kind, wa_id=phone.wa_id)


_INTERACTIVE_TYPES = {
    "buttons": "button",
    "list": "list",
    "cta_url": "cta_url",
    "location_request": "location_request_message",
    "request_contact_info": "request_contact_info",
}


def _build_interactive(content: OutgoingInteractive, media_ids: MediaIds) -> Body:
    body: Body = {"type": _INTERACTIVE_TYPES[content.form], "body": {"text": content.body}}
    if content.header is not None and content.header.media is not None:
        media = content.header.media
        body["header"] = {"type": media.kind, media.kind: _build_media(media, media_ids)}
    elif content.header is not None:
        body["header"] = {"type": "text", "text": content.header.text}
    if content.footer:
        body["footer"] = {"text": content.footer}
    body["action"] = _build_action(content)
    return body


def _build_action(content: OutgoingInteractive) -> Body:
    match content.form:
        case "buttons":
            replies = [{"id": button.id, "title": button.title} for button in content.buttons]
            return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
        case "list":
            return {"button": content.list_button, "sections": _build_sections(content)}
        case "cta_url":
            parameters = {"display_text": content.url_text, "url": content.url}
            return {"name": "cta_url", "parameters": parameters}
        case "location_request":
            return {"name": "send_location"}
        case "request_contact_info":
            return {"name": "request_contact_info"}


def _build_sections(content: OutgoingInteractive) -> list[Body]:
    return [
        {
            **_present(title=section.title),
            "rows": [
                {"id": row.id, "title": row.title, **_present(description=row.description)}
                for row in section.rows
            ],
        }
        for section in content.sections
    ]


def _build_template(template: OutgoingTemplate, media_ids: MediaIds) -> Body:
    components = _build_components(template, media_ids)
    if template.offer_expires_at is not None:
        moment = {"expiration_time_ms": int(template.offer_expires_at.timestamp() * 1000)}
        offer = {"type": "limited_time_offer", "limited_time_offer": moment}
        components.append({"type": "limited_time_offer", "parameters": [offer]})
    if template.cards:
        cards = [
            {"card_index": index, "components": _build_components(card, media_ids)}
            for index, card in enumerate(template.cards)
        ]
        components.append({"type": "carousel", "cards": cards})
    body: Body = {"name": template.name, "language": {"code": template.language}}
    return body | _present(components=components)


def _build_components(part: OutgoingTemplate | TemplateCard, media_ids: MediaIds) -> list[Body]:
    components: list[Body] = []
    for kind, parameters in (("header", part.header), ("body", part.body)):
        if parameters:
            built = [_build_parameter(parameter, media_ids) for parameter in parameters]
            components.append({"type": kind, "parameters": built})
    return components + [_build_button(button) for button in part.buttons]


def _build_parameter(parameter: TemplateParameter, media_ids: MediaIds) -> Body:
    body: Body = {"type": parameter.kind}
    if parameter.name:
        body["parameter_name"] = parameter.name
    if parameter.kind in ("image", "video", "document") and parameter.media is not None:
        body[parameter.kind] = _build_media(parameter.media, media_ids)
    elif parameter.kind == "location" and parameter.location is not None:
        body["location"] = _build_location(parameter.location)
    else:
        body[parameter.kind] = parameter.text
    return body


_BUTTON_PARAMETERS = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code"}


def _build_button(button: TemplateButtonValue) -> Body:
    kind = _BUTTON_PARAMETERS[button.sub_type]
    parameter = {"type": kind, kind: button.parameter.text}
    return {
        "type": "button",
        "sub_type": button.sub_type,
        "index": str(button.index),
        "parameters": [parameter],
    }
