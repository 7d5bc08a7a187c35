"""Whether anything of a text can be seen, and in which direction it reads. Pure."""

from __future__ import annotations

from unicodedata import bidirectional, category

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_UNSEEN_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0"  # joiners, fillers and the empty Braille sign
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""what Unicode calls ignorable by default though its category is one of letters, marks or symbols"""
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def is_invisible(text: str) -> bool:
    return bool(text) and all(_is_unseen(letter) for letter in text)


def _is_unseen(letter: str) -> bool:
    return category(letter) in _UNSEEN_CATEGORIES or letter in _UNSEEN_LETTERS


def direction_at_end(text: str) -> str:
    """``ltr`` or ``rtl``: how the last paragraph reads that has a letter; empty when none has."""
    for paragraph in reversed(text.split("\n")):
        for letter in paragraph:
            direction = _DIRECTIONS.get(bidirectional(letter))
            if direction:
                return direction
    return ""
