"""What is looked for in texts: terms, all of which must occur. Pure.

Tokens (``tokens``) only say where to look. Here is decided what counts as found, and which stretches of the text as it
was written are shown as found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from regulars.search.folding import MARKS, UNSPACED, Folded, fold, fold_with_places
from regulars.search.tokens import BEGINS, BETWEEN_DIGITS, Piece, pieces_of, tokens_to_find

WHOLE_NUMBER_DIGITS = 10
"""from so many digits on a text is a whole number and not a part of one"""
LEAST_PHONE_DIGITS = 7
SUBSCRIBER_DIGITS = 8
"""the last ones, which spellings share that differ in country code, trunk zero, or Brazil's ninth digit"""
MOST_SHOWN = 20
"""places of a term that are shown in one text"""
_NO_LETTER_BEFORE = f"(?<![^\\W\\d_{UNSPACED}])(?<![{MARKS}])"
_NO_LETTER_BEHIND = f"(?![^\\W\\d_{UNSPACED}]|[{MARKS}])"
_BETWEEN = f"(?:[^\\w{MARKS}]|_)"


class Stretch(NamedTuple):
    """From a place of a text to another, in its letters."""

    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """A word, a part of one, or a phrase in quotes, as somebody wrote it."""

    written: str
    is_phrase: bool = False

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """None where nothing can be looked for, as in a full stop. Of a phone number what all its writings share."""
        found = tuple(pieces_of(fold(self.written)))
        if len(found) == 1 and found[0].kind == "number" and _is_phone(self.written, found[0].text):
            return (Piece("number", shared_digits(found[0].text)),)
        return found

    @cached_property
    def tokens(self) -> frozenset[str]:
        """What each text has in which the term is found."""
        found = {token for piece in self.pieces for token in tokens_to_find(piece)}
        if self.is_phrase:
            found |= {BEGINS + piece.text[:2] for piece in self.pieces if piece.kind == "word"}
        return frozenset(found)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Of a folded text."""
        written = [_pattern_of(piece, is_whole=self.is_phrase) for piece in self.pieces]
        gaps = [_gap(one, other) for one, other in zip(self.pieces, self.pieces[1:], strict=False)]
        return re.compile("".join(f"{each}{gap}" for each, gap in zip(written, [*gaps, ""], strict=True)))

    @property
    def as_number(self) -> str:
        """The digits to look for among numbers; empty for what is none."""
        if len(self.pieces) != 1 or self.pieces[0].kind != "number":
            return ""
        return shared_digits(self.pieces[0].text)


def _is_phone(written: str, digits: str) -> bool:
    """And no order number, which is looked for as it is."""
    return len(digits) >= LEAST_PHONE_DIGITS and written.lstrip().startswith(("+", "0", "(", "＋"))


def shared_digits(digits: str) -> str:
    if len(digits) >= WHOLE_NUMBER_DIGITS:
        return digits[-SUBSCRIBER_DIGITS:]
    return digits.lstrip("0") or digits


def digits_of(number: str) -> str:
    """An address as it is looked for: of a number its digits, of an id its letters, in one row."""
    return "".join(letter for letter in number if letter.isalnum())


def terms_in(written: Iterable[Term]) -> list[Term]:
    """Those that can be looked for."""
    return [term for term in written if term.pieces]


def _pattern_of(piece: Piece, *, is_whole: bool) -> str:
    if piece.kind == "number":
        digits = BETWEEN_DIGITS.join(piece.text)
        return digits if len(piece.text) > 2 else f"(?<![0-9]){digits}"
    text = re.escape(piece.text)
    if piece.kind != "word":
        return text
    if is_whole:
        return f"{_NO_LETTER_BEFORE}{text}{_NO_LETTER_BEHIND}"
    return text if len(piece.text) > 2 else f"{_NO_LETTER_BEFORE}{text}"


def _gap(one: Piece, other: Piece) -> str:
    """What may stand between two pieces: what stands between words, or nothing where letters and digits meet."""
    least = 1 if one.kind == other.kind and one.kind in ("word", "number") else 0
    return f"{_BETWEEN}{{{least},4}}"


def find_in(text: str, terms: Sequence[Term]) -> list[Stretch] | None:
    """Where the terms stand, in order and apart from each other; None unless all of them do."""
    folded = fold(text)
    if any(term.pattern.search(folded) is None for term in terms):
        return None
    return _stretches(fold_with_places(text), [term.pattern for term in terms])


def find_number(text: str, digits: str) -> list[Stretch]:
    pattern = re.compile(BETWEEN_DIGITS.join(digits))
    return _stretches(fold_with_places(text), [pattern])


def _stretches(folded: Folded, patterns: Iterable[re.Pattern[str]]) -> list[Stretch]:
    found: list[Stretch] = []
    for pattern in patterns:
        for place, each in enumerate(pattern.finditer(folded.text)):
            if place == MOST_SHOWN:
                break
            if each.end() > each.start():
                found.append(Stretch(folded.starts[each.start()], folded.ends[each.end() - 1]))
    return joined(found)


def joined(found: Iterable[Stretch]) -> list[Stretch]:
    """In order; those that touch are one."""
    apart: list[Stretch] = []
    for each in sorted(found):
        if apart and each.start <= apart[-1].end:
            apart[-1] = Stretch(apart[-1].start, max(apart[-1].end, each.end))
        else:
            apart.append(each)
    return apart


EXCERPT_LENGTH, BEFORE_FOUND = 180, 50
"""letters of an excerpt, and of what led to the first thing found"""


class Excerpt(NamedTuple):
    """A piece of a text on one line, and which stretches of it were looked for."""

    text: str
    found: list[Stretch]


def excerpt_of(text: str, found: Sequence[Stretch]) -> Excerpt:
    start = _start_of_excerpt(text, found[0].start) if found else 0
    end = _end_of_excerpt(text, start + EXCERPT_LENGTH)
    cut = text[start:end]
    line = "".join(" " if letter.isspace() else letter for letter in cut)
    before = "…" if start else ""
    shift = start - len(before)
    shown = [
        Stretch(max(each.start, start) - shift, min(each.end, end) - shift)
        for each in found
        if each.start < end
    ]
    return Excerpt(
        f"{before}{line}{'…' if end < len(text) else ''}", [each for each in shown if each.end > each.start]
    )


def _start_of_excerpt(text: str, first: int) -> int:
    if first <= BEFORE_FOUND or len(text) <= EXCERPT_LENGTH:
        return 0
    start = first - BEFORE_FOUND
    space = text.find(" ", start, first)
    return space + 1 if space != -1 else _whole_letter(text, start)


def _end_of_excerpt(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - 20, end)
    return space if space != -1 else _whole_letter(text, end)


def _whole_letter(text: str, place: int) -> int:
    """Not between a letter and its marks."""
    while 0 < place < len(text) and re.match(
        f"[{MARKS}\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200d\ufe0f]", text[place]
    ):
        place -= 1
    return place
