"""Messages as JSON: what was said, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from regulars.api.explaining import explain_error
from regulars.api.paging import PageQuery
from regulars.api.raw_updates import read_raw_updates
from regulars.api.shapes.common import encodable
from regulars.api.shapes.media import MediaShape, build_media
from regulars.conversations.models import Message
from regulars.conversations.queries.changing import MessageChanges, emoji_of
from regulars.conversations.queries.threads import MessageDetails, with_details
from regulars.conversations.queries.waiting import Wait
from regulars.kernel.shielding import shielded

AuthorKind = Literal["contact", "member", "rule", "journey", "broadcast", "api", "phone_app", "system"]


class AuthorShape(msgspec.Struct):
    """Who spoke: ``id`` is the contact's or the member's, null for others.

    ``api`` is a token, ``phone_app`` the business's own phone, ``system`` the house itself.
    """

    kind: AuthorKind
    id: str | None
    name: str


class StatusShape(msgspec.Struct):
    """When a message reached a state; ``participant`` says at whom, in groups."""

    status: str
    at: datetime
    participant: str | None = None


class WaitedForShape(msgspec.Struct):
    """What had kept a message back until it was of no use any more."""

    code: int | str
    title: str


class ErrorShape(msgspec.Struct):
    """Why a message failed, or why its result is unknown. Words are codes of ours, numbers the provider's."""

    code: int | str
    title: str
    explanation: str
    details: str
    waited_for: WaitedForShape | None = None


class WaitingShape(msgspec.Struct):
    """Why a queued message has not left yet. It goes out by itself; ``POST /messages/{id}/stop`` stops it.

    ``cause``: the provider deferred this message, an earlier one of the conversation (order is kept), or nothing of
    the whole number or account leaves now. ``until``: when it is of no use any more and fails unsent.
    """

    cause: Literal["message", "earlier_message", "number", "connection"]
    code: int
    title: str
    explanation: str
    since: datetime
    next_try_at: datetime | None
    until: datetime | None


class ReactionShape(msgspec.Struct):
    """An emoji on a message."""

    emoji: str
    author: AuthorShape
    at: datetime


class EarlierTextShape(msgspec.Struct):
    """A wording that an edit replaced, and since when it stood."""

    text: str
    at: datetime


class MessageShape(msgspec.Struct, kw_only=True):
    """One message. ``raw`` is the provider's own form, only with ``?raw=1`` and while it is kept."""

    id: str
    conversation: str
    direction: Literal["in", "out"]
    kind: str
    text: str
    """what the message says now, after edits; of a reaction its emoji, empty when it was taken back"""
    earlier_texts: list[EarlierTextShape]
    """what it said before, the first wording first"""
    media: MediaShape | None
    content: dict[str, Any]
    """everything that is neither text nor file: location, contacts, choice, order, template …"""
    author: AuthorShape
    status: str
    statuses: list[StatusShape]
    error: ErrorShape | None
    waiting: WaitingShape | None
    """why it has not left yet; null when nothing keeps it back"""
    provider_id: str | None
    reply_to: str | None
    """the message that this one quotes"""
    changes: str | None
    """the message that this reaction, edit or revoke changes; null when it is not here or not theirs to change"""
    reactions: list[ReactionShape]
    is_edited: bool
    """also when the platform did not pass the new wording on"""
    is_revoked: bool
    """its author deleted it for everybody; the words stay here for those who may read them"""
    revoked_by: AuthorShape | None
    is_unreadable: bool = False
    """what is stored cannot be shown: text, content and the like are left out, ``raw`` has what came"""
    sent_at: datetime
    created_at: datetime
    raw: Any | msgspec.UnsetType = msgspec.UNSET


class MessageQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """A page of a thread, the newest first page first."""

    raw: bool = False
    """with the provider's own form of what came in; asks for the permission ``deliveries:read``"""


def build_messages(messages: Sequence[Message], *, with_raw: bool = False) -> list[MessageShape]:
    """Messages of one inbox with all that is shown on them: the same number of queries for any page."""
    details = with_details(messages)
    shapes = [_build_shielded(each) for each in details]
    if with_raw:
        raw = read_raw_updates(messages)
        for shape, message in zip(shapes, messages, strict=True):
            shape.raw = raw.get(message.id)
    return shapes


