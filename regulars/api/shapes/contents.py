"""What messages say besides their text, by kind. Stored JSON goes out as it is, once it fits one of these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.contacts.numbers import TELLS_NUMBERS, without_numbers
from regulars.inboxes.ports import (
    Choice,
    ContactCard,
    Location,
    Order,
    OutgoingContacts,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ProductRef,
    ProviderError,
    Reaction,
    Referral,
    SystemNotice,
    Unsupported,
)
from regulars.kernel.telling import told

Sent = told("What was given to the provider, of a message of ours.")


class _Content(msgspec.Struct, kw_only=True, tag_field="kind"):
    """What a message of any kind may have. What it does not have is left out."""

    product: Annotated[ProductRef | UnsetType | None, told("The product that it asks about.")] = UNSET
    referral: Annotated[
        Referral | UnsetType | None, told("The advertisement that the contact came from.")
    ] = UNSET
    forwarded: Annotated[
        Literal["", "forwarded", "frequently_forwarded"] | UnsetType,
        told("Whether it was passed on.", "forwarded"),
    ] = UNSET
    errors: Annotated[tuple[ProviderError, ...] | UnsetType, told("Why a content is missing.")] = UNSET
    unsupported: Annotated[Unsupported | UnsetType | None, told("What nobody can show.")] = UNSET


class _FileContent(_Content, kw_only=True):
    outgoing: Annotated[OutgoingMedia | UnsetType, Sent] = UNSET


class TextContent(_Content, kw_only=True, tag="text"):
    """Of a text: the message's own ``text`` has the words."""

    outgoing: Annotated[OutgoingText | UnsetType, Sent] = UNSET


class ImageContent(_FileContent, kw_only=True, tag="image"):
    """Of a picture: the message's own ``media`` has the file, ``text`` the caption."""


class AudioContent(_FileContent, kw_only=True, tag="audio"):
    """Of a recording."""


class VideoContent(_FileContent, kw_only=True, tag="video"):
    """Of a film."""


class DocumentContent(_FileContent, kw_only=True, tag="document"):
    """Of a document."""


class StickerContent(_FileContent, kw_only=True, tag="sticker"):
    """Of a sticker."""


class LocationContent(_Content, kw_only=True, tag="location"):
    """Of a place: ``location`` when the contact sent it, ``outgoing`` when we did."""

    location: Annotated[Location | UnsetType | None, told("The place.")] = UNSET
    outgoing: Annotated[OutgoingLocation | UnsetType, Sent] = UNSET


class ContactsContent(_Content, kw_only=True, tag="contacts"):
    """Of address-book cards."""

    cards: Annotated[tuple[ContactCard, ...] | UnsetType, told("The cards.")] = UNSET
    outgoing: Annotated[OutgoingContacts | UnsetType, Sent] = UNSET


class InteractiveContent(_Content, kw_only=True, tag="interactive"):
    """Of something to tap, or of the tap."""

    choice: Annotated[Choice | UnsetType | None, told("What the contact chose or filled in.")] = UNSET
    outgoing: Annotated[OutgoingInteractive | UnsetType, Sent] = UNSET


class ButtonContent(_Content, kw_only=True, tag="button"):
    """Of a tap on a template's button."""

    choice: Annotated[Choice | UnsetType | None, told("Which button.")] = UNSET


class OrderContent(_Content, kw_only=True, tag="order"):
    """Of an order from a catalog."""

    order: Annotated[Order | UnsetType | None, told("What was ordered.")] = UNSET


class ReactionContent(_Content, kw_only=True, tag="reaction"):
    """Of an emoji on another message."""

    reaction: Annotated[Reaction | UnsetType | None, told("The contact's emoji.")] = UNSET
    outgoing: Annotated[OutgoingReaction | UnsetType, Sent] = UNSET


class EditContent(_Content, kw_only=True, tag="edit"):
    """Of a new wording: what the message that it replaces says from now on."""

    location: Annotated[Location | UnsetType | None, told("The place.")] = UNSET
    cards: Annotated[tuple[ContactCard, ...] | UnsetType, told("The cards.")] = UNSET
    choice: Annotated[Choice | UnsetType | None, told("What the contact chose.")] = UNSET
    order: Annotated[Order | UnsetType | None, told("What was ordered.")] = UNSET


class RevokeContent(_Content, kw_only=True, tag="revoke"):
    """Of a deletion for everybody."""


class SystemContent(_Content, kw_only=True, tag="system"):
    """Of what the platform says in a thread."""

    system: Annotated[SystemNotice | UnsetType | None, told("What happened.")] = UNSET


class TemplateContent(_Content, kw_only=True, tag="template"):
    """Of a message template that was sent."""

    outgoing: Annotated[OutgoingTemplate | UnsetType, Sent] = UNSET


class UnsupportedContent(_Content, kw_only=True, tag="unsupported"):
    """Of what the platform does not hand over."""


class UnknownContent(_Content, kw_only=True, tag="unknown"):
    """Of a kind that we do not know yet."""


Content = (
    TextContent
    | ImageContent
    | AudioContent
    | VideoContent
    | DocumentContent
    | StickerContent
    | LocationContent
    | ContactsContent
    | InteractiveContent
    | ButtonContent
    | OrderContent
    | ReactionContent
    | EditContent
    | RevokeContent
    | SystemContent
    | TemplateContent
    | UnsupportedContent
    | UnknownContent
)


def build_content(kind: str, stored: dict[str, Any]) -> dict[str, Any]:
    shown = {"kind": kind, **{name: value for name, value in stored.items() if name != "media"}}
    msgspec.convert(shown, Content)
    return without_numbers(shown) if kind in TELLS_NUMBERS else shown
