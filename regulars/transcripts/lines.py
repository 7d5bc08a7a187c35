"""What of a thread stands on paper: each message and note as one line of plain words, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

import msgspec
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.contacts.numbers import shown_name, shown_number
from regulars.conversations.models import Conversation, Message, Note
from regulars.conversations.queries.changing import MessageChanges, emoji_of
from regulars.conversations.queries.threads import MessageDetails
from regulars.inboxes.ports import (
    MessageContent,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
)
from regulars.media.models import MediaFile

T = TypeVar("T")
LONGEST_TEXT = 65_536
LONGEST_QUOTE = 200
_NAMELESS = MessageContent()


class Quoted(msgspec.Struct, frozen=True):
    """The message that another one answers."""

    who: str
    text: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One message or note. ``at``: in the zone that the transcript is written in."""

    side: Literal["in", "out", "note"]
    who: str
    at: datetime
    text: str = ""
    labels: tuple[str, ...] = ()
    """small words above the text: forwarded, edited, note"""
    about: tuple[str, ...] = ()
    """what is there besides the text: a file with its name, a place, a card, what could be tapped"""
    quoted: Quoted | None = None
    reactions: tuple[str, ...] = ()
    state: str = ""
    picture: MediaFile | None = None
    """whose small preview is shown"""
    is_deleted: bool = False


def lines_of(
    details: Sequence[MessageDetails], notes: Sequence[Note], conversation: Conversation, zone: Any
) -> list[Line]:
    """In the order of time. Reactions, edits and deletions show on what they change."""
    lines = [
        _message_line(each, conversation, zone)
        for each in details
        if each.changed is None and not each.message.is_withdrawn and each.message.kind != "system"
    ]
    lines += [_note_line(note, zone) for note in notes]
    return sorted(lines, key=lambda line: line.at)


def _note_line(note: Note, zone: Any) -> Line:
    at = note.created_at.astimezone(zone)
    if note.withdrawn_at:
        return Line(
            side="note", who=note.author_name, at=at, text=_("This note was taken back"), is_deleted=True
        )
    return Line(side="note", who=note.author_name, at=at, text=note.text, labels=(_("Private note"),))


def _message_line(details: MessageDetails, conversation: Conversation, zone: Any) -> Line:
    message, changes = details.message, details.changes
    side: Literal["in", "out"] = "in" if message.direction == "in" else "out"
    who, at = who_said(message, conversation), message.sent_at.astimezone(zone)
    if changes.revoked_by is not None:
        return Line(side=side, who=who, at=at, text=deleted_words(changes.revoked_by), is_deleted=True)
    content = _convert(message.content, MessageContent) or _NAMELESS
    return Line(
        side=side,
        who=who,
        at=at,
        text=(emoji_of(message) if message.kind == "reaction" else changes.text_of(message))[:LONGEST_TEXT],
        labels=tuple(_labels(content, changes)),
        about=tuple(_about(message, content)),
        quoted=_quoted(details, conversation),
        reactions=tuple(
            f"{emoji_of(each)} {who_said(each, conversation)}".strip() for each in changes.reactions
        ),
        state=_STATES[message.status]() if side == "out" and message.status in _STATES else "",
        picture=message.media if message.media and message.media.has_thumbnail else None,
    )


def who_said(message: Message, conversation: Conversation) -> str:
    if message.direction == "in":
        known = message.contact.display_name if conversation.group_id and message.contact else ""
        if not known and conversation.contact:
            known = conversation.contact.person.display_name
        return known or shown_name(message.author_name) or _("Contact")
    return message.author_name or (_("Phone app") if message.source == "phone_app" else _("Somebody"))


def whom_with(conversation: Conversation) -> str:
    if conversation.contact:
        return conversation.contact.person.display_name or shown_number(conversation.contact.phone)
    return conversation.group.subject if conversation.group else ""


def deleted_words(revoke: Message) -> str:
    if revoke.direction == "in":
        return _("Deleted by the contact")
    return _("Deleted from the phone app") if revoke.source == "phone_app" else _("Deleted by us")


