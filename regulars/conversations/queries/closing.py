"""Who waits for an answer that may soon not be written freely any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from regulars.conversations.access import ConversationFacts, can_see, read_staffings
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import CLOSING_WITHIN
from regulars.kernel import clock
from regulars.workspaces.access import Actor


def count_closing(actors: Sequence[Actor]) -> list[int]:
    """How many of those each of the actors sees: three queries, however many actors there are."""
    workspaces = {actor.workspace_id for actor in actors}
    counted = _counted(workspaces, clock.now()) if workspaces else []
    staffings = read_staffings(workspaces) if counted else {}
    return [
        sum(
            count
            for facts, count in counted
            if facts.workspace_id == actor.workspace_id
            and can_see(actor, facts, staffings[actor.workspace_id])
        )
        for actor in actors
    ]


def _counted(workspaces: set[UUID], now: datetime) -> list[tuple[ConversationFacts, int]]:
    """By what decides who sees them."""
    closing = Conversation.objects.filter(
        workspace_id__in=workspaces,
        status="open",
        waiting_since__isnull=False,
        window_closes_at__gt=now,
        window_closes_at__lte=now + CLOSING_WITHIN,
    )
    groups = closing.values_list("workspace_id", "inbox_id", "assignee_id", "team_id").order_by()
    return [(ConversationFacts(*row[:4]), row[4]) for row in groups.annotate(Count("id"))]
