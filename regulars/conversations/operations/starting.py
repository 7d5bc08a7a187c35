"""Which conversation a message belongs to: found, or started; all of a batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.history import DECIDING, STARTED
from regulars.inboxes.ports import InboundMessage
from regulars.kernel.database import binary_cursor
from regulars.kernel.ids import new_id


class Incoming(NamedTuple):
    """A parsed message with the inbox, contact and group it belongs to, and where its raw form is kept."""

    message: InboundMessage
    inbox_id: UUID
    contact_id: UUID
    contact_name: str
    delivery_id: int | None
    connection_id: UUID
    group_id: UUID | None = None
    """our group of a message that names one; it belongs to the group's thread and never to the writer's own"""


@dataclass(slots=True)
class Thread:
    id: UUID
    is_new: bool
    is_of_group: bool
    status: str
    last_message_at: datetime | None
    answered_at: datetime | None
    """the last answer from the phone app so far, this batch's included once they are noted"""
    has_episode: bool
    """that is not over"""
    sleeps: bool = False
    """snoozed until its time comes, whoever writes"""
    said_at: list[datetime] = field(default_factory=list)
    """what begins an episode, or goes on with one"""
    by_phone: list[datetime] = field(default_factory=list)
    """when something was said that changes what was answered on the phone"""
    newly_answered_at: datetime | None = None
    unread: int = 0
    opened_window_at: datetime | None = None
    last_inbound_at: datetime | None = None
    waiting_since: datetime | None = None
    last: tuple[datetime, UUID] | None = None
    from_ad_at: datetime | None = None
    owned_elsewhere: bool | None = None
    reopens: bool = False


ThreadKey = tuple[UUID, UUID]
"""(inbox, contact), or (inbox, group) for groups"""


def thread_key(each: Incoming) -> ThreadKey:
    if each.message.group_id and each.group_id is None:
        raise LookupError("a message in a group has no group")
    return (each.inbox_id, each.group_id or each.contact_id)


def find_or_start(workspace_id: UUID, wanted: dict[ThreadKey, Incoming]) -> dict[ThreadKey, Thread]:
    threads = _read_threads(wanted)
    missing = [key for key in wanted if key not in threads]
    if missing:
        _start_threads(workspace_id, [wanted[key] for key in missing])
        made = _read_threads({key: wanted[key] for key in missing})
        for thread in made.values():
            thread.is_new = thread.last_message_at is None
        threads.update(made)
    return threads


def _read_threads(wanted: dict[ThreadKey, Incoming]) -> dict[ThreadKey, Thread]:
    """Rows are locked in id order so that two batches never wait in a circle."""
    singles = [each for each in wanted.values() if each.group_id is None]
    groups = [each for each in wanted.values() if each.group_id is not None]
    with binary_cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.inbox_id, c.contact_id, c.group_id, c.status, c.last_message_at,"
            " c.answered_elsewhere_at, c.episode_id, c.sleeps_through FROM conversations_conversation c WHERE c.id IN ("
            "   SELECT c.id FROM unnest(%b::uuid[], %b::uuid[]) AS w(inbox_id, contact_id)"
            "   JOIN conversations_conversation c"
            "   ON c.inbox_id = w.inbox_id AND c.contact_id = w.contact_id"
            "   UNION ALL"
            "   SELECT c.id FROM unnest(%b::uuid[], %b::uuid[]) AS w(inbox_id, group_id)"
            "   JOIN conversations_conversation c"
            "   ON c.inbox_id = w.inbox_id AND c.group_id = w.group_id"
            ") ORDER BY c.id FOR UPDATE",
            [
                [each.inbox_id for each in singles],
                [each.contact_id for each in singles],
                [each.inbox_id for each in groups],
                [each.group_id for each in groups],
            ],
        )
        return {
            (row[1], row[3] or row[2]): Thread(
                row[0],
                is_new=False,
                is_of_group=row[3] is not None,
                status=row[4],
                last_message_at=row[5],
                answered_at=row[6],
                has_episode=row[7] is not None and row[4] != "resolved",
                sleeps=row[8] and row[4] == "snoozed",
            )
            for row in cursor.fetchall()
        }


def _start_threads(workspace_id: UUID, firsts: Sequence[Incoming]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _START_THREADS,
            [
                workspace_id,
                [new_id() for _ in firsts],
                [each.inbox_id for each in firsts],
                [None if each.group_id else each.contact_id for each in firsts],
                [each.group_id for each in firsts],
                STARTED,
                *([fact.name for fact in DECIDING], [fact.first for fact in DECIDING]),
            ],
        )


_START_THREADS = """
WITH made AS (
  INSERT INTO conversations_conversation (id, workspace_id, inbox_id, contact_id, group_id, status, priority,
    unread_count, owned_elsewhere, created_at, updated_at)
  SELECT id, %s, inbox_id, contact_id, group_id, 'open', 'normal', 0, false, now(), now()
  FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[]) AS new(id, inbox_id, contact_id, group_id)
  ON CONFLICT DO NOTHING RETURNING id, workspace_id, created_at
)
INSERT INTO conversations_conversationhistory (conversation_id, workspace_id, fact, value, from_at, by_kind, why)
SELECT made.id, made.workspace_id, first.fact, first.value, made.created_at, 'system', %s
FROM made CROSS JOIN unnest(%b::text[], %b::text[]) AS first(fact, value)
"""
