"""What a message says: one small reader per message kind, body node in, text and neutral content out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from regulars.channels.decoding import NotJSON, TooDeep, load_body
from regulars.inboxes.ports import (
    CardPhone,
    Choice,
    ContactCard,
    Location,
    MediaRef,
    MessageContent,
    MessageKind,
    Order,
    OrderLine,
    ProductRef,
    ProviderError,
    Reaction,
    Referral,
    Unsupported,
)

from .meanings import meaning_of
from .reading import (
    Json,
    decimal_text,
    identifier,
    integer,
    listed,
    mapping,
    number,
    sha256_hex,
    text,
)

MAX_FORM_DEPTH = 32
"""levels of a form's answers that we store decoded; deeper ones stay text"""

EMPTY = MessageContent()


class Reading(NamedTuple):
    """A message's kind, searchable text, content and the message it acts upon."""

    kind: MessageKind
    text: str = ""
    content: MessageContent = EMPTY
    target: str | None = None


def read_content(item: Mapping[str, Json]) -> Reading:
    """The body stands under a key equal to the message's type."""
    word = item.get("type")
    if not isinstance(word, str) or not word:
        word = next((kind for kind in READERS if kind in item), "")
    reader = READERS.get(word)
    if reader is None:
        return Reading("unknown", content=MessageContent(unsupported=Unsupported(raw_kind=word[:256])))
    return reader(item.get(word))


def read_errors(node: Json) -> tuple[ProviderError, ...]:
    """The code is 0 when there is none."""
    return tuple(_read_error(error) for error in listed(node) if error)


def read_referral(node: Json) -> Referral:
    body = mapping(node)
    return Referral(
        source_kind=text(body.get("source_type")),
        source_id=identifier(body.get("source_id")),
        source_url=text(body.get("source_url")),
        headline=text(body.get("headline")),
        body=text(body.get("body")),
        media_kind=text(body.get("media_type")),
        media_url=text(body.get("image_url")) or text(body.get("video_url")),
        picture_url=text(body.get("image_url")) or text(body.get("thumbnail_url")),
        click_id=text(body.get("ctwa_clid")),
        welcome_text=text(mapping(body.get("welcome_message")).get("text")),
    )


def read_product(node: Json) -> ProductRef:
    body = mapping(node)
    return ProductRef(
        catalog_id=identifier(body.get("catalog_id")), product_id=identifier(body.get("product_retailer_id"))
    )


def _read_error(node: Json) -> ProviderError:
    error = mapping(node)
    data = error.get("error_data")
    details = text(mapping(data).get("details")) or text(data) or text(error.get("details"))
    title = text(error.get("title")) or text(error.get("message")) or text(node)
    code = integer(error.get("code")) or 0
    return ProviderError(
        code=code,
        title=title,
        details=details,
        href=text(error.get("href")),
        meaning=meaning_of(code),
    )


def _read_text(node: Json) -> Reading:
    return Reading("text", text(node.get("body")) if isinstance(node, dict) else text(node))


def _media_reader(kind: MessageKind) -> Callable[[Json], Reading]:
    def read(node: Json) -> Reading:
        body = mapping(node)
        media = MediaRef(
            provider_media_id=identifier(body.get("id")) or None,
            mime_type=text(body.get("mime_type")),
            sha256=sha256_hex(body.get("sha256")),
            filename=text(body.get("filename")),
            url=text(body.get("url")),
            is_voice=body.get("voice") is True,
            is_animated=body.get("animated") is True,
        )
        return Reading(kind, text(body.get("caption")), MessageContent(media=media))

    return read


