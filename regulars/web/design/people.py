"""How a person is drawn without a picture: initials and one of eight quiet tones."""

from __future__ import annotations

import unicodedata
from zlib import crc32

TONE_COUNT = 8


def initials_of(name: str) -> str:
    """Up to two letters: of the first and the last word; one for scripts without capitals.

    A name without letters (a phone number) has none; the caller draws an icon then.
    """
    words = [word for word in (_letters(part) for part in name.split()) if word]
    if not words:
        return ""
    first = words[0][0]
    if len(words) == 1 or not first.upper().isupper():
        return first.upper()
    return (first + words[-1][0]).upper()


def tone_of(seed: str) -> int:
    return crc32(seed.encode()) % TONE_COUNT


def _letters(word: str) -> str:
    return "".join(letter for letter in word if unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lo"})
