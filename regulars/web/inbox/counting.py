"""The navigation's counters, for pages and for open screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.attention.queries import count_mentions
from regulars.conversations.queries.closing import count_closing
from regulars.conversations.queries.lists import Counts, count_for_all
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class Counters:
    """``by_view``: what stands beside each counted view."""

    counts: Counts
    mentions: int
    closing: int

    @property
    def by_view(self) -> dict[str, int]:
        return {
            "mine": self.counts.mine,
            "unassigned": self.counts.unassigned,
            "closing": self.closing,
            "mentions": self.mentions,
        }


def counters_of(actor: Actor) -> Counters:
    return counters_of_all([actor])[0]


def counters_of_all(actors: Sequence[Actor]) -> list[Counters]:
    """Few queries more for many who see the same than for one."""
    counted = zip(count_for_all(actors), count_mentions(actors), count_closing(actors), strict=True)
    return [Counters(*each) for each in counted]
