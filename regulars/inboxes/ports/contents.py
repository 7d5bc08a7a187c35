"""What a message says besides its searchable text."""

from __future__ import annotations

from typing import Any, Literal

from regulars.inboxes.ports.people import IdentityChange, Neutral

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

    code: int
    title: str = ""
    details: str = ""
    href: str = ""
    subcode: int = 0
    meaning: ErrorMeaning = ""


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

    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    url: str = ""


class CardPhone(Neutral):
    phone: str = ""
    kind: str = ""
    wa_id: str = ""
    user_id: str = ""


class ContactCard(Neutral):
    """A shared address-book card; ``is_requested_number`` marks the answer to our request for the number."""

    name: str = ""
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[str, ...] = ()
    organization: str = ""
    addresses: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    birthday: str = ""
    vcard: str = ""
    is_requested_number: bool = False


class Choice(Neutral):
    """A tap on something we sent. ``data`` holds a form's answers, decoded when possible."""

    kind: Literal["button_reply", "list_reply", "template_button", "form", "call_permission", "other"]
    id: str = ""
    title: str = ""
    description: str = ""
    data: Any = None


class OrderLine(Neutral):
    product_id: str
    quantity: int
    unit_price: str
    """decimal as text, major units"""
    currency: str


class Order(Neutral):
    catalog_id: str = ""
    lines: tuple[OrderLine, ...] = ()


class Reaction(Neutral):
    """``emoji`` is empty when the reaction was taken back."""

    emoji: str = ""


class SystemNotice(Neutral):
    event: str
    identity_change: IdentityChange | None = None


class Unsupported(Neutral):
    """A message the provider or we cannot show; ``raw_kind`` is the provider's own word for it."""

    raw_kind: str = ""


class ProductRef(Neutral):
    catalog_id: str = ""
    product_id: str = ""


class Referral(Neutral):
    """The advertisement or post that a person came from."""

    source_kind: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    media_kind: str = ""
    media_url: str = ""
    click_id: str = ""
    welcome_text: str = ""


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
