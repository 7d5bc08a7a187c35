"""Messages, by what they say now and by the names of what they carry; and files, which are messages with one.

A message that its author deleted is not found, nor is what an edit replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from regulars.conversations.events import MessageQueued, MessageReceived
from regulars.conversations.models import SILENT_KINDS, Message
from regulars.conversations.provider_ids import messages_called
from regulars.conversations.queries.changing import REWRITING, MessageChanges, read_changes
from regulars.inboxes.ports import MessageContent
from regulars.kernel.events import Event
from regulars.media.events import MediaAnnounced
from regulars.protection.events import WordsProtected
from regulars.protection.fields import is_protected
from regulars.search.kinds.facts import FILES, facts_of_message
from regulars.search.kinds.scope import as_far_as_files, by_facts, in_conversations
from regulars.search.searchable import Findable, Searchable

_WITH_WORDS = ("location", "contacts")
"""kinds that say something in other fields than the text"""


def _stale(events: Sequence[MessageReceived | MessageQueued]) -> Iterable[UUID]:
    rewriting = [each.message_id for each in events if each.kind in REWRITING]
    yield from (each.message_id for each in events if each.kind not in SILENT_KINDS)
    if rewriting:
        # unscoped: the events name them
        named = Message.objects.filter(id__in=rewriting).values_list("inbox_id", "target_provider_id")
        inboxes, targets = zip(*named, strict=True) if named else ((), ())
        yield from messages_called(inboxes, filter(None, targets)).values_list("id", flat=True)


def _stale_by_file(events: Sequence[MediaAnnounced]) -> Iterable[UUID]:
    # unscoped: the events name them
    return Message.objects.filter(media__in=[each.media_id for each in events]).values_list("id", flat=True)


def _read(ids: Collection[UUID]) -> Iterator[Findable]:
    for message, changes in _shown(ids):
        yield _findable(message, _text(message, changes), changes)


def _read_files(ids: Collection[UUID]) -> Iterator[Findable]:
    for message, changes in _shown(ids):
        if message.media and message.media.kind in FILES:
            names = (message.media.filename, changes.text_of(message))
            yield _findable(message, "\n".join(filter(None, names)), changes)


def _shown(ids: Collection[UUID]) -> Iterator[tuple[Message, MessageChanges]]:
    # unscoped: by the ids of entries, or of events
    rows = Message.objects.filter(id__in=list(ids)).exclude(kind__in=SILENT_KINDS).select_related("media")
    messages = list(rows)
    changes = read_changes(messages, REWRITING)
    return ((each, changes[each.id]) for each in messages if changes[each.id].revoked_by is None)


def _findable(message: Message, text: str, changes: MessageChanges) -> Findable:
    return Findable(
        id=message.id,
        workspace_id=message.workspace_id,
        at=message.sent_at,
        text=text,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        facts=frozenset(facts_of_message(message, text)),
        is_sealed=any(map(is_protected, (message.text, changes.text_of(message)))),
    )


def _text(message: Message, changes: MessageChanges) -> str:
    said = changes.text_of(message)
    named = [message.media.filename] if message.media and message.media.filename not in ("", said) else []
    carried = _words(message) if message.kind in _WITH_WORDS else ()
    return "\n".join(filter(None, (said, *named, *carried)))


def _words(message: Message) -> tuple[str, ...]:
    try:
        content = msgspec.convert(message.content, MessageContent)
    except msgspec.ValidationError:  # of another version, or of an echo
        return ()
    place = (content.location.name, content.location.address) if content.location else ()
    cards = (
        word
        for card in content.cards
        for word in (card.name, card.organization, *(p.phone for p in card.phones))
    )
    return (*place, *cards)


def _messages(workspace_id: UUID) -> QuerySet[Message]:
    return Message.objects.filter(workspace_id=workspace_id).exclude(kind__in=SILENT_KINDS)


def _messages_with_files(workspace_id: UUID) -> QuerySet[Message]:
    return Message.objects.filter(workspace_id=workspace_id, media__isnull=False)


def _stale_by_protection(events: Sequence[WordsProtected]) -> Iterable[UUID]:
    return (each.object_id for each in events if each.kind == "message")


_STALE: Mapping[type[Event], Callable[[Sequence[Any]], Iterable[UUID]]] = {
    MessageReceived: _stale,
    MessageQueued: _stale,
    MediaAnnounced: _stale_by_file,
    WordsProtected: _stale_by_protection,
}

MESSAGES = Searchable(
    kind="message",
    plural="messages",
    stale=_STALE,
    read=_read,
    model=Message,
    things=_messages,
    narrow=by_facts,
    visible=in_conversations,
    has_sealed=True,
)
FILES_SENT = Searchable(
    kind="file",
    plural="files",
    stale=_STALE,
    read=_read_files,
    model=Message,
    things=_messages_with_files,
    narrow=by_facts,
    visible=as_far_as_files,
    has_sealed=True,
)
