"""Where links stand in a message's text, also where nothing separates them from the words around. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from unicodedata import category

LONGEST = 2_000
"""characters; what is longer stays text"""

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_BEGINNING = re.compile(rf"(?<![A-Za-z0-9]){_SCHEME.pattern}", re.IGNORECASE)
_NESTED = re.compile(r"(?<![/=?&:#(])https?://", re.IGNORECASE)
"""another link begins here, unless it stands inside the first one's path or query"""
_ASCII = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&()*+,;=%")
_TRAILING = frozenset(".,;:!?")
_BRACKETS = {")": "(", "]": "["}
_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f"  # Myanmar
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul: its particles follow without a space
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff00-\uffef"  # kana, Han, full-width forms
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
    "]"
)
"""letters of languages that write no space after a link: there it ends, as nobody types them into an address"""


class Link(NamedTuple):
    """A link from ``start`` to before ``end``."""

    start: int
    end: int


def find_links(line: str) -> Iterator[Link]:
    """Every link of a line with all that could belong to it; ``trimmed`` cuts the signs that end a sentence."""
    at = 0
    while match := (_SCHEME.match(line, at) if at else None) or _BEGINNING.search(line, at):
        limit = min(len(line), match.start() + LONGEST + 1)
        nested = _NESTED.search(line, match.end(), limit)
        end = at = _end_of(line, match.end(), nested.start() if nested else limit)
        if end > match.end() and end - match.start() <= LONGEST and line[match.end()].isalnum():
            yield Link(match.start(), end)


def is_unspaced(letter: str) -> bool:
    """Whether a letter is of a language that writes words without spaces around, or particles after them."""
    return _UNSPACED.match(letter) is not None


def trimmed(line: str, link: Link, open_marks: Collection[str] = ()) -> Link:
    """The link without signs of the sentence, brackets and text marks that were opened before it."""
    end = link.end
    while end > link.start and _is_around(line, link.start, end, open_marks):
        end -= 1
    return Link(link.start, end)


def _is_around(line: str, start: int, end: int, open_marks: Collection[str]) -> bool:
    last = line[end - 1]
    if last in _BRACKETS:
        return line.count(last, start, end) > line.count(_BRACKETS[last], start, end)
    return last in _TRAILING or last in open_marks or last in _BRACKETS.values()


def _end_of(line: str, at: int, limit: int) -> int:
    """Before the first sign that cannot belong to the link that goes on at ``at``."""
    unspaced_host = is_unspaced(line[at : at + 1])
    in_host = True
    while at < limit:
        letter = line[at]
        if letter in _ASCII:
            in_host = in_host and letter not in "/?#"
        elif (
            letter.isascii()
            or not _is_letter(letter)
            or (is_unspaced(letter) and not (in_host and unspaced_host))
        ):
            break
        at += 1
    return at


def _is_letter(letter: str) -> bool:
    return category(letter)[0] in "LMN"
