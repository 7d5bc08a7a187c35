"""The inside of a conversation: pages of messages with what changed them, notes and quiet lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contacts.names import names_at
from regulars.conversations.models import (
    SILENT_KINDS,
    Activity,
    Conversation,
    Draft,
    Message,
    MessageStatus,
    Note,
)
from regulars.conversations.provider_ids import messages_called
from regulars.conversations.queries.changing import MODIFIERS, MessageChanges, may_change, read_changes
from regulars.conversations.queries.waiting import Wait, read_waits
from regulars.kernel.touching import looked_at
from regulars.media.models import MediaFile
from regulars.workspaces.models import Member

SIDE_LIMIT = 200
"""notes and activities shown with one page of messages, newest first"""


WRITERS_WITHIN = 1_000
"""the newest messages of a group among which its writers are looked for"""


@dataclass(slots=True)
class MessageDetails:
    message: Message
    statuses: list[MessageStatus] = field(default_factory=list)
    changes: MessageChanges = field(default_factory=MessageChanges)
    quoted: Message | None = None
    quoted_changes: MessageChanges = field(default_factory=MessageChanges)
    participants: Mapping[str, str] = field(default_factory=dict)
    """names of people in the group, by the address that the statuses give"""
    wait: Wait | None = None
    """why it has not left yet"""
    changed: Message | None = None
    """what this reaction, edit or revoke counts for: it shows there"""
    ad_picture: MediaFile | None = None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Messages oldest to newest, with the notes and activities of the same stretch of time."""

    messages: list[MessageDetails]
    notes: list[Note]
    activities: list[Activity]
    has_older: bool
    newest_in_before: UUID | None = None
    """the contact's newest message when none is on this page"""
    has_newer: bool = False


