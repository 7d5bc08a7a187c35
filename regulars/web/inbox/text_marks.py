"""WhatsApp's text marks as HTML: *bold*, _italic_, ~strike~, ```mono```, `code`, lists, quotes, and links. Pure.

Marks count only around words and within one line, as on the phone; they may stand in each other and around links.
Lines that begin with ``* ``, ``- `` or ``1. `` are items of a list, those that begin with ``> `` a quote.

A text becomes *parts*: plain strings are what somebody wrote and are escaped when the parts are joined;
markup is a ``SafeString`` out of the few below. There is no other way into the HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from regulars.web.inbox.text_links import Link, find_links, is_unspaced, trimmed

_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_SIGNS = re.compile(r"[*_~]")
_MARKS = re.compile(r"[*_~`]")
_TAG = re.compile(r"<[^>]*>")
_BLOCK = re.compile(r"(?:(?P<quote>>)|(?P<bullet>[*-])|(?P<number>0|[1-9][0-9]{0,2})\.) (?=\S)")
_LINKS = r"https?://|\w\.\w|@"
_MARKS_OR_LINKS = re.compile(rf"[*_~`]|^(?:>|-|[0-9]{{1,3}}\.) |{_LINKS}", re.IGNORECASE | re.MULTILINE)
_ANCHOR = '<a href="{}" class="isolate" target="_blank" rel="noopener noreferrer nofollow">{}</a>'


def _element(name: str) -> tuple[SafeString, SafeString]:
    return SafeString(f"<{name}>"), SafeString(f"</{name.partition(' ')[0]}>")


_TAGS = {"*": _element("strong"), "_": _element("i"), "~": _element("s")}
_CODE_TAGS = _element("code")
_BLOCK_TAGS = {
    "quote": _element('blockquote dir="auto"'),
    "bullet": _element('ul dir="auto"'),
    "number": _element('ol dir="auto"'),
}
_ITEM, _ITEM_END = _element("li")


def marked(text: str) -> SafeString:
    if _MARKS_OR_LINKS.search(text) is None:
        return escape(text)
    return _joined(_parts_of(text))


def without_marks(text: str) -> str:
    """Plain text: what stands between marks, without them; an item of a list or a quote keeps its beginning."""
    return "\n".join(map(_line_without_marks, text.splitlines())) if _MARKS.search(text) else text


def _line_without_marks(line: str) -> str:
    block = _BLOCK.match(line)
    start = block.end() if block else 0
    return line[:start] + html.unescape(_TAG.sub("", marked(line[start:])))


def linked(text: str) -> SafeString:
    return _joined(_read_links(text))


def _joined(parts: Sequence[str]) -> SafeString:
    """Only markup is taken as it is: of two pieces of text, added together, none is a ``SafeString`` any more."""
    return SafeString("".join(part if type(part) is SafeString else html.escape(part) for part in parts))


class _Line(NamedTuple):
    """A line from ``start`` to before ``end`` of a text; code within it may hold line breaks."""

    start: int
    end: int
    codes: list[re.Match[str]]
    block: re.Match[str] | None

    @property
    def kind(self) -> str:
        return (self.block.lastgroup or "") if self.block else ""


def _parts_of(text: str) -> list[str]:
    parts: list[str] = []
    for kind, lines in groupby(_lines_of(text), key=lambda line: line.kind):
        if not kind:
            for line in lines:
                parts += _Inline(text).read(line.start, line)
                parts += text[line.end : line.end + 1]
            continue
        opened, closed = _BLOCK_TAGS[kind]
        parts.append(opened)
        for line in lines:
            parts += _block_line(text, line)
            parts += text[line.end : line.end + 1]  # within the block, where it shows as no empty line
        parts.append(closed)
    return parts


def _block_line(text: str, line: _Line) -> list[str]:
    inside = _Inline(text).read(line.block.end() if line.block else line.start, line)
    if line.kind == "quote":
        return inside
    number = line.block["number"] if line.block else ""
    return [format_html('<li value="{}">', number) if number else _ITEM, *inside, _ITEM_END]


def _lines_of(text: str) -> Iterator[_Line]:
    start = at = 0
    codes: list[re.Match[str]] = []
    for code in (*_CODE.finditer(text), None):
        while (cut := text.find("\n", at, code.start() if code else len(text))) >= 0:
            yield _Line(start, cut, codes, _BLOCK.match(text, start, cut))
            start, codes = cut + 1, []
            at = start
        if code:
            codes.append(code)
            at = code.end()
    yield _Line(start, len(text), codes, _BLOCK.match(text, start))


@dataclass(slots=True)
class _Inline:
    """One line on its way to HTML: parts, and the marks among them that wait for their end."""

    text: str
    parts: list[str] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    """mark -> the part that is it, in the order in which they were opened"""

    def read(self, start: int, line: _Line) -> list[str]:
        for code in line.codes:
            self._read_links(start, code.start())
            self.parts += [_CODE_TAGS[0], code[1] or code[2], _CODE_TAGS[1]]
            start = code.end()
        self._read_links(start, line.end)
        return self.parts

    def _read_links(self, start: int, end: int) -> None:
        for link in find_links(self.text, start, end):
            self._read_marks(start, link.start)
            exact = trimmed(self.text, link, self.opened)
            self.parts.append(_anchor(self.text, exact))
            start = exact.end
        self._read_marks(start, end)

    def _read_marks(self, start: int, end: int) -> None:
        for match in _SIGNS.finditer(self.text, start, end):
            self.parts.append(self.text[start : match.start()])
            self._take_mark(match[0], match.start())
            start = match.end()
        self.parts.append(self.text[start:end])

    def _take_mark(self, mark: str, at: int) -> None:
        before, after = self.text[at - 1 : at] if at else "", self.text[at + 1 : at + 2]
        if mark not in (before, after):
            if mark in self.opened and not before.isspace() and not _is_word(after):
                self._close(mark)
                return
            if mark not in self.opened and after and not after.isspace() and not _is_word(before):
                self.opened[mark] = len(self.parts)
        self.parts.append(mark)

    def _close(self, mark: str) -> None:
        """What was opened inside and did not end stays a sign."""
        place = self.opened[mark]
        self.parts[place], end = _TAGS[mark]
        self.parts.append(end)
        self.opened = {each: at for each, at in self.opened.items() if at < place}


def _read_links(text: str) -> list[str]:
    parts, start = [], 0
    for link in find_links(text):
        exact = trimmed(text, link)
        parts += [text[start : exact.start], _anchor(text, exact)]
        start = exact.end
    return [*parts, text[start:]]


def _is_word(letter: str) -> bool:
    return letter.isalnum() and not is_unspaced(letter)


def _anchor(text: str, link: Link) -> SafeString:
    return format_html(_ANCHOR, link.address_in(text), text[link.start : link.end])
