"""Who is told that a promise is nearly over, or broken: whose conversation it is (``notifications.ports``)."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.conversations.models import Conversation
from regulars.kernel.events import Recorded
from regulars.notifications.ports import Occasion, Source
from regulars.service_levels.events import AnswerBreached, AnswerWarned


def _at_risk(happened: Sequence[Recorded]) -> list[Occasion]:
    """Of conversations that somebody has, and where the contact still waits. One query."""
    # unscoped: the ids come from the log
    rows = Conversation.objects.filter(id__in={each.event.conversation_id for each in happened})
    waiting = rows.filter(assignee__isnull=False, waiting_since__isnull=False, status="open")
    holders = dict(waiting.values_list("id", "assignee_id"))
    return [
        Occasion(
            each.event.workspace_id,
            holder,
            each.event.conversation_id,
            "service_level",
            each.happened_at,
            each.position,
        )
        for each in happened
        if (holder := holders.get(each.event.conversation_id))
    ]


AT_RISK = Source((AnswerWarned, AnswerBreached), _at_risk)