def author_of(message: Message) -> AuthorShape:
    """Who spoke; the contact and member must have been fetched with the message."""
    if message.author_kind == "contact":
        name = message.contact.display_name if message.contact else message.author_name
        return AuthorShape("contact", str(message.contact_id), name)
    if message.author_kind == "member":
        member = message.author_member
        return AuthorShape("member", str(member.id) if member else None, str(member or message.author_name))
    return AuthorShape(msgspec.convert(message.author_kind, AuthorKind), None, message.author_name)


def _build_shielded(details: MessageDetails) -> MessageShape:
    message = details.message
    return shielded(
        "message", message.id, lambda: encodable(_build(details)), lambda: _build_unreadable(details)
    )


def _build_unreadable(details: MessageDetails) -> MessageShape:
    """What every message has, whatever its content holds."""
    message = details.message
    return MessageShape(
        id=str(message.id),
        conversation=str(message.conversation_id),
        direction="in" if message.direction == "in" else "out",
        kind=message.kind,
        text="",
        earlier_texts=[],
        media=None,
        content={},
        author=AuthorShape("contact" if message.direction == "in" else "system", None, ""),
        status=message.status,
        statuses=[],
        error=None,
        waiting=None,
        provider_id=message.provider_id,
        reply_to=None,
        changes=str(details.changed.id) if details.changed else None,
        reactions=[],
        is_edited=False,
        is_revoked=False,
        revoked_by=None,
        is_unreadable=True,
        sent_at=message.sent_at,
        created_at=message.created_at,
    )


def text_of(message: Message, changes: MessageChanges) -> str:
    """What a message says now."""
    return emoji_of(message) if message.kind == "reaction" else changes.text_of(message)


def _build(details: MessageDetails) -> MessageShape:
    message, changes = details.message, details.changes
    revoked = changes.revoked_by
    return MessageShape(
        id=str(message.id),
        conversation=str(message.conversation_id),
        direction="in" if message.direction == "in" else "out",
        kind=message.kind,
        text=text_of(message, changes),
        earlier_texts=[EarlierTextShape(each.text, each.sent_at) for each in changes.earlier_of(message)],
        media=build_media(message.media) if message.media else None,
        content={name: value for name, value in message.content.items() if name != "media"},
        author=author_of(message),
        status=message.status,
        statuses=[StatusShape(each.status, each.at, each.participant or None) for each in details.statuses],
        error=build_error(message.error) if message.error else None,
        waiting=_build_waiting(details.wait) if details.wait else None,
        provider_id=message.provider_id,
        reply_to=str(details.quoted.id) if details.quoted else None,
        changes=str(details.changed.id) if details.changed else None,
        reactions=[
            ReactionShape(emoji_of(each), author_of(each), each.sent_at) for each in changes.reactions
        ],
        is_edited=changes.is_edited,
        is_revoked=revoked is not None,
        revoked_by=author_of(revoked) if revoked else None,
        sent_at=message.sent_at,
        created_at=message.created_at,
    )


def build_error(stored: Mapping[str, Any]) -> ErrorShape:
    """A stored error in plain words of the caller's language."""
    code, title, details = stored.get("code", 0), str(stored.get("title", "")), str(stored.get("details", ""))
    shown_title, explanation = explain_error(code, title, details)
    reason: Mapping[str, Any] | None = stored.get("waited_for")
    waited_for = None
    if reason:
        code_of_reason, title_of_reason = reason.get("code") or 0, str(reason.get("title", ""))
        shown = explain_error(code_of_reason, title_of_reason, "")[0]
        waited_for = WaitedForShape(code_of_reason, shown)
    return ErrorShape(code, shown_title, explanation, details, waited_for)


def _build_waiting(wait: Wait) -> WaitingShape:
    title, explanation = explain_error(wait.code or "unknown", wait.title, "")
    return WaitingShape(wait.cause, wait.code, title, explanation, wait.since, wait.next_try_at, wait.until)
