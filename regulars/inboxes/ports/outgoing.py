"""What we say: contents to send, before a channel turns them into its vendor's request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec.structs import replace

from regulars.inboxes.ports.contents import ContactCard
from regulars.inboxes.ports.people import Neutral
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

MediaKind = Literal["image", "video", "audio", "document", "sticker"]
MEDIA_KINDS: tuple[MediaKind, ...] = ("image", "video", "audio", "document", "sticker")


class OutgoingText(Neutral, tag="text"):
    """A text that was sent."""

    body: Annotated[str, told("The text.", "Your parcel left today.")]
    preview_url: Annotated[bool, told("Whether a link in it is shown with a preview.", True)] = False


class OutgoingMedia(Neutral, tag="media"):
    """``media_id`` is ours (``media.MediaFile``); the sender uploads it when the provider has no copy."""

    kind: Annotated[MediaKind, told("As what the file is sent.", "image")]
    media_id: Annotated[str, told("An upload of ours (`POST /media`).", EXAMPLE_ID)] = ""
    link: Annotated[str, told("Or a public address of the file.", "https://example.com/a.jpg")] = ""
    caption: Annotated[str, told("What stands below it.", "This one?")] = ""
    filename: Annotated[str, told("What a document is called.", "invoice.pdf")] = ""
    is_voice: Annotated[bool, told("Whether it plays as a voice message.", False)] = False


class OutgoingLocation(Neutral, tag="location"):
    """A point on the map."""

    latitude: Annotated[float, told("Degrees north.", 37.5512)]
    longitude: Annotated[float, told("Degrees east.", 126.9882)]
    name: Annotated[str, told("What the place is called.", "N Seoul Tower")] = ""
    address: Annotated[str, told("Where it is, in words.", "105 Namsangongwon-gil")] = ""


class OutgoingContacts(Neutral, tag="contacts"):
    """Address-book cards that were sent."""

    cards: Annotated[tuple[ContactCard, ...], told("The cards.")]


class OutgoingReaction(Neutral, tag="reaction"):
    """``emoji`` empty takes our reaction back."""

    target_provider_id: Annotated[
        str, told("The provider's id of the message.", "wamid.HBgLMTIwMjU1NTAxMDE=")
    ]
    emoji: Annotated[str, told("Empty takes it back.", "👍")]


class ReplyButton(Neutral):
    """A button to answer with."""

    id: Annotated[str, told("Comes back when it is tapped.", "courier")]
    title: Annotated[str, told("What stands on it.", "By courier")]


class ListRow(Neutral):
    """One row to choose."""

    id: Annotated[str, told("Comes back when it is chosen.", "courier")]
    title: Annotated[str, told("Its first line.", "By courier")]
    description: Annotated[str, told("Its second line.", "Tomorrow before noon")] = ""


class ListSection(Neutral):
    """Rows of a list under one title."""

    rows: Annotated[tuple[ListRow, ...], told("What can be chosen.")]
    title: Annotated[str, told("Above the rows; needed when there are several sections.", "Delivery")] = ""


class InteractiveHeader(Neutral):
    """What stands above a message with something to tap: a text or a file."""

    text: Annotated[str, told("The title.", "Your order")] = ""
    media: Annotated[OutgoingMedia | None, told("A picture, film or document in its place.")] = None


class OutgoingInteractive(Neutral, tag="interactive"):
    """A message with something to tap. Only the fields of its ``form`` are read."""

    form: Annotated[
        Literal["buttons", "list", "cta_url", "location_request", "request_contact_info"],
        told("What there is to tap.", "buttons"),
    ]
    body: Annotated[str, told("The text.", "How shall we send it?")]
    header: Annotated[InteractiveHeader | None, told("What stands above the text.")] = None
    footer: Annotated[str, told("The small line below.", "Lotus Shop")] = ""
    buttons: Annotated[tuple[ReplyButton, ...], told("Of `buttons`: up to three.")] = ()
    list_button: Annotated[str, told("Of `list`: what opens it.", "Choose")] = ""
    sections: Annotated[tuple[ListSection, ...], told("Of `list`: its rows.")] = ()
    url_text: Annotated[str, told("Of `cta_url`: what stands on the button.", "Track it")] = ""
    url: Annotated[str, told("Of `cta_url`: where it leads.", "https://example.com/track")] = ""


class TemplateParameter(Neutral):
    """One value put into a template. ``name`` for named templates, empty for positional ones.

    ``kind`` says which of ``text``, ``media`` and ``location`` is meant; the others are not read.
    """

    kind: Annotated[
        Literal["text", "image", "video", "document", "location", "payload", "coupon_code"],
        told("What sort of value.", "text"),
    ] = "text"
    text: Annotated[str, told("The value, where it is a text.", "4821")] = ""
    name: Annotated[str, told("Of the variable, in named templates.", "order")] = ""
    media: Annotated[OutgoingMedia | None, told("The value, where it is a file.")] = None
    location: Annotated[OutgoingLocation | None, told("The value, where it is a place.")] = None


class TemplateButtonValue(Neutral):
    """The value of one button."""

    index: Annotated[int, told("Which button; 0 is the first.", 0)]
    sub_type: Annotated[Literal["quick_reply", "url", "copy_code"], told("What sort of button.", "url")]
    parameter: Annotated[TemplateParameter, told("What it is filled with.")]


class TemplateCard(Neutral):
    """The values of one card of a template's carousel."""

    header: Annotated[tuple[TemplateParameter, ...], told("Values of its header.")] = ()
    body: Annotated[tuple[TemplateParameter, ...], told("Values of its text.")] = ()
    buttons: Annotated[tuple[TemplateButtonValue, ...], told("Values of its buttons.")] = ()


class OutgoingTemplate(Neutral, tag="template"):
    """A message template that was sent, with its values."""

    name: Annotated[str, told("Of the template.", "order_shipped")]
    language: Annotated[str, told("Of the wording.", "en_US")]
    header: Annotated[tuple[TemplateParameter, ...], told("Values of its header.")] = ()
    body: Annotated[tuple[TemplateParameter, ...], told("Values of its text.")] = ()
    buttons: Annotated[tuple[TemplateButtonValue, ...], told("Values of its buttons.")] = ()
    cards: Annotated[tuple[TemplateCard, ...], told("Of a carousel, in their order.")] = ()
    offer_expires_at: Annotated[Moment | None, told("Of a limited-time offer that has an end.")] = None
    rendered: Annotated[
        Any,
        told(
            "What the customer sees: header, body, footer, buttons, cards.",
            {"body": "Order 4821 is on its way."},
        ),
    ] = None

    @property
    def files(self) -> tuple[OutgoingMedia, ...]:
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
