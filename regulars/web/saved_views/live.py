"""Saved views are in the navigation of every open inbox: who has them is told when they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.saved_views.events import VIEW_EVENTS
from regulars.web.live.topics import Eyes, Looker, Piece, Topic


def _draw(happened: Sequence[Any], _eyes: Eyes) -> list[Piece]:
    """The navigation is asked anew: what is told says no more than that."""
    shared = frozenset(each.workspace_id for each in happened if each.owner_id is None)
    owners = frozenset(each.owner_id for each in happened)

    def is_for(to: Looker) -> bool:
        return to.actor.workspace_id in shared or (
            to.actor.member_id is not None and to.actor.member_id in owners
        )

    return [Piece("views", {}, is_for)]


VIEWS = Topic("views", VIEW_EVENTS, _draw, is_counted=True)
