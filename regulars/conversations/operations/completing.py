"""Files that follow their messages: history shows placeholders, and what they stand for comes later.

The later message has the id of the placeholder. Only what it says is taken: who said it, to whom, when, and what
became of it stand with the placeholder (the platform's example names the customer as sender of a file of ours).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from regulars.conversations.operations.contents import stored_words
from regulars.conversations.operations.media_rows import insert_media
from regulars.conversations.provider_ids import MessageKey, find_messages
from regulars.inboxes.ports import InboundMessage
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import record_all
from regulars.media.events import MediaAnnounced
from regulars.protection.matching import Watch
from regulars.protection.queries import watch_of

Outcome = Literal["stored", "duplicate"]


class Repetition(NamedTuple):
    """A message whose id we have already, with its inbox and where its raw form is kept."""

    message: InboundMessage
    inbox_id: UUID
    delivery_id: int | None
    connection_id: UUID


def complete_messages(workspace_id: UUID, repetitions: Sequence[Repetition]) -> list[Outcome]:
    """Store the files that placeholders stand for and say for each, in order, whether it was one.

    Needs a transaction. The database is asked only when a repetition brings a file. No conversation moves: the
    placeholder was counted when it came.
    """
    first: dict[MessageKey, int] = {}
    for index, each in enumerate(repetitions):
        if _brings_file(each.message):
            first.setdefault((each.inbox_id, each.message.provider_id), index)
    outcomes: list[Outcome] = ["duplicate"] * len(repetitions)
    placeholders = _lock_placeholders(first) if first else {}
    if placeholders:
        _fill(workspace_id, [(id_, repetitions[first[key]]) for key, id_ in placeholders.items()])
    for key in placeholders:
        outcomes[first[key]] = "stored"
    return outcomes


def _brings_file(message: InboundMessage) -> bool:
    return message.content.media is not None and bool(message.content.media.provider_media_id)


def _lock_placeholders(keys: Collection[MessageKey]) -> dict[MessageKey, UUID]:
    """The messages of these keys that came with the history and say nothing; once completed, they have a kind."""
    with binary_cursor() as cursor:
        cursor.execute(
            "SELECT m.inbox_id, m.provider_id, m.id FROM conversations_message m WHERE m.id = ANY(%b::uuid[])"
            " AND m.source = 'history' AND m.kind = 'unsupported' ORDER BY m.id FOR UPDATE OF m",
            [list(find_messages(keys).values())],
        )
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


_FILL = """
UPDATE conversations_message m SET kind = new.kind, text = new.body, content = new.content, media_id = new.media_id,
  reply_to_provider_id = COALESCE(new.reply_to, m.reply_to_provider_id), delivery_id = new.delivery_id, path = new.path
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::jsonb[], %b::uuid[], %b::text[], %b::bigint[], %b::text[])
  AS new(id, kind, body, content, media_id, reply_to, delivery_id, path)
WHERE m.id = new.id
"""


def _fill(workspace_id: UUID, found: Sequence[tuple[UUID, Repetition]]) -> None:
    watch = watch_of(workspace_id)
    media = insert_media(
        workspace_id, [(id_, each.connection_id, each.message) for id_, each in found], watch
    )
    rows = [_row(id_, each, media[id_], watch) for id_, each in found]
    with binary_cursor() as cursor:
        cursor.execute(_FILL, [list(column) for column in zip(*rows, strict=True)])
    record_all([MediaAnnounced(workspace_id, media_id) for media_id in media.values()])


def _row(message_id: UUID, each: Repetition, media_id: UUID, watch: Watch) -> tuple[object, ...]:
    message = each.message
    text, content = stored_words(message, watch)
    return (
        message_id,
        message.kind,
        text,
        content,
        media_id,
        message.reply_to_provider_id,
        each.delivery_id,
        message.path,
    )
