"""How urgent a conversation is as long as nobody promises answers by a time: by its priority."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from regulars.conversations.models import Conversation
from regulars.routing.ports import Urgency

RANKS: Mapping[str, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
USUAL = Urgency(RANKS["normal"])


def urgency_by_priority(workspace_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, Urgency]:
    rows = Conversation.objects.filter(workspace_id=workspace_id, id__in=conversation_ids)
    unusual = rows.exclude(priority="normal").values_list("id", "priority")
    return {each: Urgency(RANKS[priority]) for each, priority in unusual}
