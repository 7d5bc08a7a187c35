"""What tags need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from regulars.tags import counting


def compact_uses() -> int:
    return counting.compact_uses()
