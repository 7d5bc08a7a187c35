"""Messages as JSON: what was said, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast, get_args

import msgspec

from regulars.api.explaining import explain_error
from regulars.api.paging import PageQuery
from regulars.api.raw_updates import read_raw_updates
from regulars.api.shapes.common import Id, encodable, reference_to
from regulars.api.shapes.contents import build_content
from regulars.api.shapes.media import MediaShape, build_media
from regulars.contacts.numbers import shown_name, shown_number, shown_words
from regulars.conversations.models import Message
from regulars.conversations.queries.changing import MessageChanges, emoji_of
from regulars.conversations.queries.threads import MessageDetails, with_details
from regulars.conversations.queries.waiting import Wait
from regulars.inboxes.ports import MessageKind
from regulars.kernel.shielding import shielded
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.protection.fields import is_hidden, is_protected
from regulars.workspaces.sight import NUMBERS, PROTECTED, sees

AuthorKind = Literal["contact", "member", "rule", "journey", "broadcast", "api", "phone_app", "system"]
Direction = Literal["in", "out"]
MessageStatus = Literal[
    "scheduled", "received", "queued", "sending", "unknown", "sent", "delivered", "read", "played", "failed"
]


class AuthorShape(msgspec.Struct):
    """Who spoke: ``id`` is the contact's or the member's, null for others.

    ``api`` is a token, ``phone_app`` the business's own phone, ``system`` the house itself.
    """

    kind: Annotated[AuthorKind, told("Who, or what.", "member")]
    id: Annotated[str | None, told("The contact's or the member's id.", EXAMPLE_ID)]
    name: Annotated[str, told("As the thread shows it.", "Ann Agent")]


class StatusShape(msgspec.Struct):
    """When a message reached a state; ``participant`` says at whom, in groups."""

    status: Annotated[
        str,
        told("A message's status, or a word of the platform's such as `deleted` or `warning`.", "delivered"),
    ]
    at: Annotated[Moment, told("When, by the platform's clock.")]
    participant: Annotated[str | None, told("In groups: at whose phone.", "+12025550101")] = None


class WaitedForShape(msgspec.Struct):
    """What had kept a message back until it was of no use any more."""

    code: Annotated[int | str, told("As in `error`.", 130429)]
    title: Annotated[str, told("In a few words.", "WhatsApp asks us to slow down")]


class ErrorShape(msgspec.Struct):
    """Why a message failed, or why its result is unknown. Words are codes of ours, numbers the provider's."""

    code: Annotated[int | str, told("A word of ours, or the provider's number.", 131047)]
    title: Annotated[str, told("In a few words.", "The reply window is closed")]
    explanation: Annotated[str, told("What it means and what helps.", "Send a template instead.")]
    details: Annotated[str, told("More of the provider's words; may be empty.", "Re-engagement message")]
    waited_for: Annotated[
        WaitedForShape | None, told("What had kept it back until it was of no use any more.")
    ] = None


class WaitingShape(msgspec.Struct):
    """Why a queued message has not left yet. It goes out by itself; ``POST /messages/{id}/stop`` stops it."""

    cause: Annotated[
        Literal["message", "earlier_message", "number", "connection"],
        told(
            "The provider deferred this message, an earlier one of the conversation (order is kept), or nothing of"
            " the whole number or account leaves now.",
            "number",
        ),
    ]
    code: Annotated[int, told("The provider's number, 0 when there is none.", 130429)]
    title: Annotated[str, told("In a few words.", "WhatsApp asks us to slow down")]
    explanation: Annotated[str, told("What it means.", "It goes on by itself.")]
    since: Annotated[Moment, told("Since when it waits.")]
    next_try_at: Annotated[Moment | None, told("When it is tried next.")]
    until: Annotated[Moment | None, told("When it is of no use any more and fails unsent.")]


class MessageReaction(msgspec.Struct):
    """An emoji on a message."""

    emoji: Annotated[str, told("One emoji.", "👍")]
    author: Annotated[AuthorShape, told("Whose it is.")]
    at: Annotated[Moment, told("When it was put there.")]