def read_thread(
    conversation: Conversation, *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> ThreadPage:
    """The newest page, or the one that ends before a (sent_at, id) place."""
    messages = messages_of(conversation, before=before)
    found = list(messages.select_related(*shown_with(conversation))[: limit + 1])
    page = found[:limit][::-1]
    since = page[0].sent_at if len(found) > limit else None
    until = before[0] if before else None
    notes = newest_notes(conversation).filter(**_between("created_at", since, until))
    lines = Activity.objects.filter(conversation=conversation, **_between("at", since, until))
    return ThreadPage(
        with_details(page),
        list(notes.select_related("author__user")[:SIDE_LIMIT])[::-1],
        list(lines.order_by("-at")[:SIDE_LIMIT])[::-1],
        has_older=len(found) > limit,
        newest_in_before=_newest_in(conversation) if len(found) > limit and not _has_in(page) else None,
    )


def read_thread_after(
    conversation: Conversation, place: tuple[datetime, UUID], *, limit: int = 50
) -> ThreadPage:
    """``place``: (sent_at, id), wherever in the thread that is."""
    following = Message.objects.filter(conversation=conversation).order_by("sent_at", "id")
    following = following.filter(Q(sent_at__gt=place[0]) | Q(sent_at=place[0], id__gt=place[1]))
    found = list(following.select_related(*shown_with(conversation))[: limit + 1])
    until = found[limit].sent_at if len(found) > limit else None
    notes = Note.objects.filter(conversation=conversation, **_between("created_at", place[0], until))
    lines = Activity.objects.filter(conversation=conversation, **_between("at", place[0], until))
    return ThreadPage(
        with_details(found[:limit]),
        list(notes.select_related("author__user").order_by("created_at")[:SIDE_LIMIT]),
        list(lines.order_by("at")[:SIDE_LIMIT]),
        has_older=True,
        has_newer=until is not None,
    )


def messages_of(
    conversation: Conversation, *, before: tuple[datetime, UUID] | None = None
) -> QuerySet[Message]:
    messages = Message.objects.filter(conversation=conversation).order_by("-sent_at", "-id")
    if before:
        messages = messages.filter(Q(sent_at__lt=before[0]) | Q(sent_at=before[0], id__lt=before[1]))
    return messages


def newest_notes(conversation: Conversation) -> QuerySet[Note]:
    return Note.objects.filter(conversation=conversation).order_by("-created_at")


def _has_in(page: Sequence[Message]) -> bool:
    return any(message.direction == "in" and message.kind not in SILENT_KINDS for message in page)


def _newest_in(conversation: Conversation) -> UUID | None:
    said = Message.objects.filter(conversation=conversation, direction="in").exclude(kind__in=SILENT_KINDS)
    return said.order_by("-sent_at", "-id").values_list("id", flat=True).first()


def shown_with(conversation: Conversation) -> tuple[str, ...]:
    writers = ("contact",) if conversation.group_id else ()
    return ("media", "author_member__user", *writers)


def _between(moment: str, since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    bounds = {f"{moment}__gte": since, f"{moment}__lt": until}
    return {name: value for name, value in bounds.items() if value is not None}


def with_details(messages: Sequence[Message]) -> list[MessageDetails]:
    """Three queries whatever the number of messages, all of one inbox.

    One more when some of them are still queued, and one when some came from an advertisement with a picture.
    """
    details = [MessageDetails(message) for message in messages]
    if not details:
        return details
    looked_at("message", (message.id for message in messages))
    by_id = {each.message.id: each for each in details}
    for status in MessageStatus.objects.filter(message_id__in=by_id).order_by("at", "status", "participant"):
        by_id[status.message_id].statuses.append(status)
    _name_participants(details)
    _add_ad_pictures(details)
    named = find_named(messages)
    changes = read_changes(list({each.id: each for each in (*messages, *named.values())}.values()))
    waits = read_waits([message.id for message in messages if message.status == "queued"])
    for each in details:
        message = each.message
        each.wait = waits.get(message.id)
        each.changes = changes[message.id]
        each.quoted = quoted = named.get((message.conversation_id, message.reply_to_provider_id))
        each.quoted_changes = changes[quoted.id] if quoted else MessageChanges()
        target = named.get((message.conversation_id, message.target_provider_id))
        if message.kind in MODIFIERS and target is not None and may_change(message, target):
            each.changed = target
    return details


def find_named(messages: Sequence[Message]) -> dict[tuple[UUID, str | None], Message]:
    ids = {
        each for message in messages for each in (message.reply_to_provider_id, message.target_provider_id)
    }
    ids.discard(None)
    if not ids:
        return {}
    found = messages_called((message.inbox_id for message in messages), filter(None, ids)).filter(
        conversation_id__in={message.conversation_id for message in messages}
    )
    return {
        (each.conversation_id, each.provider_id): each for each in found.select_related("media", "contact")
    }


def _name_participants(details: Sequence[MessageDetails]) -> None:
    """Statuses in groups tell at whom; one more query where there are any."""
    told = [each for each in details if any(status.participant for status in each.statuses)]
    for workspace_id in {each.message.workspace_id for each in told}:
        theirs = [each for each in told if each.message.workspace_id == workspace_id]
        names = names_at(workspace_id, {status.participant for each in theirs for status in each.statuses})
        for each in theirs:
            each.participants = names


def _add_ad_pictures(details: Sequence[MessageDetails]) -> None:
    told = {each.message.ad_picture_id: each for each in details if each.message.ad_picture_id}
    if told:
        # unscoped: they are the messages' own
        for picture in MediaFile.objects.filter(id__in=told):
            told[picture.id].ad_picture = picture


def read_writers(conversation: Conversation) -> list[Message]:
    newest = (
        Message.objects.filter(conversation=conversation, direction="in")
        .exclude(kind__in=(*MODIFIERS, "system"))
        .order_by("-sent_at", "-id")
        .values("id")[:WRITERS_WITHIN]
    )
    last = (  # unscoped: those are of this thread
        Message.objects.filter(id__in=newest)
        .order_by("contact_id", "-sent_at", "-id")
        .distinct("contact_id")
        .select_related("contact")
    )
    return sorted(last, key=lambda message: (message.sent_at, message.id), reverse=True)


def drafts_of(conversation: Conversation, member: Member) -> dict[str, Draft]:
    drafts = Draft.objects.filter(conversation=conversation, member=member)
    return {draft.mode: draft for draft in drafts}