def _read_location(node: Json) -> Reading:
    body = mapping(node)
    latitude, longitude = number(body.get("latitude")), number(body.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        latitude = longitude = None
    location = Location(
        latitude=latitude,
        longitude=longitude,
        name=text(body.get("name")),
        address=text(body.get("address")),
        url=text(body.get("url")),
    )
    return Reading("location", content=MessageContent(location=location))


def _read_contacts(node: Json) -> Reading:
    return Reading("contacts", content=MessageContent(cards=tuple(_read_card(card) for card in listed(node))))


def _read_card(node: Json) -> ContactCard:
    card = mapping(node)
    name = mapping(card.get("name"))
    parts = (text(name.get(part)) for part in ("first_name", "middle_name", "last_name"))
    return ContactCard(
        name=text(name.get("formatted_name")) or " ".join(part for part in parts if part),
        phones=tuple(_read_card_phone(phone) for phone in listed(card.get("phones"))),
        emails=_texts(card.get("emails"), "email"),
        organization=text(mapping(card.get("org")).get("company")),
        addresses=tuple(filter(None, (_address_line(entry) for entry in listed(card.get("addresses"))))),
        urls=_texts(card.get("urls"), "url"),
        birthday=text(card.get("birthday")),
        vcard=text(card.get("vcard")),
        is_requested_number=card.get("origin") == "contact_request",
    )


def _read_card_phone(node: Json) -> CardPhone:
    phone = mapping(node)
    return CardPhone(
        phone=text(phone.get("phone")) or text(node),
        kind=text(phone.get("type")),
        wa_id=identifier(phone.get("wa_id")),
        user_id=identifier(phone.get("user_id")),
    )


def _texts(node: Json, key: str) -> tuple[str, ...]:
    found = (text(mapping(entry).get(key)) or text(entry) for entry in listed(node))
    return tuple(entry for entry in found if entry)


def _address_line(node: Json) -> str:
    address = mapping(node)
    parts = (text(address.get(key)) for key in ("street", "city", "state", "zip", "country"))
    return ", ".join(part for part in parts if part) or text(node)


def _read_interactive(node: Json) -> Reading:
    body = mapping(node)
    word = text(body.get("type"))
    if not word:
        word = next((key for key in _CHOICE_READERS if key in body), "")
    reader = _CHOICE_READERS.get(word)
    if reader is not None:
        choice = reader(mapping(body.get(word)))
        return Reading("interactive", choice.title, MessageContent(choice=choice))
    if not word:
        return Reading("interactive")
    return Reading("interactive", content=MessageContent(choice=Choice(kind="other", id=word[:256])))


def _read_button_reply(body: Mapping[str, Json]) -> Choice:
    return Choice(kind="button_reply", id=text(body.get("id")), title=text(body.get("title")))


def _read_list_reply(body: Mapping[str, Json]) -> Choice:
    return Choice(
        kind="list_reply",
        id=text(body.get("id")),
        title=text(body.get("title")),
        description=text(body.get("description")),
    )


def _read_form(body: Mapping[str, Json]) -> Choice:
    return Choice(
        kind="form",
        id=text(body.get("name")),
        title=text(body.get("body")),
        data=decode_form(body.get("response_json")),
    )


def _read_call_permission(body: Mapping[str, Json]) -> Choice:
    data = {
        "is_permanent": body.get("is_permanent") is True,
        "expires_at": integer(body.get("expiration_timestamp")),
        "source": text(body.get("response_source")),
    }
    return Choice(kind="call_permission", id=text(body.get("response")), data=data)


_CHOICE_READERS: dict[str, Callable[[Mapping[str, Json]], Choice]] = {
    "button_reply": _read_button_reply,
    "list_reply": _read_list_reply,
    "nfm_reply": _read_form,
    "call_permission_reply": _read_call_permission,
}


def decode_form(node: Json) -> Any:
    if not isinstance(node, str):
        return node if _is_shallow(node) else None
    try:
        data = load_body(node.encode("utf-8", "surrogatepass"))
    except (NotJSON, TooDeep):
        return node
    return data if _is_shallow(data) else node


def _is_shallow(node: Json) -> bool:
    level = [node]
    for _ in range(MAX_FORM_DEPTH):
        children = [
            list(item.values()) if isinstance(item, dict) else item for item in level if _is_container(item)
        ]
        if not children:
            return True
        level = [child for container in children for child in container]
    return False


def _is_container(node: Json) -> bool:
    return isinstance(node, dict | list)


def _read_button(node: Json) -> Reading:
    body = mapping(node)
    choice = Choice(kind="template_button", id=text(body.get("payload")), title=text(body.get("text")))
    return Reading("button", choice.title, MessageContent(choice=choice))


def _read_order(node: Json) -> Reading:
    body = mapping(node)
    lines = tuple(_read_order_line(mapping(line)) for line in listed(body.get("product_items")))
    order = Order(catalog_id=identifier(body.get("catalog_id")), lines=lines)
    return Reading("order", text(body.get("text")), MessageContent(order=order))


def _read_order_line(line: Mapping[str, Json]) -> OrderLine:
    return OrderLine(
        product_id=identifier(line.get("product_retailer_id")),
        quantity=integer(line.get("quantity")) or 0,
        unit_price=decimal_text(line.get("item_price")),
        currency=text(line.get("currency")),
    )


def _read_reaction(node: Json) -> Reading:
    body = mapping(node)
    content = MessageContent(reaction=Reaction(emoji=text(body.get("emoji"))))
    return Reading("reaction", content=content, target=identifier(body.get("message_id")) or None)


def _read_edit(node: Json) -> Reading:
    """The new wording; what the edited message quotes is the old message's affair."""
    body = mapping(node)
    inner = mapping(body.get("message"))
    target = identifier(body.get("original_message_id")) or None
    if text(inner.get("type")) in READERS_OF_WHAT_IS_SAID:
        new = read_content(inner)
        return Reading("edit", new.text, new.content, target)
    raw_kind = text(inner.get("type"))[:256]
    return Reading("edit", content=MessageContent(unsupported=Unsupported(raw_kind=raw_kind)), target=target)


def _read_revoke(node: Json) -> Reading:
    return Reading("revoke", target=identifier(mapping(node).get("original_message_id")) or None)


def _read_system(node: Json) -> Reading:
    return Reading("system", text(mapping(node).get("body")))


def _read_unsupported(node: Json) -> Reading:
    raw_kind = text(mapping(node).get("type")) or text(node) or "unsupported"
    return Reading("unsupported", content=MessageContent(unsupported=Unsupported(raw_kind=raw_kind[:256])))


def _unsupported_reader(raw_kind: str) -> Callable[[Json], Reading]:
    reading = Reading("unsupported", content=MessageContent(unsupported=Unsupported(raw_kind=raw_kind)))
    return lambda _node: reading


READERS_OF_WHAT_IS_SAID: dict[str, Callable[[Json], Reading]] = {
    "text": _read_text,
    "image": _media_reader("image"),
    "audio": _media_reader("audio"),
    "voice": _media_reader("audio"),
    "video": _media_reader("video"),
    "document": _media_reader("document"),
    "sticker": _media_reader("sticker"),
    "location": _read_location,
    "contacts": _read_contacts,
    "interactive": _read_interactive,
    "button": _read_button,
    "order": _read_order,
}

READERS: dict[str, Callable[[Json], Reading]] = {
    **READERS_OF_WHAT_IS_SAID,
    "reaction": _read_reaction,
    "edit": _read_edit,
    "revoke": _read_revoke,
    "system": _read_system,
    "unsupported": _read_unsupported,
    "ephemeral": _unsupported_reader("ephemeral"),
    "media_placeholder": _unsupported_reader("media_placeholder"),
}
