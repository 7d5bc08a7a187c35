"""A screen that follows what happens, as the hub knows it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from regulars.web.live.door import Viewer
from regulars.workspaces.sight import Sight, sight_of

QUEUE_LIMIT = 500


@dataclass(eq=False, slots=True)
class Screen:
    viewer: Viewer
    topics: frozenset[str]
    subject: UUID | None = None
    """the conversation that is open on it"""
    opened_at: float = field(default_factory=monotonic)
    has_ended: bool = False
    """nothing more is given to it, whatever is on its way"""
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    news: list[bytes] | None = None
    """what came up while the screen is still to be told what it missed: that was drawn earlier and goes first"""

    @property
    def sight(self) -> Sight:
        return sight_of(self.viewer.actor)
