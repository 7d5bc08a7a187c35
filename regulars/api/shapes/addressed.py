"""What callers may send to an address: the kinds of ``outgoing`` with an inbox and a recipient beside them."""

from __future__ import annotations

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


class AudioToAddress(AudioBody, kw_only=True, tag="audio"):
    inbox: str
    to: str | Recipient


class ContactsToAddress(ContactsBody, kw_only=True, tag="contacts"):
    inbox: str
    to: str | Recipient


class DocumentToAddress(DocumentBody, kw_only=True, tag="document"):
    inbox: str
    to: str | Recipient


class ImageToAddress(ImageBody, kw_only=True, tag="image"):
    inbox: str
    to: str | Recipient


class InteractiveToAddress(InteractiveBody, kw_only=True, tag="interactive"):
    inbox: str
    to: str | Recipient


class LocationToAddress(LocationBody, kw_only=True, tag="location"):
    inbox: str
    to: str | Recipient


class StickerToAddress(StickerBody, kw_only=True, tag="sticker"):
    inbox: str
    to: str | Recipient


class TemplateToAddress(TemplateBody, kw_only=True, tag="template"):
    inbox: str
    to: str | Recipient


class TextToAddress(TextBody, kw_only=True, tag="text"):
    inbox: str
    to: str | Recipient


class VideoToAddress(VideoBody, kw_only=True, tag="video"):
    inbox: str
    to: str | Recipient


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