_STATES = {
    "queued": lambda: pgettext("message state", "Queued"),
    "sending": lambda: pgettext("message state", "Sending"),
    "sent": lambda: pgettext("message state", "Sent"),
    "delivered": lambda: pgettext("message state", "Delivered"),
    "read": lambda: pgettext("message state", "Read"),
    "played": lambda: pgettext("message state", "Played"),
    "failed": lambda: pgettext("message state", "Not delivered"),
    "unknown": lambda: pgettext("message state", "Result unknown"),
}
_KINDS = {
    "image": lambda: pgettext("kind of message", "Picture"),
    "video": lambda: pgettext("kind of message", "Video"),
    "audio": lambda: pgettext("kind of message", "Voice message"),
    "document": lambda: pgettext("kind of message", "Document"),
    "sticker": lambda: pgettext("kind of message", "Sticker"),
    "location": lambda: pgettext("kind of message", "Location"),
    "contacts": lambda: pgettext("kind of message", "Contact card"),
    "order": lambda: pgettext("kind of message", "Order"),
    "template": lambda: pgettext("kind of message", "Template"),
    "unsupported": lambda: pgettext("kind of message", "Unsupported message"),
    "unknown": lambda: pgettext("kind of message", "Unknown message"),
}
"""words that other screens have, too"""


def _labels(content: MessageContent, changes: MessageChanges) -> Iterator[str]:
    if content.forwarded == "frequently_forwarded":
        yield _("Forwarded many times")
    elif content.forwarded:
        yield _("Forwarded")
    if changes.is_edited:
        yield _("edited")


def _about(message: Message, content: MessageContent) -> Iterator[str]:
    outgoing = cast("OutgoingContent | None", _convert(content.outgoing, cast("Any", OutgoingContent)))
    kind = _KINDS[message.kind]() if message.kind in _KINDS else ""
    if kind:
        name = message.media.filename if message.media else ""
        yield f"{kind}: {name}" if name else kind
    match outgoing or content.location:
        case place if place is not None and place is content.location:
            yield _place(place.latitude, place.longitude, place.name, place.address)
        case OutgoingLocation() as place:
            yield _place(place.latitude, place.longitude, place.name, place.address)
        case OutgoingInteractive() as asked:
            yield from (f"[{button.title}]" for button in asked.buttons)
            yield from (f"[{row.title}]" for section in asked.sections for row in section.rows)
            if asked.url_text:
                yield f"[{asked.url_text}] {asked.url}"
    cards = outgoing.cards if isinstance(outgoing, OutgoingContacts) else content.cards
    for card in cards:
        yield ", ".join(
            filter(None, (shown_name(card.name), *(shown_number(each.phone) for each in card.phones)))
        )
    if content.choice and content.choice.title and content.choice.title != message.text:
        yield f"[{content.choice.title}]"
    if content.order:
        yield from (
            f"{line.quantity} × {line.product_id}, {line.unit_price} {line.currency}"
            for line in content.order.lines
        )


def _place(latitude: float | None, longitude: float | None, name: str, address: str) -> str:
    where = f"{latitude:.6f}, {longitude:.6f}" if latitude is not None and longitude is not None else ""
    return " · ".join(filter(None, (name, address, where)))


def _quoted(details: MessageDetails, conversation: Conversation) -> Quoted | None:
    quoted, changes = details.quoted, details.quoted_changes
    if quoted is None:
        return Quoted("", _("A message that is not here")) if details.message.reply_to_provider_id else None
    if changes.revoked_by is not None:
        return Quoted(who_said(quoted, conversation), deleted_words(changes.revoked_by))
    said = " ".join(changes.text_of(quoted)[: 2 * LONGEST_QUOTE].split())
    kind = _KINDS[quoted.kind]() if quoted.kind in _KINDS else ""
    return Quoted(who_said(quoted, conversation), said[:LONGEST_QUOTE] or kind)


def day_words(at: datetime) -> str:
    return f"{date_format(at, 'l')}, {date_format(at, 'DATE_FORMAT')}"


def time_words(at: datetime) -> str:
    return date_format(at, "H:i")


def _convert(stored: object, wanted: type[T]) -> T | None:
    try:
        return msgspec.convert(stored, wanted, strict=False) if stored else None
    except (ValueError, OverflowError):
        return None
