"""What callers may send, by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.inboxes.ports import ContactCard, OutgoingInteractive
from regulars.kernel.telling import EXAMPLE_ID, Moment, told


class _OutgoingBody(msgspec.Struct, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    reply_to: Annotated[str | None, told("A message of the same conversation to quote.", EXAMPLE_ID)] = None
    last_seen: Annotated[
        str | UnsetType | None,
        told(
            "The contact's newest message that you know of, or null: what came later stays unread and waits on.",
            EXAMPLE_ID,
        ),
    ] = UNSET
    last_answer: Annotated[
        str | UnsetType | None,
        told(
            "Our newest message that you know of, or null: 409 when a member has answered since, or is answering.",
            EXAMPLE_ID,
        ),
    ] = UNSET
    send_at: Annotated[
        Moment | None, told("When it shall leave, at most a year from now; at once when it is left out.")
    ] = None
    cancel_if_answered: Annotated[
        bool, told("With `send_at`: canceled if the contact writes before.", False)
    ] = False
    quick_reply: Annotated[
        str | None, told("The quick reply that it was written with, which counts as sent.", EXAMPLE_ID)
    ] = None


class TextBody(_OutgoingBody, kw_only=True, tag="text"):
    """A text."""

    text: Annotated[str, told("What it says.", "Your parcel left today.")]
    preview_url: Annotated[bool, told("Show a preview of the first link.", True)] = False


class _FileBody(_OutgoingBody, kw_only=True):
    media_id: Annotated[str | None, told("Of an upload to `/media`; this or `link`.", EXAMPLE_ID)] = None
    link: Annotated[
        str | None, told("A public address; this or `media_id`.", "https://example.com/a.jpg")
    ] = None
    caption: Annotated[str, told("What stands below it.", "This one?")] = ""
    filename: Annotated[str, told("What a document is called.", "invoice.pdf")] = ""


class ImageBody(_FileBody, kw_only=True, tag="image"):
    """A picture."""


class VideoBody(_FileBody, kw_only=True, tag="video"):
    """A film."""


class AudioBody(_FileBody, kw_only=True, tag="audio"):
    """A recording."""

    voice: Annotated[bool, told("Play it as a voice message (OGG with OPUS).", True)] = False


class DocumentBody(_FileBody, kw_only=True, tag="document"):
    """A document."""


class StickerBody(_FileBody, kw_only=True, tag="sticker"):
    """A sticker."""


class Place(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A point on the map."""

    latitude: Annotated[float, told("Degrees north.", 37.5512)]
    longitude: Annotated[float, told("Degrees east.", 126.9882)]
    name: Annotated[str, told("What the place is called.", "N Seoul Tower")] = ""
    address: Annotated[str, told("Where it is, in words.", "105 Namsangongwon-gil")] = ""


class LocationBody(_OutgoingBody, kw_only=True, tag="location"):
    """A place."""

    location: Annotated[Place, told("The place.")]


class ContactsBody(_OutgoingBody, kw_only=True, tag="contacts"):
    """Address-book cards."""

    contacts: Annotated[list[ContactCard], told("The cards.")]


class ReactionBody(
    msgspec.Struct, kw_only=True, tag_field="kind", tag="reaction", forbid_unknown_fields=True
):
    """An emoji on a message of the contact's."""

    message_id: Annotated[str, told("The message.", EXAMPLE_ID)]
    emoji: Annotated[str, told("An empty one takes ours back.", "👍")]


class InteractiveBody(_OutgoingBody, kw_only=True, tag="interactive"):
    """Something to tap."""

    interactive: Annotated[OutgoingInteractive, told("What there is to tap; its `type` is `interactive`.")]


class TemplateFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The file in a template's header."""

    kind: Annotated[Literal["image", "video", "document"], told("As the template's header asks.", "image")]
    media_id: Annotated[str | None, told("Of an upload to `/media`; this or `link`.", EXAMPLE_ID)] = None
    link: Annotated[
        str | None, told("A public address; this or `media_id`.", "https://example.com/a.jpg")
    ] = None
    filename: Annotated[str, told("What a document is called.", "invoice.pdf")] = ""


class TemplateValue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One typed value: exactly one of ``text``, ``media`` and ``location``; ``name`` in named templates."""

    text: Annotated[str | None, told("A text.", "4821")] = None
    name: Annotated[str | None, told("The variable, in named templates.", "order")] = None
    media: Annotated[TemplateFile | None, told("A file.")] = None
    location: Annotated[Place | None, told("A place.")] = None


class ButtonValue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The value of one button: URL ending, coupon code or payload."""

    index: Annotated[int, told("Which button; 0 is the first.", 0)]
    text: Annotated[str, told("What it is filled with.", "4821")]


class CardChoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The values of one card of a carousel, in order; a plain string is a text."""

    header: Annotated[list[str | TemplateValue], told("Values of its header.", ["4821"])] = msgspec.field(
        default_factory=list
    )
    body: Annotated[list[str | TemplateValue], told("Values of its text.", ["Alice", "4821"])] = (
        msgspec.field(default_factory=list)
    )
    buttons: Annotated[
        list[str | ButtonValue],
        told("Strings fill the buttons that need a value, one after the other.", ["4821"]),
    ] = msgspec.field(default_factory=list)


class TemplateChoice(CardChoice, kw_only=True, forbid_unknown_fields=True):
    """A template of the account and its values."""

    name: Annotated[str, told("Of the template.", "order_shipped")]
    language: Annotated[str, told("Of the wording.", "en_US")]
    cards: Annotated[list[CardChoice], told("Of its carousel, in their order.")] = msgspec.field(
        default_factory=list
    )
    offer_expires_at: Annotated[
        Moment | None, told("The end of a limited-time offer, where the template has one.")
    ] = None


class TemplateBody(_OutgoingBody, kw_only=True, tag="template"):
    """A message template."""

    template: Annotated[TemplateChoice, told("Which one, and its values.")]


FileBody = ImageBody | VideoBody | AudioBody | DocumentBody | StickerBody
ContentBody = TextBody | FileBody | LocationBody | ContactsBody | InteractiveBody | TemplateBody
NewMessage = ContentBody | ReactionBody


class Recipient(msgspec.Struct, forbid_unknown_fields=True):
    """An address to write to; a phone in any international form."""

    kind: Annotated[Literal["phone", "bsuid"], told("What sort of address.", "bsuid")]
    value: Annotated[str, told("The address.", "US.1234567890")]
