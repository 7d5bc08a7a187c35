"""What a message says besides its searchable text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from regulars.inboxes.ports.people import IdentityChange, Neutral
from regulars.kernel.telling import told

MessageKind = Literal[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
    "reaction",
    "edit",
    "revoke",
    "system",
    "template",
    "unsupported",
    "unknown",
]


ErrorMeaning = Literal["", "unreachable", "opted_out", "window_closed"]
"""what a failure tells beyond this message: the contact cannot be reached, wants no promotions, or must write first.

What holds up more than one message (a rate, an account's problem) a channel says by ``Deferred.pauses``.
"""


class ProviderError(Neutral):
    """A provider's error as it came, sync or async. We decide on ``meaning``; ``code`` is for people."""

    code: Annotated[int, told("The provider's number for it, 0 when it gave none.", 131051)]
    title: Annotated[str, told("In the provider's words.", "Message type unknown")] = ""
    details: Annotated[
        str, told("More of the provider's words.", "Message type is currently not supported.")
    ] = ""
    href: Annotated[str, told("Where the provider explains it.", "https://developers.facebook.com/docs/")] = (
        ""
    )
    subcode: Annotated[int, told("The provider's finer number.", 2494010)] = 0
    meaning: Annotated[ErrorMeaning, told("What it tells beyond this message.", "unreachable")] = ""


class MediaRef(Neutral):
    """A file at the provider. ``provider_media_id`` is absent when the provider could not take the file."""

    provider_media_id: str | None = None
    mime_type: str = ""
    sha256: str = ""
    """hex, lower case; empty when unknown"""
    filename: str = ""
    url: str = ""
    """short-lived"""
    is_voice: bool = False
    is_animated: bool = False


class Location(Neutral):
    """A place; without coordinates when the provider told none, or none that are on earth."""

    latitude: Annotated[float | None, told("Degrees north.", 37.5512)] = None
    longitude: Annotated[float | None, told("Degrees east.", 126.9882)] = None
    name: Annotated[str, told("What the place is called.", "N Seoul Tower")] = ""
    address: Annotated[str, told("Where it is, in words.", "105 Namsangongwon-gil")] = ""
    url: Annotated[str, told("A page about it.", "https://example.com/tower")] = ""


class CardPhone(Neutral):
    """A number on an address-book card."""

    phone: Annotated[str, told("As it stands on the card.", "+1 202-555-0101")] = ""
    kind: Annotated[str, told("The card's word for it.", "CELL")] = ""
    wa_id: Annotated[
        str, told("The digits that messages go to, where the platform knows.", "12025550101")
    ] = ""
    user_id: Annotated[str, told("The platform's id of who has the number.", "US.1234567890")] = ""


class ContactCard(Neutral):
    """A shared address-book card; ``is_requested_number`` marks the answer to our request for the number."""

    name: Annotated[str, told("Whose card it is.", "Alice Kim")] = ""
    phones: Annotated[tuple[CardPhone, ...], told("The numbers on it.")] = ()
    emails: Annotated[tuple[str, ...], told("Mail addresses.", ["alice@example.com"])] = ()
    organization: Annotated[str, told("Where the person works.", "Lotus Shop")] = ""
    addresses: Annotated[
        tuple[str, ...], told("Postal addresses, a line each.", ["1 Main Street, Springfield"])
    ] = ()
    urls: Annotated[tuple[str, ...], told("Pages.", ["https://example.com"])] = ()
    birthday: Annotated[str, told("As it stands on the card.", "1990-05-17")] = ""
    vcard: Annotated[str, told("The whole card, where the platform sends it.", "BEGIN:VCARD")] = ""
    is_requested_number: Annotated[bool, told("Whether it answers our request for the number.", False)] = (
        False
    )


class Choice(Neutral):
    """A tap on something we sent. ``data`` holds a form's answers, decoded when possible."""

    kind: Annotated[
        Literal["button_reply", "list_reply", "template_button", "form", "call_permission", "other"],
        told("What was tapped.", "button_reply"),
    ]
    id: Annotated[str, told("What we called the choice; a button's payload, a form's name.", "courier")] = ""
    title: Annotated[str, told("What the contact saw.", "By courier")] = ""
    description: Annotated[str, told("The second line of a list's row.", "Tomorrow before noon")] = ""
    data: Annotated[
        Any, told("A form's answers, or the facts of a call permission.", {"date": "2026-12-01"})
    ] = None


class OrderLine(Neutral):
    """One product of an order."""

    product_id: Annotated[str, told("The product's id in the catalog.", "SKU-RED-42")]
    quantity: Annotated[int, told("How many.", 2)]
    unit_price: Annotated[str, told("A decimal as text, in major units.", "12.50")]
    currency: Annotated[str, told("ISO 4217.", "EUR")]


class Order(Neutral):
    """What a contact ordered from a catalog."""

    catalog_id: Annotated[str, told("The catalog that it was ordered from.", "194836987003835")] = ""
    lines: Annotated[tuple[OrderLine, ...], told("What was ordered.")] = ()


class Reaction(Neutral):
    """``emoji`` is empty when the reaction was taken back."""

    emoji: Annotated[str, told("Empty when it was taken back.", "👍")] = ""


class SystemNotice(Neutral):
    """What the platform says in a thread."""

    event: Annotated[str, told("The platform's word for what happened.", "user_changed_number")]
    identity_change: Annotated[IdentityChange | None, told("How the contact is reached from now on.")] = None


class Unsupported(Neutral):
    """A message the provider or we cannot show; ``raw_kind`` is the provider's own word for it."""

    raw_kind: Annotated[str, told("The provider's own word for the kind.", "poll")] = ""


class ProductRef(Neutral):
    """The product that a message asks about."""

    catalog_id: Annotated[str, told("The catalog.", "194836987003835")] = ""
    product_id: Annotated[str, told("The product's id in it.", "SKU-RED-42")] = ""


class Referral(Neutral):
    """The advertisement or post that a person came from."""

    source_kind: Annotated[str, told("The platform's word: ad or post.", "ad")] = ""
    source_id: Annotated[str, told("The ad's or post's id.", "120212345678901234")] = ""
    source_url: Annotated[str, told("Where it stands.", "https://fb.me/abc")] = ""
    headline: Annotated[str, told("Its headline.", "Summer sale")] = ""
    body: Annotated[str, told("Its text.", "Everything at half price")] = ""
    media_kind: Annotated[str, told("Of its picture or film.", "image")] = ""
    media_url: Annotated[str, told("Where the picture or film is.", "https://example.com/ad.jpg")] = ""
    picture_url: Annotated[
        str, told("Where its picture is, of a film the still.", "https://example.com/ad.jpg")
    ] = ""
    click_id: Annotated[str, told("Of the click that led here.", "ARAkLkA8rmlFeiCktEJQ")] = ""
    welcome_text: Annotated[
        str, told("What the ad let the contact see first.", "Hi! What are you looking for?")
    ] = ""


class MessageContent(Neutral):
    """Everything a message says besides its searchable text; stored as JSON beside the message.

    Exactly the fields that the kind needs are set. ``errors`` tell why a content is missing.
    """

    media: MediaRef | None = None
    location: Location | None = None
    cards: tuple[ContactCard, ...] = ()
    choice: Choice | None = None
    order: Order | None = None
    reaction: Reaction | None = None
    system: SystemNotice | None = None
    unsupported: Unsupported | None = None
    product: ProductRef | None = None
    referral: Referral | None = None
    errors: tuple[ProviderError, ...] = ()
    forwarded: Literal["", "forwarded", "frequently_forwarded"] = ""
    outgoing: Any = None
    """the outgoing content as sent (see ``OutgoingContent``), for messages of ours"""
