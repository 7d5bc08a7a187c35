"""What a person's story is made of. All people, shops and orders are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Line = str | dict[str, Any]
"""A text, or a message as ``inbound.write`` takes it; ``{"react": "👍"}`` reacts to the last answer,
``{"call": 95}`` rings and, when it is not 0, talks for so many seconds."""
Turn = list[Line]


@dataclass(frozen=True, slots=True)
class Story:
    """One person and their dialog.

    The person opens with ``opening``, gives ``turns`` one after another as the business answers, closes with
    ``thanks`` once, and comes back with ``later`` topics from time to time. ``asides`` answer a word of the business
    when one of the keys occurs in it, each once, before the next turn.
    """

    person: dict[str, Any]
    number: int
    """Which of the business's numbers the person writes to: 0 or 1."""
    opening: Turn
    turns: list[Turn]
    thanks: Turn
    later: list[Turn]
    asides: dict[str, Turn] = field(default_factory=dict)
    taps: int = 0
    """Which button the person prefers when offered some."""
