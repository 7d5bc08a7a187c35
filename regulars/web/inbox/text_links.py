"""Where links stand in a message's text, also where nothing separates them from the words around. Pure.

Written by hand: linkify-it-py misses or widens links in text without spaces, and takes ``thanks.it works`` and
``readme.md`` for addresses (docs/decisions/text-marks.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from unicodedata import category
from urllib.parse import quote

from regulars.web.inbox.link_endings import may_be_written_alone, may_have_a_path, may_receive_mail

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
_MAYBE = re.compile(r"[a-z0-9а-яёіїєґў]\.[a-zа-яёіїєґў]|@", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9._%+@-]+|[0-9А-Яа-яЁІЇЄҐЎёіїєґў.-]+")
"""what may be an address without a scheme, with the signs around it"""
_HOST = re.compile(r"(?:(?!-)[a-z0-9а-яёіїєґў-]{1,63}(?<!-)\.)+(?!-)[a-zа-яёіїєґў]{2,24}", re.IGNORECASE)
_LONGEST_HOST = 253
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}")
_PORT = re.compile(r":[0-9]{2,5}(?![0-9])")
_NEVER_BEFORE = frozenset("/\\=#&?$%")
"""signs after which a word is part of a path, a query or a tag"""


class Link(NamedTuple):
    """A link from ``start`` to before ``end``; ``prefix`` is what its address begins with and nobody wrote."""

    start: int
    end: int
    prefix: str = ""

    def address_in(self, text: str) -> str:
        written = text[self.start : self.end]
        return self.prefix + (quote(written, safe="@+") if self.prefix == "mailto:" else written)


def find_links(text: str, start: int = 0, stop: int | None = None) -> Iterator[Link]:
    """Every link of a line with all that could belong to it; ``trimmed`` cuts the signs that end a sentence."""
    stop = len(text) if stop is None else stop
    at = begun = start
    while match := (_SCHEME.match(text, at, stop) if at > start else None) or _BEGINNING.search(
        text, at, stop
    ):
        limit = min(stop, match.start() + LONGEST + 1)
        nested = _NESTED.search(text, match.end(), limit)
        end = at = _end_of(text, match.end(), nested.start() if nested else limit)
        if end > match.end() and end - match.start() <= LONGEST and text[match.end()].isalnum():
            yield from _without_scheme(text, begun, match.start())
            yield Link(match.start(), end)
            begun = end
    yield from _without_scheme(text, begun, stop)


def is_unspaced(letter: str) -> bool:
    """Whether a letter is of a language that writes words without spaces around, or particles after them."""
    return _UNSPACED.match(letter) is not None


def trimmed(text: str, link: Link, open_marks: Collection[str] = ()) -> Link:
    """The link without signs of the sentence, brackets and text marks that were opened before it."""
    end = link.end
    while end > link.start and _is_around(text, link.start, end, open_marks):
        end -= 1
    return link._replace(end=end)


def _is_around(text: str, start: int, end: int, open_marks: Collection[str]) -> bool:
    last = text[end - 1]
    if last in _BRACKETS:
        return text.count(last, start, end) > text.count(_BRACKETS[last], start, end)
    return last in _TRAILING or last in open_marks or last in _BRACKETS.values()


def _end_of(text: str, at: int, limit: int, *, in_host: bool = True) -> int:
    unspaced_host = is_unspaced(text[at : at + 1])
    while at < limit:
        letter = text[at]
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


def _without_scheme(text: str, start: int, stop: int) -> Iterator[Link]:
    """Mail addresses, and addresses of pages as people write them: ``example.co.kr/path``, ``www.example.de``."""
    at = start
    if _MAYBE.search(text, start, stop) is None:
        return
    while match := _WORD.search(text, at, stop):
        at = match.end()
        link = (
            (_mail(text, match) if "@" in match[0] else _page(text, match, stop))
            if len(match[0]) > 3
            else None
        )
        if link is not None:
            yield link
            at = max(at, link.end)


def _mail(text: str, match: re.Match[str]) -> Link | None:
    word = match[0].strip("._%+-")
    mailbox, _sign, host = word.partition("@")
    if not _stands_alone(text, *match.span()):
        return None
    if not (_MAILBOX.fullmatch(mailbox) and _is_host(host) and may_receive_mail(_ending(host))):
        return None
    start = match.start() + match[0].index(word)
    return Link(start, start + len(word), "mailto:")


def _page(text: str, match: re.Match[str], stop: int) -> Link | None:
    host = match[0].strip("._-")
    if "." not in host or not _is_host(host) or not _stands_alone(text, *match.span()):
        return None
    start = match.start() + match[0].index(host)
    port = _PORT.match(text, start + len(host), stop)
    end = port.end() if port else start + len(host)
    following, labels = text[end : min(end + 1, stop)], host.split(".")
    if not may_be_written_alone(labels) and not (following == "/" and may_have_a_path(labels)):
        return None
    if following and following in "/?#":
        end = _end_of(text, end, min(stop, start + LONGEST), in_host=False)
    return Link(start, end, "http://")


def _is_host(word: str) -> bool:
    return len(word) <= _LONGEST_HOST and _HOST.fullmatch(word) is not None


def _ending(host: str) -> str:
    return host.rpartition(".")[2].lower()


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not (before in _NEVER_BEFORE or _goes_on(before) or _goes_on(after) or after == "\\")


def _goes_on(letter: str) -> bool:
    return bool(letter) and letter.isalnum() and not is_unspaced(letter)
