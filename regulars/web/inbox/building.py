"""View models from model rows. Nothing here asks the database: the queries brought what is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from regulars.contacts.numbers import shown_name, shown_number, shown_words
from regulars.conversations.models import UNCOUNTED_KINDS, Activity, Conversation, Message, Note
from regulars.conversations.queries.changing import MessageChanges, emoji_of
from regulars.conversations.queries.threads import MessageDetails, ThreadPage
from regulars.conversations.queries.waiting import Wait
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import MessageContent, OutgoingContent
from regulars.kernel.shielding import shielded
from regulars.media.models import MediaFile
from regulars.protection.fields import is_hidden, is_protected
from regulars.service_levels.models import AnswerClock
from regulars.service_levels.queries import state_of
from regulars.tags.models import COLORS, Tag
from regulars.web.inbox.calls import with_calls_folded
from regulars.web.inbox.form_answers import answers_in
from regulars.web.inbox.view_models import (
    LONGEST_DRAWN,
    ActivityView,
    Author,
    AuthorKind,
    ConversationRow,
    DeletedBy,
    EarlierText,
    ErrorView,
    GroupView,
    MediaView,
    MessageView,
    NoteView,
    Preview,
    PromiseView,
    Protection,
    QuoteView,
    ReactionView,
    StatusMoment,
    TagView,
    TakenBackView,
    ThreadItem,
    UnreadableView,
    WaitView,
    Writer,
)

T = TypeVar("T")

CONTENTLESS = MessageContent()
MOST_ANSWERS = 6
_AUTHOR_KINDS = frozenset({"contact", "member", "phone_app", "rule", "journey", "broadcast", "api"})


def conversation_row(conversation: Conversation) -> ConversationRow:
    """Wants ``last_message`` attached and contact with person, group, inbox and assignee joined."""
    return shielded(
        "conversation",
        conversation.id,
        lambda: _row(conversation),
        lambda: replace(_bare_row(conversation), is_unreadable=True),
    )


def _row(conversation: Conversation) -> ConversationRow:
    last: Message | None = getattr(conversation, "last_message", None)
    changes: MessageChanges = getattr(conversation, "last_changes", MessageChanges())
    group = conversation.group
    return replace(
        _bare_row(conversation),
        name=_name(conversation),
        address=conversation.contact.phone if conversation.contact else "",
        assignee=_assignee(conversation),
        preview=_preview(conversation, last, changes) if last else None,
        tags=tag_views(getattr(conversation, "shown_tags", ())),
        group=GroupView(group.id, group.subject, group.short_id) if group else None,
    )


def tag_views(tags: Iterable[Tag]) -> tuple[TagView, ...]:
    return tuple(TagView(tag.id, tag.name, COLORS.index(tag.color), tag.description) for tag in tags)


def _name(conversation: Conversation) -> str:
    """The person's: all their threads are called alike."""
    if conversation.contact:
        return conversation.contact.person.display_name
    return conversation.group.subject if conversation.group else ""


def _bare_row(conversation: Conversation) -> ConversationRow:
    return ConversationRow(
        id=conversation.id,
        contact_id=conversation.contact_id,
        person_id=conversation.contact.person_id if conversation.contact else None,
        name="",
        channel=conversation.inbox.connection.channel,
        inbox_id=conversation.inbox_id,
        inbox_name=conversation.inbox.name,
        status=conversation.status,
        unread_count=conversation.unread_count,
        last_at=conversation.last_message_at,
        waiting_since=conversation.waiting_since,
        window_closes_at=conversation.window_closes_at,
        snoozed_until=conversation.snoozed_until if conversation.status == "snoozed" else None,
        priority=conversation.priority,
        team_id=conversation.team_id,
        team_name=conversation.team.name if conversation.team else "",
        promise=_promise(getattr(conversation, "answer_clock", None)),
    )


def _promise(found: AnswerClock | None) -> PromiseView | None:
    """Wants the clock attached (``service_levels.due.attach_clocks``); without, nothing is said of it."""
    if found is None:
        return None
    return PromiseView(state_of(found), found.service_level_name, found.warn_at, found.due_at, found.is_batch)


def _assignee(conversation: Conversation) -> Author | None:
    member = conversation.assignee
    return Author("member", str(member), member.id) if member else None


def _preview(conversation: Conversation, message: Message, changes: MessageChanges) -> Preview:
    is_in_group = conversation.group_id is not None
    said = _said(message, changes, is_in_group=is_in_group)
    if message.kind == "reaction":
        target: Message | None = getattr(conversation, "last_target", None)
        told = _said(target, conversation.target_changes, is_in_group=is_in_group) if target else None  # type: ignore[attr-defined]
        return replace(said, text=emoji_of(message), reacted_to=told)
    if message.kind == "interactive" and message.direction == "in":
        return replace(said, answers=_answers(message))
    return said


def _said(message: Message, changes: MessageChanges, *, is_in_group: bool) -> Preview:
    return Preview(
        changes.text_of(message),
        message.kind,
        author_of(message, is_in_group=is_in_group),
        message.status if message.direction == "out" else "",
        _deleted_by(changes),
        is_edited=changes.is_edited,
        has_wording=bool(changes.edits) or not changes.is_edited,
    )


