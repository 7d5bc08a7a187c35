"""What callers may send, by ``kind``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from regulars.inboxes.ports import ContactCard, OutgoingInteractive


class _OutgoingBody(msgspec.Struct, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    reply_to: str | None = None
    """the id of a message of the same conversation to quote"""
    last_seen: str | UnsetType | None = UNSET
    """the contact's newest message that you know of, or null: what came later stays unread and waits on"""


class TextBody(_OutgoingBody, kw_only=True, tag="text"):
    text: str
    preview_url: bool = False


class _FileBody(_OutgoingBody, kw_only=True):
    """A file: ``media_id`` of an upload to ``/media``, or a public ``link``; exactly one of them."""

    media_id: str | None = None
    link: str | None = None
    caption: str = ""
    filename: str = ""


class ImageBody(_FileBody, kw_only=True, tag="image"):
    pass


class VideoBody(_FileBody, kw_only=True, tag="video"):
    pass


class AudioBody(_FileBody, kw_only=True, tag="audio"):
    voice: bool = False
    """play as a voice message (OGG with OPUS)"""


class DocumentBody(_FileBody, kw_only=True, tag="document"):
    pass


class StickerBody(_FileBody, kw_only=True, tag="sticker"):
    pass


class Place(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A point on the map."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class LocationBody(_OutgoingBody, kw_only=True, tag="location"):
    location: Place


class ContactsBody(_OutgoingBody, kw_only=True, tag="contacts"):
    contacts: list[ContactCard]


class ReactionBody(
    msgspec.Struct, kw_only=True, tag_field="kind", tag="reaction", forbid_unknown_fields=True
):
    """An empty ``emoji`` takes our reaction back."""

    message_id: str
    emoji: str


class InteractiveBody(_OutgoingBody, kw_only=True, tag="interactive"):
    interactive: OutgoingInteractive


class TemplateFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The file in a template's header."""

    kind: Literal["image", "video", "document"]
    media_id: str | None = None
    link: str | None = None
    filename: str = ""


class TemplateValue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One typed value: exactly one of ``text``, ``media`` and ``location``; ``name`` in named templates."""

    text: str | None = None
    name: str | None = None
    media: TemplateFile | None = None
    location: Place | None = None


class ButtonValue(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The value of the button at ``index`` (0 is the first): URL ending, coupon code or payload."""

    index: int
    text: str


class CardChoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The values of one card of a carousel, in order; a plain string is a text.

    In ``buttons`` strings fill the buttons that need a value, one after the other.
    """

    header: list[str | TemplateValue] = msgspec.field(default_factory=list)
    body: list[str | TemplateValue] = msgspec.field(default_factory=list)
    buttons: list[str | ButtonValue] = msgspec.field(default_factory=list)


class TemplateChoice(CardChoice, kw_only=True, forbid_unknown_fields=True):
    """A template of the account and its values, with the cards of its carousel in their order.

    ``offer_expires_at`` is the end of a limited-time offer, where the template has one.
    """

    name: str
    language: str
    cards: list[CardChoice] = msgspec.field(default_factory=list)
    offer_expires_at: datetime | None = None


class TemplateBody(_OutgoingBody, kw_only=True, tag="template"):
    template: TemplateChoice


FileBody = ImageBody | VideoBody | AudioBody | DocumentBody | StickerBody
ContentBody = TextBody | FileBody | LocationBody | ContactsBody | InteractiveBody | TemplateBody
NewMessage = ContentBody | ReactionBody


class Recipient(msgspec.Struct, forbid_unknown_fields=True):
    """An address to write to; a phone in any international form."""

    kind: Literal["phone", "bsuid"]
    value: str
