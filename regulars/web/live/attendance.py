"""Whoever has a screen open is there: noted when it opens, and every half minute (``workspaces.availability``)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from time import monotonic
from uuid import UUID

from django.db import InterfaceError, OperationalError

from regulars.workspaces.access import Actor
from regulars.workspaces.availability import SEEN_IS_NOTED_EVERY, note_here

logger = logging.getLogger(__name__)

Ask = Callable[..., Awaitable[None]]
"""runs a question where it may wait for the database"""


class Attendance:
    """Of the screens of this process."""

    def __init__(self) -> None:
        self._noted_at = monotonic()

    async def note(self, ask: Ask, actors: Collection[Actor]) -> None:
        """What is not noted now is with the next round: nobody loses a stream by it."""
        members: set[UUID] = {actor.member_id for actor in actors if actor.member_id}
        try:
            await ask(note_here, members)
        except (OperationalError, InterfaceError) as error:
            logger.warning("live: presence was not noted", extra={"error": type(error).__name__})

    async def note_sometimes(self, ask: Ask, actors: Collection[Actor]) -> None:
        if monotonic() - self._noted_at >= SEEN_IS_NOTED_EVERY.total_seconds():
            self._noted_at = monotonic()
            await self.note(ask, actors)
