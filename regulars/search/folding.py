"""What a text is to a search: one spelling for all that readers take for the same. Pure.

Width, case and accents do not count, nor how a number's digits are written; of Arabic no vowel signs, carriers of hamza
or stretched lines, of Russian no ё and no stress. Thai is left as it is. :func:`fold` is the quick way over a whole
text; :func:`fold_with_places` says besides where each letter comes from, to show it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

_ALIKE = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŧ": "t",
    "ё": "е", "ѐ": "е", "ѝ": "и",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ی": "ي", "ې": "ي",
    "ة": "ه", "ۀ": "ه", "ە": "ه", "ک": "ك",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
}  # fmt: skip
"""letters that readers do not tell apart, or that a keyboard does not have"""
_ACCENTED = ((0x00C0, 0x0250), (0x0370, 0x0400), (0x1E00, 0x2000))
"""Latin and Greek: letters with marks stand for themselves elsewhere, like the й of Cyrillic and the が of kana"""
_SILENT = (
    (0x0300, 0x0370),  # accents that no letter took up
    (0x0591, 0x05BE), (0x05BF, 0x05C0), (0x05C1, 0x05C3), (0x05C4, 0x05C6), (0x05C7, 0x05C8),  # Hebrew points
    (0x0610, 0x061B), (0x0640, 0x0641), (0x064B, 0x0660), (0x0670, 0x0671), (0x06D6, 0x06DD), (0x06DF, 0x06E5),
    (0x06E7, 0x06E9), (0x06EA, 0x06EE),  # Arabic vowel signs, and the stretched line
    (0x00AD, 0x00AE), (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0xFE00, 0xFE10), (0xFEFF, 0xFF00),
    (0xFFF9, 0xFFFC), (0x061C, 0x061D), (0x180B, 0x180F), (0x1F3FB, 0x1F400),  # unseen: joiners, directions, variants
)  # fmt: skip

_LAST_DIGIT = 0x1FC00
"""behind the digits of all scripts"""


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, end in _ACCENTED:
        for point in range(first, end):
            base = unicodedata.normalize("NFD", chr(point))[0]
            if base != chr(point) and base.isalpha():
                table[point] = base
    for first, end in _SILENT:
        table.update(dict.fromkeys(range(first, end), ""))
    for point in range(0x80, _LAST_DIGIT):
        if (digit := unicodedata.decimal(chr(point), None)) is not None:
            table[point] = str(digit)
    table.update({ord(letter): alike for letter, alike in _ALIKE.items()})
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """Folded again, it is the same."""
    if text.isascii():
        return text.lower()
    folded = _fold_once(text)
    while not unicodedata.is_normalized("NFKC", folded) or folded != folded.casefold():
        folded = _fold_once(folded)  # two letters that something silent had stood between
    return folded


def _fold_once(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)


class Folded(NamedTuple):
    """``starts`` and ``ends``: of each folded letter, which stretch of the text it stands for."""

    text: str
    starts: list[int]
    ends: list[int]


def fold_with_places(text: str) -> Folded:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _whole_letters(text):
        folded = _fold_letter(text[start:end])
        letters.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return Folded("".join(letters), starts, ends)


def _whole_letters(text: str) -> Iterator[tuple[int, int]]:
    """A letter with the marks and parts that are written with it."""
    start = 0
    for place in range(1, len(text)):
        if not _goes_on(text[place]):
            yield start, place
            start = place
    if text:
        yield start, len(text)


@cache
def _goes_on(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
        or "\u1160" <= letter <= "\u11ff"  # vowels and endings of a Korean syllable
        or letter in "\uff9e\uff9f"  # voicing of a narrow kana
    )


_fold_letter = lru_cache(maxsize=20_000)(fold)


UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3\u17d7\u17dc-\u17dd"
    "\u1100-\u11ff\u3005-\u3007\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
"""inside a character class: scripts whose words are not told apart by spaces, or whose words are a letter or two: Thai,
Lao, Burmese, Khmer, Korean, Japanese, Chinese"""
SYMBOLS = "\u2190-\u2bff\U0001f000-\U0001faff"
"""inside a character class: a letter of these is a word"""
_WITH_MARKS = ((0x0300, 0x1D00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xA660, 0xAC00), (0xFE20, 0xFE30))


def _marks() -> str:
    """Inside a character class: what is written on or under letters of words, which Python counts to no word."""
    of_runs = re.compile(f"[{UNSPACED}]")
    found = (chr(point) for first, end in _WITH_MARKS for point in range(first, end))
    return "".join(
        letter for letter in found if unicodedata.category(letter)[0] == "M" and not of_runs.match(letter)
    )


MARKS = _marks()
