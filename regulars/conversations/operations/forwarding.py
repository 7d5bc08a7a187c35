"""Saying in other conversations what was said in one: text, file, place or card, marked as forwarded in our threads.

Platforms let a business mark nothing as forwarded on the contact's phone. A file goes by the copy that the platform
has of it already, if it has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.conversations.guardrails import GuardrailRefused
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition, compose
from regulars.conversations.operations.seeing import Seen
from regulars.conversations.queries.changing import REWRITING, read_changes
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import (
    MessageContent,
    OutgoingContacts,
    OutgoingContent,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingText,
)
from regulars.inboxes.ports.outgoing import MEDIA_KINDS
from regulars.kernel.errors import Conflict, Invalid, ProductError
from regulars.kernel.ids import following_id
from regulars.protection.fields import is_hidden
from regulars.workspaces.access import Actor

MOST_TARGETS = 20
_PLACES = (1 << 61) - 1
_FORWARDED = (OutgoingText, OutgoingMedia, OutgoingLocation, OutgoingContacts)


class CannotForward(Conflict):
    """Of a kind that is not passed on, deleted, or without its file."""

    code = "cannot-forward"
    title = gettext_lazy("This message cannot be forwarded")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What became of it in one conversation: a message, or why there is none."""

    conversation: Conversation
    message: Message | None
    refused: ProductError | None = None


@transaction.atomic
def forward_message(
    message: Message, targets: Sequence[Conversation], *, intent: UUID, by: Actor
) -> list[Forwarded]:
    """To each conversation once, however often an ``intent`` comes; one that refuses holds up no other.

    It ends nobody's wait: whoever forwards may not have read what was asked there.
    """
    by.require("messages:send")
    if not 0 < len(targets) <= MOST_TARGETS:
        words = _("Choose at least one conversation, and at most %(most)d")
        raise Invalid(
            words % {"most": MOST_TARGETS}, fields={"conversations": f"1 to {MOST_TARGETS} of them"}
        )
    content = content_to_forward(message)
    unique = {each.id: each for each in targets}
    # locked one after the other: in the same order by everybody, so that nobody waits in a circle
    done = {key: _forward(content, unique[key], intent, by) for key in sorted(unique)}
    return [done[key] for key in unique]


def _forward(content: OutgoingContent, target: Conversation, intent: UUID, by: Actor) -> Forwarded:
    composition = Composition(
        target,
        [content],
        seen=Seen(None),
        intent=following_id(intent, target.id.int & _PLACES),
        is_forward=True,
    )
    try:
        (message,) = compose(composition, by=by, channel=facts_of(target.inbox.connection.channel))
    except GuardrailRefused as refused:
        return Forwarded(target, None, refused)
    return Forwarded(target, message)


def can_forward(message: Message) -> bool:
    """As far as the message itself tells."""
    try:
        content_to_forward(message)
    except CannotForward:
        return False
    return True


def content_to_forward(message: Message) -> OutgoingContent:
    """As it reads by now. Raises :class:`CannotForward`."""
    changes = read_changes([message], REWRITING)[message.id]
    if changes.revoked_by is not None or message.is_withdrawn:
        raise CannotForward(_("It was deleted"), message_id=str(message.id))
    if is_hidden(changes.text_of(message)) or is_hidden(message.content):
        raise CannotForward(_("You may not read it"), message_id=str(message.id))
    content = _converted(message.content, MessageContent) or MessageContent()
    said = _said(message, changes.text_of(message), content)
    if said is None:
        raise CannotForward(
            _("Text, files, places and contact cards can be forwarded; this is something else"),
            message_id=str(message.id),
        )
    return said


def _said(message: Message, text: str, content: MessageContent) -> OutgoingContent | None:
    sent = _converted(content.outgoing, cast("Any", OutgoingContent))
    if isinstance(sent, _FORWARDED):
        return cast("OutgoingContent", sent)
    if message.kind in MEDIA_KINDS:
        return _file(message, text)
    if message.kind == "text" and text:
        return OutgoingText(body=text)
    place = content.location
    if message.kind == "location" and place and place.latitude is not None and place.longitude is not None:
        return OutgoingLocation(
            latitude=place.latitude, longitude=place.longitude, name=place.name, address=place.address
        )
    if message.kind == "contacts" and content.cards:
        return OutgoingContacts(cards=content.cards)
    return None


def _file(message: Message, text: str) -> OutgoingMedia:
    if message.media is None or message.media.state != "ready":
        raise CannotForward(_("Its file is not here"), message_id=str(message.id))
    file = message.media
    return OutgoingMedia(
        kind=cast("Any", message.kind),
        media_id=str(file.id),
        caption=text if message.kind not in {"audio", "sticker"} else "",
        filename=file.filename,
        is_voice=file.is_voice,
    )


def _converted(stored: object, wanted: Any) -> Any:
    try:
        return msgspec.convert(stored, wanted, strict=False) if stored else None
    except (ValueError, OverflowError):
        return None
