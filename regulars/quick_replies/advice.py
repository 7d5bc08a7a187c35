"""What one would say to somebody who writes a long text, or one full of emoji. It never stands in the way. Pure.

Counted is what a reader sees: a flag, a family or a Thai letter with its marks is one character.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

MANY_CHARACTERS = 160
MANY_EMOJI = 2
_CHARACTER = r"\X"
_EMOJI = (
    r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3"
)


@dataclass(frozen=True, slots=True)
class Advice:
    kind: Literal["long", "many_emoji"]
    count: int
    advised: int
    """up to which nobody would say anything"""


def advise(text: str) -> list[Advice]:
    counts = (
        ("long", count_characters(text), MANY_CHARACTERS),
        ("many_emoji", count_emoji(text), MANY_EMOJI),
    )
    return [Advice(kind, count, advised) for kind, count, advised in counts if count > advised]  # type: ignore[arg-type]


def count_characters(text: str) -> int:
    return sum(1 for _each in _compiled(_CHARACTER).finditer(text.strip()))


def count_emoji(text: str) -> int:
    emoji = _compiled(_EMOJI)
    return sum(1 for each in _compiled(_CHARACTER).finditer(text) if emoji.match(each[0]))


@cache
def _compiled(pattern: str) -> Any:
    import regex  # nine megabytes of tables, for whoever asks for advice first

    return regex.compile(pattern)
