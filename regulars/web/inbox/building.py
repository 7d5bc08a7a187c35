"""View models from model rows. Nothing here asks the database: the queries brought what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from regulars.conversations.models import Activity, Conversation, Message, Note
from regulars.conversations.queries.threads import MessageDetails, ThreadPage, emoji_of
from regulars.conversations.queries.waiting import Wait
from regulars.inboxes.ports import MessageContent, OutgoingContent
from regulars.media.models import MediaFile
from regulars.web.inbox.view_models import (
    ActivityView,
    Author,
    AuthorKind,
    ConversationRow,
    EarlierText,
    ErrorView,
    GroupView,
    MediaView,
    MessageView,
    NoteView,
    Preview,
    QuoteView,
    ReactionView,
    StatusMoment,
    ThreadItem,
    WaitView,
    Writer,
)

CONTENTLESS = MessageContent()
_AUTHOR_KINDS = frozenset({"contact", "member", "phone_app", "rule", "journey", "broadcast", "api"})


def conversation_row(conversation: Conversation) -> ConversationRow:
    """A line of the list; wants ``last_message`` attached and contact, group, inbox and assignee joined."""
    last: Message | None = getattr(conversation, "last_message", None)
    group = conversation.group
    return ConversationRow(
        id=conversation.id,
        contact_id=conversation.contact_id,
        name=conversation.contact.display_name if conversation.contact else group.subject if group else "",
        channel=conversation.inbox.connection.channel,
        inbox_id=conversation.inbox_id,
        inbox_name=conversation.inbox.name,
        status=conversation.status,
        unread_count=conversation.unread_count,
        last_at=conversation.last_message_at,
        waiting_since=conversation.waiting_since,
        window_closes_at=conversation.window_closes_at,
        assignee=_assignee(conversation),
        preview=_preview(last, is_in_group=group is not None) if last else None,
        tags=tuple(conversation.tags),
        group=GroupView(group.id, group.subject, group.short_id) if group else None,
    )


def _assignee(conversation: Conversation) -> Author | None:
    member = conversation.assignee
    return Author("member", str(member), member.id) if member else None


def _preview(message: Message, *, is_in_group: bool) -> Preview:
    status = message.status if message.direction == "out" else ""
    return Preview(message.text, message.kind, author_of(message, is_in_group=is_in_group), status)


def writer(message: Message) -> Writer:
    """Who wrote in a group, by their last message there; wants the contact joined."""
    author = author_of(message, is_in_group=True)
    return Writer(author, Preview(message.text, message.kind, author), message.id, message.sent_at)


def author_of(message: Message, *, is_in_group: bool) -> Author:
    """Who said a message. In a group nobody else tells who speaks: the name is never empty if we know any."""
    if message.direction == "in":
        known = message.contact.display_name if is_in_group and message.contact else ""
        return Author("contact", known or message.author_name, message.contact_id)
    kind = cast("AuthorKind", message.author_kind if message.author_kind in _AUTHOR_KINDS else "system")
    return Author(kind, message.author_name, message.author_member_id)


def thread_items(page: ThreadPage, conversation: Conversation) -> list[ThreadItem]:
    """Everything of one page of a thread, in the order in which it is shown."""
    items: list[ThreadItem] = [
        message_view(each, conversation) for each in page.messages if not each.is_modifier_of_known
    ]
    items += (note_view(note) for note in page.notes)
    items += (activity_view(line) for line in page.activities)
    return sorted(items, key=lambda item: item.position)


def message_views(details: Iterable[MessageDetails], conversation: Conversation) -> list[MessageView]:
    """A batch of messages of one conversation."""
    return [message_view(each, conversation) for each in details]


def message_view(details: MessageDetails, conversation: Conversation) -> MessageView:
    """One message of the conversation with everything that is shown on it."""
    message = details.message
    content = content_of(message)
    is_in_group = conversation.group_id is not None
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        direction="in" if message.direction == "in" else "out",
        kind=message.kind,
        at=message.sent_at,
        author=author_of(message, is_in_group=is_in_group),
        text=details.edits[-1].text if details.edits else message.text,
        status=message.status,
        moments=tuple(
            StatusMoment(each.status, each.at, details.participants.get(each.participant, each.participant))
            for each in details.statuses
        ),
        error=_error(message.error, conversation.inbox.connection.channel),
        media=_media(message.media) if message.media else None,
        quote=_quote(message, details.quoted, is_in_group=is_in_group),
        reactions=tuple(
            ReactionView(emoji_of(each), author_of(each, is_in_group=is_in_group))
            for each in details.reactions
        ),
        earlier=_earlier(message, details.edits),
        deleted_at=details.revoked_by.sent_at if details.revoked_by else None,
        arrived_late=message.arrived_late,
        has_provider_id=bool(message.provider_id),
        source=message.source,
        wait=_wait(details.wait, conversation.inbox.connection.channel) if details.wait else None,
        content=content,
        outgoing=outgoing_of(content),
        is_in_group=is_in_group,
    )


def content_of(message: Message) -> MessageContent:
    """The stored content, typed; one that cannot be read any more counts as empty."""
    if not message.content:
        return CONTENTLESS
    try:
        return msgspec.convert(message.content, MessageContent, strict=False)
    except msgspec.ValidationError:
        return CONTENTLESS


def outgoing_of(content: MessageContent) -> OutgoingContent | None:
    """What we sent, as it was given to the channel."""
    if not content.outgoing:
        return None
    try:
        return cast(
            "OutgoingContent", msgspec.convert(content.outgoing, cast("Any", OutgoingContent), strict=False)
        )
    except msgspec.ValidationError:
        return None


def _error(stored: dict[str, Any] | None, channel: str) -> ErrorView | None:
    if not stored:
        return None
    code = stored.get("code")
    return ErrorView(
        channel,
        code if isinstance(code, int) else 0,
        str(stored.get("title", "")),
        str(stored.get("details", "")),
        code if isinstance(code, str) else "",
        _error(stored.get("waited_for"), channel),
    )


def error_view(message: Message) -> ErrorView | None:
    """Why a message failed; wants its conversation joined."""
    return _error(message.error, message.conversation.inbox.connection.channel)


def _wait(wait: Wait, channel: str) -> WaitView:
    reason = ErrorView(channel, wait.code, wait.title, "")
    return WaitView(reason, wait.cause == "earlier_message", wait.since, wait.next_try_at, wait.until)


def _media(media: MediaFile) -> MediaView:
    return MediaView(
        id=media.id,
        kind=media.kind,
        state=media.state,
        mime_type=media.mime_type.partition(";")[0],
        filename=media.filename,
        byte_count=media.byte_count,
        is_voice=media.is_voice,
        has_thumbnail=media.has_thumbnail,
        width=media.width,
        height=media.height,
        created_at=media.created_at,
        error=media.error,
        is_preview_due=media.is_preview_due,
    )


def _quote(message: Message, quoted: Message | None, *, is_in_group: bool) -> QuoteView | None:
    if quoted is not None:
        author = author_of(quoted, is_in_group=is_in_group)
        return QuoteView(quoted.id, author, quoted.kind, quoted.text)
    return QuoteView(None, None, "unknown", "") if message.reply_to_provider_id else None


def _earlier(message: Message, edits: Sequence[Message]) -> tuple[EarlierText, ...]:
    """The texts that edits replaced, the first one first."""
    replaced = [message, *edits[:-1]] if edits else []
    return tuple(EarlierText(each.text, each.sent_at) for each in replaced)


def note_view(note: Note) -> NoteView:
    author = Author("member", note.author_name, note.author_id)
    return NoteView(note.id, note.conversation_id, author, note.text, note.created_at)


def activity_view(line: Activity) -> ActivityView:
    return ActivityView(line.id, line.conversation_id, line.kind, line.actor_name, dict(line.facts), line.at)


def parse_position(position: str) -> tuple[datetime, UUID] | None:
    """The (time, id) of a thread position; None when it is not one of ours."""
    stamp, _dash, item_id = position.partition("-")
    try:
        at = datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%f%z")
        return at, UUID(item_id)
    except ValueError:
        return None
