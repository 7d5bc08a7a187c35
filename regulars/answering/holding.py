"""The soft lock: who begins to write an answer first holds the conversation, for as long as they go on writing.

The database decides, and its clock: of any number of web processes, one gets the row. It forbids nothing by itself;
``answering`` asks before somebody sends over it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection

HOLD_FOR = timedelta(seconds=13)
"""after the last sign of writing; screens give one every 6 seconds"""

_TAKE = """
INSERT INTO answering_hold AS held (conversation_id, member_id, until)
VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (conversation_id) DO UPDATE SET member_id = excluded.member_id, until = excluded.until
  WHERE held.member_id = excluded.member_id OR held.until <= clock_timestamp()
RETURNING member_id
"""


def take_hold(conversation_id: UUID, member_id: UUID) -> bool:
    """True when it is theirs, now or still; false when a colleague has it."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [conversation_id, member_id, HOLD_FOR.total_seconds()])
        return cursor.fetchone() is not None


def let_go(conversation_id: UUID, member_id: UUID) -> bool:
    """Whether they had it. What a colleague has stays theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM answering_hold WHERE conversation_id = %s AND member_id = %s"
            " RETURNING until > clock_timestamp()",
            [conversation_id, member_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def holders_of(conversation_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The member who holds each, now; those whom nobody holds are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation_id, member_id FROM answering_hold"
            " WHERE conversation_id = ANY(%s) AND until > clock_timestamp()",
            [list(conversation_ids)],
        )
        return dict(cursor.fetchall())
