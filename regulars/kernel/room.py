"""Whether what was last to be stored found room, as this process remembers it: asking the disk would mean writing."""

from __future__ import annotations

from time import monotonic

REMEMBERED = 60.0
"""seconds; who keeps requests away from us because of it would else keep us from noticing that there is room again"""


class Room:
    """Told by whoever stores; asked by health."""

    def __init__(self) -> None:
        self._refused_at: float | None = None

    def note_refused(self) -> None:
        self._refused_at = monotonic()

    def note_stored(self) -> None:
        self._refused_at = None

    def problem(self) -> str:
        if self._refused_at is None or (past := monotonic() - self._refused_at) > REMEMBERED:
            return ""
        return f"the database had no room for what came in {int(past)} s ago; make room on its disk"


ROOM = Room()
"""of this process"""
