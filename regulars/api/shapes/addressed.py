"""What callers may send to an address: the kinds of ``outgoing`` with an inbox and a recipient beside them."""

from __future__ import annotations

from typing import Annotated

from regulars.api.shapes.outgoing import (
    AudioBody,
    ContactsBody,
    DocumentBody,
    ImageBody,
    InteractiveBody,
    LocationBody,
    Recipient,
    StickerBody,
    TemplateBody,
    TextBody,
    VideoBody,
)
from regulars.kernel.telling import EXAMPLE_ID, told

From = Annotated[str, told("The id of the number that it leaves from.", EXAMPLE_ID)]
To = Annotated[
    str | Recipient, told("A phone in any international form, or another address.", "+1 202-555-0101")
]


class AudioToAddress(AudioBody, kw_only=True, tag="audio"):
    """A recording, to an address."""

    inbox: From
    to: To


class ContactsToAddress(ContactsBody, kw_only=True, tag="contacts"):
    """Address-book cards, to an address."""

    inbox: From
    to: To


class DocumentToAddress(DocumentBody, kw_only=True, tag="document"):
    """A document, to an address."""

    inbox: From
    to: To


class ImageToAddress(ImageBody, kw_only=True, tag="image"):
    """A picture, to an address."""

    inbox: From
    to: To


class InteractiveToAddress(InteractiveBody, kw_only=True, tag="interactive"):
    """Something to tap, to an address."""

    inbox: From
    to: To


class LocationToAddress(LocationBody, kw_only=True, tag="location"):
    """A place, to an address."""

    inbox: From
    to: To


class StickerToAddress(StickerBody, kw_only=True, tag="sticker"):
    """A sticker, to an address."""

    inbox: From
    to: To


class TemplateToAddress(TemplateBody, kw_only=True, tag="template"):
    """A message template, to an address."""

    inbox: From
    to: To


class TextToAddress(TextBody, kw_only=True, tag="text"):
    """A text, to an address."""

    inbox: From
    to: To


class VideoToAddress(VideoBody, kw_only=True, tag="video"):
    """A film, to an address."""

    inbox: From
    to: To


AddressedMessage = (
    AudioToAddress
    | ContactsToAddress
    | DocumentToAddress
    | ImageToAddress
    | InteractiveToAddress
    | LocationToAddress
    | StickerToAddress
    | TemplateToAddress
    | TextToAddress
    | VideoToAddress
)
