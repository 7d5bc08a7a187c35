"""Finding or making groups, and what the platform tells about them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.contacts.events import GroupRenamed
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import record_all
from regulars.kernel.ids import new_id

SUBJECT_LENGTH = 200
"""platforms allow some 100 characters; what is longer is nobody's name for a group"""


def identify_groups(workspace_id: UUID, channel: str, addresses: Collection[str]) -> dict[str, UUID]:
    """New ones are made; two statements whatever their number."""
    if not addresses:
        return {}
    wanted = sorted(set(addresses))  # in one order, so that two batches never wait for each other in a circle
    with binary_cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_group (id, workspace_id, channel, address)"
            " SELECT id, %s, %s, address FROM unnest(%b::uuid[], %b::text[]) AS new(id, address)"
            " WHERE NOT EXISTS (SELECT 1 FROM contacts_group g"
            "   WHERE g.address = new.address AND g.channel = %s AND g.workspace_id = %s)"
            " ON CONFLICT DO NOTHING",
            [workspace_id, channel, [new_id() for _ in wanted], wanted, channel, workspace_id],
        )
        cursor.execute(
            "SELECT address, id FROM contacts_group"
            " WHERE workspace_id = %s AND channel = %s AND address = ANY(%b::text[])",
            [workspace_id, channel, wanted],
        )
        return dict(cursor.fetchall())


def rename_group(workspace_id: UUID, channel: str, address: str, subject: str, *, at: datetime) -> None:
    """Write down what a group is called since ``at``, whether somebody has written in it yet or not."""
    group_id = identify_groups(workspace_id, channel, [address])[address]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_group SET subject = %s, subject_told_at = %s, updated_at = now()"
            " WHERE id = %s AND (subject_told_at IS NULL OR subject_told_at <= %s)",
            [subject.strip()[:SUBJECT_LENGTH], at, group_id, at],
        )
        changed = cursor.rowcount > 0
    if changed:
        record_all([GroupRenamed(workspace_id, group_id)])


def group_lane(workspace_id: UUID, channel: str, address: str) -> str:
    return f"group:{workspace_id}:{channel}:{address}"
