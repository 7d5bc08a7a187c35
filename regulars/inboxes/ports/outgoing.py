"""What we say: contents to send, before a channel turns them into its vendor's request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace

from regulars.inboxes.ports.contents import ContactCard
from regulars.inboxes.ports.people import Neutral

MediaKind = Literal["image", "video", "audio", "document", "sticker"]
MEDIA_KINDS: tuple[MediaKind, ...] = ("image", "video", "audio", "document", "sticker")


class OutgoingText(Neutral, tag="text"):
    body: str
    preview_url: bool = False


class OutgoingMedia(Neutral, tag="media"):
    """``media_id`` is ours (``media.MediaFile``); the sender uploads it when the provider has no copy."""

    kind: MediaKind
    media_id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""
    is_voice: bool = False


class OutgoingLocation(Neutral, tag="location"):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class OutgoingContacts(Neutral, tag="contacts"):
    cards: tuple[ContactCard, ...]


class OutgoingReaction(Neutral, tag="reaction"):
    """``emoji`` empty takes our reaction back."""

    target_provider_id: str
    emoji: str


class ReplyButton(Neutral):
    id: str
    title: str


class ListRow(Neutral):
    id: str
    title: str
    description: str = ""


class ListSection(Neutral):
    rows: tuple[ListRow, ...]
    title: str = ""


class InteractiveHeader(Neutral):
    text: str = ""
    media: OutgoingMedia | None = None


class OutgoingInteractive(Neutral, tag="interactive"):
    """A message with something to tap. Only the fields of its ``form`` are read."""

    form: Literal["buttons", "list", "cta_url", "location_request", "request_contact_info"]
    body: str
    header: InteractiveHeader | None = None
    footer: str = ""
    buttons: tuple[ReplyButton, ...] = ()
    list_button: str = ""
    sections: tuple[ListSection, ...] = ()
    url_text: str = ""
    url: str = ""


class TemplateParameter(Neutral):
    """One value put into a template. ``name`` for named templates, empty for positional ones.

    ``kind`` says which of ``text``, ``media`` and ``location`` is meant; the others are not read.
    """

    kind: Literal["text", "image", "video", "document", "location", "payload", "coupon_code"] = "text"
    text: str = ""
    name: str = ""
    media: OutgoingMedia | None = None
    location: OutgoingLocation | None = None


class TemplateButtonValue(Neutral):
    index: int
    sub_type: Literal["quick_reply", "url", "copy_code"]
    parameter: TemplateParameter


class TemplateCard(Neutral):
    """The values of one card of a template's carousel."""

    header: tuple[TemplateParameter, ...] = ()
    body: tuple[TemplateParameter, ...] = ()
    buttons: tuple[TemplateButtonValue, ...] = ()


class OutgoingTemplate(Neutral, tag="template"):
    name: str
    language: str
    header: tuple[TemplateParameter, ...] = ()
    body: tuple[TemplateParameter, ...] = ()
    buttons: tuple[TemplateButtonValue, ...] = ()
    cards: tuple[TemplateCard, ...] = ()
    """of a carousel, in their order"""
    offer_expires_at: datetime | None = None
    """of a limited-time offer that has an end"""
    rendered: Any = None
    """what the customer will see, as the preview showed it (header, body, footer, buttons, cards)"""

    @property
    def files(self) -> tuple[OutgoingMedia, ...]:
        """The media of the headers, its own first."""
        headers = (self.header, *(card.header for card in self.cards))
        return tuple(each.media for header in headers for each in header if each.media is not None)


OutgoingContent = (
    OutgoingText
    | OutgoingMedia
    | OutgoingLocation
    | OutgoingContacts
    | OutgoingReaction
    | OutgoingInteractive
    | OutgoingTemplate
)


def files_in(content: OutgoingContent) -> tuple[OutgoingMedia, ...]:
    """The media that a content brings along."""
    match content:
        case OutgoingMedia():
            return (content,)
        case OutgoingInteractive(header=InteractiveHeader(media=OutgoingMedia() as media)):
            return (media,)
        case OutgoingTemplate():
            return content.files
        case _:
            return ()


def with_files(content: OutgoingContent, change: Callable[[OutgoingMedia], OutgoingMedia]) -> OutgoingContent:
    """The content with each of the media that it brings along changed."""
    match content:
        case OutgoingMedia():
            return change(content)
        case OutgoingInteractive(header=InteractiveHeader(media=OutgoingMedia() as media) as header):
            return replace(content, header=replace(header, media=change(media)))
        case OutgoingTemplate():
            cards = tuple(replace(card, header=_with_media(card.header, change)) for card in content.cards)
            return replace(content, header=_with_media(content.header, change), cards=cards)
        case _:
            return content


def _with_media(
    header: tuple[TemplateParameter, ...], change: Callable[[OutgoingMedia], OutgoingMedia]
) -> tuple[TemplateParameter, ...]:
    return tuple(each if each.media is None else replace(each, media=change(each.media)) for each in header)
