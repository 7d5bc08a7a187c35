"""Writing the thread's quiet lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.conversations.models import Activity


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line: what (``kind``), who (empty for the house itself), and its facts."""

    conversation_id: UUID
    kind: str
    actor_name: str
    facts: Mapping[str, object]
    at: datetime


def insert_activities(workspace_id: UUID, rows: Sequence[ActivityRow]) -> None:
    if rows:
        Activity.objects.bulk_create(
            Activity(
                workspace_id=workspace_id,
                conversation_id=row.conversation_id,
                kind=row.kind,
                actor_name=row.actor_name,
                facts=dict(row.facts),
                at=row.at,
            )
            for row in rows
        )