class EarlierTextShape(msgspec.Struct):
    """A wording that an edit replaced, and since when it stood."""

    text: Annotated[str, told("What it said.", "See you at 9")]
    at: Annotated[Moment, told("Since when it said so.")]


class MessageShape(msgspec.Struct, kw_only=True):
    """One message. ``raw`` is the provider's own form, only with ``?raw=1`` and while it is kept."""

    id: Id
    conversation: Annotated[str, told("The conversation's id.", EXAMPLE_ID)]
    direction: Annotated[Direction, told("`in`: from the contact; `out`: from us.", "in")]
    kind: Annotated[MessageKind, told("The platform's own word.", "text")]
    text: Annotated[
        str,
        told(
            "What it says now, after edits; of a reaction its emoji, empty when it was taken back.",
            "Is the red one still there?",
        ),
    ]
    earlier_texts: Annotated[list[EarlierTextShape], told("What it said before, the first wording first.")]
    media: Annotated[MediaShape | None, told("Its file.")]
    content: Annotated[
        dict[str, Any],
        msgspec.Meta(
            description="Everything that is neither text nor file, by the message's kind.",
            examples=[{"kind": "text"}],
            extra_json_schema={"$ref": reference_to("Content")},
        ),
    ]
    author: Annotated[AuthorShape, told("Who said it.")]
    status: Annotated[
        MessageStatus,
        told(
            "`received` for what came in; `scheduled` for what leaves at `send_at`; `unknown` when nobody knows whether"
            " it went out.",
            "received",
        ),
    ]
    statuses: Annotated[list[StatusShape], told("When it reached which state, in the platform's order.")]
    error: Annotated[ErrorShape | None, told("Why it failed, or why its result is unknown.")]
    waiting: Annotated[WaitingShape | None, told("Why it has not left yet; null when nothing keeps it back.")]
    provider_id: Annotated[str | None, told("The platform's id.", "wamid.HBgLMTIwMjU1NTAxMDE=")]
    reply_to: Annotated[str | None, told("The message that this one quotes.", EXAMPLE_ID)]
    changes: Annotated[
        str | None,
        told(
            "The message that this reaction, edit or revoke changes; null when it is not here or not theirs to change.",
            EXAMPLE_ID,
        ),
    ]
    reactions: Annotated[list[MessageReaction], told("Emojis on it, one of each person.")]
    is_edited: Annotated[bool, told("Also when the platform did not pass the new wording on.", False)]
    is_revoked: Annotated[
        bool,
        told(
            "Its author deleted it for everybody; the words stay here for those who may read them.",
            False,
        ),
    ]
    revoked_by: Annotated[AuthorShape | None, told("Who deleted it.")]
    is_unreadable: Annotated[
        bool,
        told(
            "What is stored cannot be shown: text, content and the like are left out, `raw` has what came.",
            False,
        ),
    ] = False
    is_protected: Annotated[
        bool, told("It has a sensitive word in it, and lies sealed (`/protection`).", False)
    ] = False
    is_hidden: Annotated[
        bool,
        told(
            "It is protected, and you may not read such messages (`conversations:read_protected`): text, content and"
            " file are left out.",
            False,
        ),
    ] = False
    send_at: Annotated[
        Moment | None, told("When it leaves, while its status is `scheduled` (`/scheduled-messages`).")
    ] = None
    sent_at: Annotated[
        Moment, told("The platform's time for what came in; when it was written for what goes out.")
    ]
    created_at: Annotated[Moment, told("When it was stored here.")]
    raw: Annotated[
        Any,
        told(
            "The provider's own form, with `?raw=1`; null when it is no longer kept, and left out for who may not see "
            "numbers (`contacts:see_numbers`) or protected messages (`conversations:read_protected`): it holds them.",
            {"id": "wamid.HBg", "type": "text"},
        ),
    ] = msgspec.UNSET


class MessageQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """A page of a thread, the newest first page first."""

    raw: Annotated[
        bool,
        told(
            "With the provider's own form of what came in; asks for the permission `deliveries:read`.", True
        ),
    ] = False


