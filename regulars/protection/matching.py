"""Whether something that was said has a sensitive word in it. Pure.

Case, width and ways to write a letter make no difference. In scripts that write words apart a word counts from its
beginning: ``contract`` is in "contracts" and not in "subcontract"; endings of Russian go. In the others, as Thai and
Korean, it counts anywhere. What only looks like one is passed over (``words.LOOK_ALIKES``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from regulars.protection.words import LOOK_ALIKES

LONGEST_WORD, SHORTEST_WORD = 60, 2
_ENDINGS = "аеиоуыэюяьй"
_SHORTEST_STEM = 4
_APART = re.compile(r"[a-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f]")
"""Latin, Greek and Cyrillic letters, as they are after folding"""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Watch:
    """What a workspace looks for."""

    stems: tuple[str, ...]
    pattern: re.Pattern[str] | None

    def covers(self, *texts: str) -> bool:
        """Texts without any of the stems, which is nearly all, cost a look for each."""
        return self.pattern is not None and any(map(self._is_in, texts))

    def _is_in(self, text: str) -> bool:
        if not text:
            return False
        folded = fold(text)
        if self.pattern is None or not any(stem in folded for stem in self.stems):
            return False
        return any(found["word"] for found in self.pattern.finditer(folded))


NO_WATCH = Watch((), None)


def fold(text: str) -> str:
    """As words are compared: one space between any, no case, no width, and ``ё`` is ``е``."""
    folded = (
        text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    )
    return _SPACES.sub(" ", folded)


def watch_for(words: Mapping[str, Iterable[str]]) -> Watch:
    return _compiled(tuple(sorted({word for each in words.values() for word in each})))


@lru_cache(maxsize=256)
def _compiled(words: tuple[str, ...]) -> Watch:
    stems = tuple(dict.fromkeys(filter(None, map(stem_of, words))))
    if not stems:
        return NO_WATCH
    apart = [re.escape(each) for each in stems if _APART.match(each)]
    anywhere = [re.escape(each) for each in stems if not _APART.match(each)]
    parts = [*([rf"(?<!\w)(?:{'|'.join(apart)})"] if apart else []), *anywhere]
    others = "|".join(re.escape(fold(each)) for each in LOOK_ALIKES if fold(each) not in stems)
    return Watch(stems, re.compile(f"(?:{others})|(?P<word>{'|'.join(parts)})"))


def stem_of(word: str) -> str:
    """What a text must have for ``word`` to be in it; '' for a word of nothing."""
    folded = fold(word).strip()
    stem = folded.rstrip(_ENDINGS) if folded and "\u0400" <= folded[-1] <= "\u052f" else folded
    return stem if len(stem) >= _SHORTEST_STEM else folded


def texts_in(value: Any) -> Iterator[str]:
    """Everything that is said somewhere in JSON; names of fields are not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