def _answers(message: Message) -> tuple[str, ...] | None:
    choice = _content(message).choice
    if choice is None or choice.kind != "form":
        return None
    return tuple(answer.text for answer in answers_in(choice.data)[:MOST_ANSWERS])


def _deleted_by(changes: MessageChanges) -> DeletedBy:
    if changes.revoked_by is None:
        return ""
    if changes.revoked_by.direction == "in":
        return "contact"
    return "phone_app" if changes.revoked_by.source == "phone_app" else "us"


def writer(message: Message, changes: MessageChanges) -> Writer:
    """By their last message in the group; wants the contact joined."""
    author = author_of(message, is_in_group=True)
    said = Preview(changes.text_of(message), message.kind, author, deleted_by=_deleted_by(changes))
    return Writer(author, said, message.id, message.sent_at)


def author_of(message: Message, *, is_in_group: bool) -> Author:
    """Who said a message. In a group nobody else tells who speaks: the name is never empty if we know any."""
    if message.direction == "in":
        known = message.contact.display_name if is_in_group and message.contact else ""
        return Author("contact", known or shown_name(message.author_name), message.contact_id)
    kind = cast("AuthorKind", message.author_kind if message.author_kind in _AUTHOR_KINDS else "system")
    return Author(kind, message.author_name, message.author_member_id)


def thread_items(page: ThreadPage, conversation: Conversation) -> list[ThreadItem]:
    said = (message_view(each, conversation) for each in page.messages if not each.changed)
    items: list[ThreadItem] = [each for each in said if not isinstance(each, TakenBackView)]
    items += (note_view(note) for note in page.notes)
    items += activity_views(page.activities)
    return sorted(items, key=lambda item: item.position)


def unread_bubbles(page: ThreadPage, unread_count: int) -> int:
    """How many of the unread messages are bubbles of their own: reactions show on another one."""
    news = [each for each in page.messages if _is_news(each.message)]
    unread = news[max(0, len(news) - unread_count) :]
    return unread_count - sum(1 for each in unread if each.changed)


def _is_news(message: Message) -> bool:
    return message.direction == "in" and message.kind not in UNCOUNTED_KINDS and not message.is_withdrawn


def message_views(
    details: Iterable[MessageDetails], conversation: Conversation
) -> list[MessageView | UnreadableView | TakenBackView]:
    return [message_view(each, conversation) for each in details]


def message_view(
    details: MessageDetails, conversation: Conversation
) -> MessageView | UnreadableView | TakenBackView:
    message = details.message
    if message.is_withdrawn and message.kind != "reaction":
        return TakenBackView(message.id, message.conversation_id, message.sent_at)
    return shielded(
        "message",
        message.id,
        lambda: _message_view(details, conversation),
        lambda: UnreadableView(
            message.id,
            message.conversation_id,
            "message",
            message.sent_at,
            "in" if message.direction == "in" else "out",
        ),
    )


def _message_view(details: MessageDetails, conversation: Conversation) -> MessageView:
    message, changes = details.message, details.changes
    protection = _protection(message, changes)
    if protection == "hidden":
        return _hidden_view(details, conversation)
    content = _content(message)
    text = emoji_of(message) if message.kind == "reaction" else changes.text_of(message)
    is_in_group = conversation.group_id is not None
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        channel_name=facts_of(conversation.inbox.connection.channel).name,
        direction="in" if message.direction == "in" else "out",
        kind=message.kind,
        at=message.sent_at,
        author=author_of(message, is_in_group=is_in_group),
        text=drawn_text(text),
        cut_characters=max(0, len(text) - LONGEST_DRAWN),
        status=message.status,
        moments=tuple(
            StatusMoment(
                each.status,
                each.at,
                details.participants.get(each.participant) or shown_number(each.participant),
            )
            for each in details.statuses
        ),
        error=_error(message.error, conversation.inbox.connection.channel),
        media=_media(message.media) if message.media else None,
        ad_picture=_media(details.ad_picture) if details.ad_picture else None,
        quote=_quote(details, is_in_group=is_in_group),
        reactions=tuple(
            ReactionView(emoji_of(each), author_of(each, is_in_group=is_in_group))
            for each in changes.reactions
        ),
        earlier=tuple(
            EarlierText(drawn_text(each.text), each.sent_at) for each in changes.earlier_of(message)
        ),
        is_edited=changes.is_edited,
        deleted_by=_deleted_by(changes),
        arrived_late=message.arrived_late,
        has_provider_id=bool(message.provider_id),
        source=message.source,
        wait=_wait(details.wait, conversation.inbox.connection.channel) if details.wait else None,
        content=content,
        outgoing=outgoing_of(content),
        is_in_group=is_in_group,
        protection=protection,
    )


def _protection(message: Message, changes: MessageChanges) -> Protection:
    said = (message.text, message.content, *(each.text for each in changes.edits))
    if any(map(is_hidden, said)):
        return "hidden"
    return "open" if any(map(is_protected, said)) else ""


