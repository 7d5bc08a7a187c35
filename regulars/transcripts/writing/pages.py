"""Lines as PDF, some at a time: each part is a PDF that goes on with the page number where the one before ended."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from regulars.printing.typesetting import typeset, writing_direction
from regulars.transcripts.lines import Line, day_words, time_words
from regulars.transcripts.writing import Head

LAYOUT = Path(__file__).with_name("transcript.typ")
MOST_MARKS = 8
"""upon one letter; no language has as many"""
_UNPRINTED = dict.fromkeys(each for each in range(32) if each not in {9, 10})


def pdf_part(
    lines: Sequence[Line],
    head: Head,
    thumbnails: Mapping[UUID, bytes],
    *,
    first_page: int,
    last_day: str,
) -> bytes:
    """``last_day``: the day line that stands above already; empty at the beginning, where the head is written."""
    names = {media_id: f"{place}.webp" for place, media_id in enumerate(thumbnails)}
    data = {
        "title": _clean(head.title),
        "facts": [[word, _clean(value)] for word, value in head.facts] if first_page == 1 else [],
        "language": head.language,
        "first_page": first_page,
        "lines": [_told(line, names) for line in lines],
        "last_day": last_day,
    }
    return typeset(LAYOUT, data, {names[key]: content for key, content in thumbnails.items()})


def _told(line: Line, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "side": line.side,
        "who": _clean(line.who),
        "day": day_words(line.at),
        "at": time_words(line.at),
        "text": _directed(line.text) if line.text else [],
        "labels": [_clean(each) for each in line.labels],
        "about": _directed("\n".join(line.about)) if line.about else [],
        "quoted": [_clean(line.quoted.who), _clean(line.quoted.text), writing_direction(line.quoted.text)]
        if line.quoted
        else None,
        "reactions": [_clean(each) for each in line.reactions],
        "state": line.state,
        "picture": names.get(line.picture.id) if line.picture else None,
        "is_deleted": line.is_deleted,
    }


def _directed(text: str) -> list[dict[str, str]]:
    return [{"text": each, "dir": writing_direction(each)} for each in _clean(text).split("\n")]


def _clean(text: str) -> str:
    return "".join(_few_marks(text.replace("\r\n", "\n").translate(_UNPRINTED)))


def _few_marks(text: str) -> Iterator[str]:
    """Marks piled upon one letter stop at some height: setting thousands of them takes minutes and megabytes."""
    if text.isascii():
        yield text
        return
    height = 0
    for letter in text:
        height = height + 1 if unicodedata.category(letter).startswith("M") else 0
        if height <= MOST_MARKS:
            yield letter
