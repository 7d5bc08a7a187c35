"""Which kinds of notifications come by which ways, and when it is quiet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

KINDS = ("assigned", "mention", "reply", "service_level")
"""assigned to them, somebody mentions them, the contact of a conversation of theirs wrote, an
answer that was promised there is nearly due, or late"""
WAYS = ("badge", "sound", "desktop", "push", "mail")
"""counted at the bell and on the app's icon; a sound; shown by the browser while its page is hidden; sent to browsers
that have no page open; in the mail that tells of what was not seen for long"""
LOUD = frozenset({"sound", "desktop", "push"})
"""what disturbs: not while it is quiet"""
USUAL: Mapping[str, frozenset[str]] = {
    "assigned": frozenset({"badge"}),
    "mention": frozenset({"badge", "sound", "desktop", "push"}),
    "reply": frozenset({"badge", "sound", "desktop", "push"}),
    "service_level": frozenset({"badge"}),
}
_BADGE = frozenset({"badge"})
PRESETS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "usual": USUAL,
    "everything": dict.fromkeys(KINDS, frozenset({"badge", "sound", "desktop", "push"})),
    "mentions": {**dict.fromkeys(KINDS, _BADGE), "mention": USUAL["mention"]},
    "quiet": dict.fromkeys(KINDS, _BADGE),
}
"""choices of all kinds at once"""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when until when it is quiet each day, by the member's clock; past midnight when it ends earlier."""

    start: time
    end: time

    def holds(self, at: datetime, time_zone: str) -> bool:
        local = at.astimezone(ZoneInfo(time_zone)).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True)
class Choice:
    """What one member wants to be told, and how."""

    levels: Mapping[str, frozenset[str]] = field(default_factory=lambda: USUAL)
    quiet: Quiet | None = None
    is_private: bool = False
    """what leaves the house names nobody and repeats no words"""
    time_zone: str = "UTC"
    is_off_duty: bool = False
    """as they said themselves: like quiet hours, until they are back"""

    @property
    def preset(self) -> str:
        """Empty for a choice of their own."""
        return next((name for name, levels in PRESETS.items() if levels == self.levels), "")

    def ways(self, kind: str, at: datetime) -> frozenset[str]:
        chosen = self.levels.get(kind, USUAL.get(kind, frozenset()))
        if self.is_off_duty or (self.quiet and self.quiet.holds(at, self.time_zone)):
            return chosen - LOUD
        return chosen


def read_levels(kept: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """What is kept of a choice, with the usual where nothing was chosen; unknown words are passed over."""
    return {kind: frozenset(WAYS) & frozenset(kept[kind]) if kind in kept else USUAL[kind] for kind in KINDS}