def _hidden_view(details: MessageDetails, conversation: Conversation) -> MessageView:
    """That it was said, by whom and when, and what became of it."""
    message, changes = details.message, details.changes
    is_in_group = conversation.group_id is not None
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        channel_name=facts_of(conversation.inbox.connection.channel).name,
        direction="in" if message.direction == "in" else "out",
        kind="text",
        at=message.sent_at,
        author=author_of(message, is_in_group=is_in_group),
        text=_("Protected message"),
        status=message.status,
        error=_error(message.error, conversation.inbox.connection.channel),
        deleted_by=_deleted_by(changes),
        arrived_late=message.arrived_late,
        source=message.source,
        wait=_wait(details.wait, conversation.inbox.connection.channel) if details.wait else None,
        is_in_group=is_in_group,
        protection="hidden",
    )


_OPENED, _CLOSED = {"\u202a", "\u202b", "\u202d", "\u202e"}, "\u202c"
_ISOLATED, _UNISOLATED = {"\u2066", "\u2067", "\u2068"}, "\u2069"


def drawn_text(text: str) -> str:
    """A text as far as it is drawn; signs that turn the direction of reading end with it, not with the page."""
    text = text[:LONGEST_DRAWN]
    opened = sum(map(text.count, _OPENED)) - text.count(_CLOSED)
    isolated = sum(map(text.count, _ISOLATED)) - text.count(_UNISOLATED)
    return text + _CLOSED * max(0, opened) + _UNISOLATED * max(0, isolated)


def _content(message: Message) -> MessageContent:
    """The stored content; one that cannot be read is counted, and is the end of a message that says nothing else."""
    if not message.content:
        return CONTENTLESS
    if not message.text and not message.media:
        return msgspec.convert(message.content, MessageContent, strict=False)
    return shielded(
        "content",
        message.id,
        lambda: msgspec.convert(message.content, MessageContent, strict=False),
        lambda: CONTENTLESS,
    )


def content_of(message: Message) -> MessageContent:
    return _convert(message.content, MessageContent) or CONTENTLESS


def outgoing_of(content: MessageContent) -> OutgoingContent | None:
    return cast("OutgoingContent | None", _convert(content.outgoing, cast("Any", OutgoingContent)))


def _convert(stored: object, wanted: type[T]) -> T | None:
    try:
        return msgspec.convert(stored, wanted, strict=False) if stored else None
    except (ValueError, OverflowError):
        return None


def _error(stored: object, channel: str) -> ErrorView | None:
    if not stored or not isinstance(stored, dict):
        return None
    code = stored.get("code")
    return ErrorView(
        channel,
        code if isinstance(code, int) else 0,
        str(stored.get("title", "")),
        shown_words(str(stored.get("details", ""))),
        code if isinstance(code, str) else "",
        _error(stored.get("waited_for"), channel),
    )


def error_view(message: Message) -> ErrorView | None:
    """Wants the message's conversation joined."""
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


def _quote(details: MessageDetails, *, is_in_group: bool) -> QuoteView | None:
    quoted = details.quoted
    if quoted is not None:
        changes = details.quoted_changes
        text = changes.text_of(quoted)
        author = author_of(quoted, is_in_group=is_in_group)
        return QuoteView(quoted.id, author, quoted.kind, text, _deleted_by(changes))
    return QuoteView(None, None, "unknown", "") if details.message.reply_to_provider_id else None


def note_view(note: Note) -> NoteView | UnreadableView:
    """Wants the names in it attached (``attention.queries.attach_mentions``)."""
    return shielded(
        "note",
        note.id,
        lambda: NoteView(
            note.id,
            note.conversation_id,
            Author("member", note.author_name, note.author_id),
            "" if note.withdrawn_at else drawn_text(note.text),
            note.created_at,
            tuple(getattr(note, "named", ())),
            is_withdrawn=note.withdrawn_at is not None,
            earlier=()
            if note.withdrawn_at
            else tuple(
                EarlierText(drawn_text(each.text), each.until) for each in getattr(note, "wordings", ())
            ),
        ),
        lambda: UnreadableView(note.id, note.conversation_id, "note", note.created_at, "out"),
    )


def activity_views(lines: Iterable[Activity]) -> list[ActivityView | UnreadableView]:
    return with_calls_folded(map(activity_view, lines))


def activity_view(line: Activity) -> ActivityView | UnreadableView:
    return shielded(
        "activity",
        line.id,
        lambda: ActivityView(
            line.id, line.conversation_id, line.kind, line.actor_name, dict(line.facts), line.at
        ),
        lambda: UnreadableView(line.id, line.conversation_id, "activity", line.at),
    )


def parse_position(position: str) -> tuple[datetime, UUID] | None:
    """The (time, id) of a thread position; None when it is not one of ours."""
    stamp, _dash, item_id = position.partition("-")
    try:
        at = datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%f%z")
        return at, UUID(item_id)
    except ValueError:
        return None