def build_messages(messages: Sequence[Message], *, with_raw: bool = False) -> list[MessageShape]:
    """Of one inbox: the same number of queries for any page."""
    details = with_details(messages)
    shapes = [_build_shielded(each) for each in details]
    if with_raw and sees(NUMBERS) and sees(PROTECTED):
        raw = read_raw_updates(messages)
        for shape, message in zip(shapes, messages, strict=True):
            shape.raw = raw.get(message.id)
    return shapes


def author_of(message: Message) -> AuthorShape:
    """Contact and member must have been fetched with the message."""
    if message.author_kind == "contact":
        name = message.contact.display_name if message.contact else shown_name(message.author_name)
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
    message = details.message
    kind = cast("MessageKind", message.kind) if message.kind in get_args(MessageKind) else "unknown"
    return MessageShape(
        id=str(message.id),
        conversation=str(message.conversation_id),
        direction=cast("Direction", message.direction),
        kind=kind,
        text="",
        earlier_texts=[],
        media=None,
        content={"kind": kind},
        author=AuthorShape("contact" if message.direction == "in" else "system", None, ""),
        status=cast("MessageStatus", message.status),
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
    """Empty where it is hidden."""
    text = emoji_of(message) if message.kind == "reaction" else changes.text_of(message)
    return "" if is_hidden(text) else str(text)


def _build(details: MessageDetails) -> MessageShape:
    message, changes = details.message, details.changes
    revoked = changes.revoked_by
    said = (message.text, message.content, *(each.text for each in changes.edits))
    hidden = any(map(is_hidden, said))
    return MessageShape(
        id=str(message.id),
        conversation=str(message.conversation_id),
        direction=cast("Direction", message.direction),
        kind=msgspec.convert(message.kind, MessageKind),
        text=text_of(message, changes),
        earlier_texts=[
            EarlierTextShape("" if is_hidden(each.text) else each.text, each.sent_at)
            for each in changes.earlier_of(message)
        ],
        media=build_media(message.media) if message.media and not hidden else None,
        content={"kind": message.kind} if hidden else build_content(message.kind, message.content),
        is_protected=any(map(is_protected, said)),
        is_hidden=hidden,
        author=author_of(message),
        status=cast("MessageStatus", message.status),
        statuses=[
            StatusShape(each.status, each.at, shown_number(each.participant) or None)
            for each in details.statuses
        ],
        error=build_error(message.error) if message.error else None,
        waiting=_build_waiting(details.wait) if details.wait else None,
        provider_id=message.provider_id,
        reply_to=str(details.quoted.id) if details.quoted else None,
        changes=str(details.changed.id) if details.changed else None,
        reactions=[
            MessageReaction(emoji_of(each), author_of(each), each.sent_at) for each in changes.reactions
        ],
        is_edited=changes.is_edited,
        is_revoked=revoked is not None,
        revoked_by=author_of(revoked) if revoked else None,
        sent_at=message.sent_at,
        created_at=message.created_at,
    )


def build_error(stored: Mapping[str, Any]) -> ErrorShape:
    code, title, details = (
        _code(stored.get("code")),
        str(stored.get("title", "")),
        shown_words(str(stored.get("details", ""))),
    )
    shown_title, explanation = explain_error(code, title, details)
    reason: Mapping[str, Any] | None = stored.get("waited_for")
    waited_for = None
    if reason:
        code_of_reason, title_of_reason = _code(reason.get("code")), str(reason.get("title", ""))
        shown = explain_error(code_of_reason, title_of_reason, "")[0]
        waited_for = WaitedForShape(code_of_reason, shown)
    return ErrorShape(code, shown_title, explanation, details, waited_for)


def _code(stored: object) -> int | str:
    return stored if isinstance(stored, int | str) else 0


def _build_waiting(wait: Wait) -> WaitingShape:
    title, explanation = explain_error(wait.code or "unknown", wait.title, "")
    return WaitingShape(wait.cause, wait.code, title, explanation, wait.since, wait.next_try_at, wait.until)
