"""How urgent a conversation is: by its priority, then by when an answer was promised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from regulars.conversations.models import Conversation
from regulars.routing.ports import Urgency

RANKS: Mapping[str, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
USUAL = Urgency(RANKS["normal"])


AskDue = Callable[[UUID, Collection[UUID]], Mapping[UUID, datetime]]
"""workspace and conversations → by when an answer was promised, where it was; one query, however many"""


def urgency_by_promise(
    ask_due: AskDue, workspace_id: UUID, conversation_ids: Collection[UUID]
) -> dict[UUID, Urgency]:
    rows = Conversation.objects.filter(workspace_id=workspace_id, id__in=conversation_ids)
    unusual = dict(rows.exclude(priority="normal").values_list("id", "priority"))
    due = ask_due(workspace_id, conversation_ids)
    return {each: Urgency(RANKS[unusual.get(each, "normal")], due.get(each)) for each in {*unusual, *due}}
