"""What of a text is kept to find it by, and what of a query is looked up. Pure.

A text is a row of pieces: words, runs of a script without spaces, numbers, symbols. What is kept of a piece (its
tokens) is chosen so that each part of it that people look for can be found by equality alone, so that tokens can be
kept as hashes, too:

- of a word every three letters in a row, and its first and its first two: any part of three letters, any beginning;
- of a run every letter, and every two in a row: any part;
- of a number, however it is set (``+49 (171) 555-12``), as of a word: its groups begin, its digits are one row.

Tokens say where a text may be found and no more: whoever has the text looks at it (``terms``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from regulars.search.folding import MARKS, SYMBOLS, UNSPACED, fold

LONGEST_TEXT = 20_000
"""letters of a text that are kept to find it by"""
BEGINS = "^"
"""before the first letters of a word or a number, among tokens"""
SEPARATORS = r"[ \-./(),+:']"
BETWEEN_DIGITS = f"{SEPARATORS}{{0,2}}"
"""what may stand between two digits of one number"""
LETTER = f"(?:[^\\W\\d_{UNSPACED}]|[{MARKS}])"
_PIECES = re.compile(
    f"(?P<number>[0-9]+(?:{SEPARATORS}{{1,2}}[0-9]+)*)|(?P<run>[{UNSPACED}]+)|(?P<word>{LETTER}+)|(?P<symbol>[{SYMBOLS}])"
)
_GROUPS = re.compile("[0-9]+")


class Piece(NamedTuple):
    """``kind``: word, run, number or symbol; ``text`` is folded, of a number its digits; ``groups``: as it was set."""

    kind: str
    text: str
    groups: tuple[str, ...] = ()


def pieces_of(folded: str) -> Iterator[Piece]:
    for found in _PIECES.finditer(folded):
        kind = found.lastgroup or ""
        if kind == "number":
            groups = tuple(_GROUPS.findall(found[0]))
            yield Piece(kind, "".join(groups), groups)
        else:
            yield Piece(kind, found[0])


def tokens_of(text: str) -> set[str]:
    """Everything that is kept of a text."""
    tokens: set[str] = set()
    for found in _PIECES.finditer(fold(text[:LONGEST_TEXT])):
        kind, piece = found.lastgroup, found[0]
        if kind == "word":
            tokens.update((BEGINS + piece[0], BEGINS + piece[:2]))
            tokens.update(piece[place : place + 3] for place in range(len(piece) - 2))
        elif kind == "run":
            tokens.update(piece)
            tokens.update(piece[place : place + 2] for place in range(len(piece) - 1))
        elif kind == "number":
            groups = _GROUPS.findall(piece)
            digits = "".join(groups)
            at = 0
            for group in groups:  # of one digit, too, the two that follow each other
                tokens.update((BEGINS + group[0], BEGINS + digits[at : at + 2]))
                at += len(group)
            tokens.update(digits[place : place + 3] for place in range(len(digits) - 2))
        else:
            tokens.add(piece)
    return tokens


def tokens_to_find(piece: Piece) -> Iterator[str]:
    """What every text has that a part of a word, a run or a number is found in."""
    text = piece.text
    match piece.kind:
        case "run" | "symbol":
            yield from (text[place : place + 2] for place in range(len(text) - 1)) if len(text) > 1 else text
        case _ if len(text) > 2:
            yield from (text[place : place + 3] for place in range(len(text) - 2))
        case _:
            yield BEGINS + text
