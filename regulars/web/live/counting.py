"""What the counters of the navigation say, for many members at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.cases.queries.lists import count_mine
from regulars.saved_views.queries import count_for_all
from regulars.web.inbox.counting import Counters, counters_of_all
from regulars.web.saved_views.words import shown
from regulars.workspaces.access import Actor


def count_everything(actors: Sequence[Actor]) -> list[dict[str, Any]]:
    """By the name of the counter, as scripts get it; in the order of the actors."""
    cases = count_mine(actors)
    counted = zip(actors, counters_of_all(actors), count_for_all(actors), strict=True)
    return [
        {
            **_told(counters),
            **{f"view-{view_id}": shown(count) for view_id, count in saved.items()},
            "cases": cases.get(actor.member_id, 0) if actor.member_id else 0,
        }
        for actor, counters, saved in counted
    ]


def _told(counters: Counters) -> dict[str, Any]:
    oldest = counters.counts.oldest_unassigned_since
    return {**counters.by_view, "oldest_unassigned_since": oldest.isoformat() if oldest else None}
