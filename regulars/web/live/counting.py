"""What the counters of the navigation say, for many members at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.cases.queries.lists import count_mine
from regulars.conversations.queries.lists import Counts, count_for_all
from regulars.workspaces.access import Actor


def count_everything(actors: Sequence[Actor]) -> list[dict[str, Any]]:
    """By the name of the counter, as scripts get it; in the order of the actors."""
    cases = count_mine(actors)
    return [
        {**_told(counts), "cases": cases.get(actor.member_id, 0) if actor.member_id else 0}
        for actor, counts in zip(actors, count_for_all(actors), strict=True)
    ]


def _told(counts: Counts) -> dict[str, Any]:
    oldest = counts.oldest_unassigned_since
    return {
        "mine": counts.mine,
        "unassigned": counts.unassigned,
        "oldest_unassigned_since": oldest.isoformat() if oldest else None,
    }
