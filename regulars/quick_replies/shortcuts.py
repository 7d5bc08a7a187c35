"""Shortcuts: what is typed after the slash. Letters and figures of any script. Pure."""

from __future__ import annotations

import unicodedata

from regulars.tags.names import LONGEST_WRITTEN, clean_name, fold_name

LENGTH = 32
_SIGNS = frozenset("-_.")


def clean_shortcut(written: str) -> str:
    """Without the slash that people write before it."""
    return clean_name(written).removeprefix("/")


def fold_shortcut(written: str) -> str:
    return fold_name(clean_shortcut(written))


def fold_words(text: str) -> list[str]:
    """As they are searched: letters taken apart, so that a Korean syllable half written finds what it may become.

    Word by word: what is longer than any name is not put in order (``tags.names``).
    """
    folded = (fold_name(word) for word in text.split())
    return [
        unicodedata.normalize("NFKD", word) if len(word) <= LONGEST_WRITTEN else word
        for word in folded
        if word
    ]


def is_shortcut(text: str) -> bool:
    return 1 <= len(text) <= LENGTH and all(map(_fits, text)) and unicodedata.category(text[0])[0] in "LN"


def _fits(letter: str) -> bool:
    return letter in _SIGNS or unicodedata.category(letter)[0] in "LMN"
