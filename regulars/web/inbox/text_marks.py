"""WhatsApp's text marks as HTML: *bold*, _italic_, ~strike~, ```mono```, `code`, and links. Pure.

Marks count only around words and within one line, as on the phone; they may stand in each other and around links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from regulars.web.inbox.text_links import Link, find_links, is_unspaced, trimmed

_TAGS = {"*": "strong", "_": "i", "~": "s"}
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_SIGNS = re.compile(r"[*_~]")
_MARKS_OR_LINKS = re.compile(r"[*_~]|https?://", re.IGNORECASE)


def marked(text: str) -> SafeString:
    parts: list[str] = []
    end = 0
    for match in _CODE.finditer(text):
        parts.append(_lines(text[end : match.start()]))
        parts.append(f"<code>{escape(match[1] or match[2])}</code>")
        end = match.end()
    parts.append(_lines(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 -- every piece is escaped


def _lines(text: str) -> str:
    if _MARKS_OR_LINKS.search(text) is None:
        return escape(text)
    return "\n".join(_Line(line).as_html() for line in text.split("\n"))


@dataclass(slots=True)
class _Line:
    """One line on its way to HTML: pieces, and the marks among them that wait for their end."""

    text: str
    pieces: list[str] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    """mark -> the piece that is it, in the order in which they were opened"""

    def as_html(self) -> str:
        at = 0
        for link in find_links(self.text):
            self._read(at, link.start)
            exact = trimmed(self.text, link, self.opened)
            self.pieces.append(_anchor(self.text, exact))
            at = exact.end
        self._read(at, len(self.text))
        return "".join(self.pieces)

    def _read(self, start: int, end: int) -> None:
        for match in _SIGNS.finditer(self.text, start, end):
            self._add(start, match.start())
            self._take_mark(match[0], match.start())
            start = match.end()
        self._add(start, end)

    def _add(self, start: int, end: int) -> None:
        if start < end:
            self.pieces.append(escape(self.text[start:end]))

    def _take_mark(self, mark: str, at: int) -> None:
        before, after = self.text[at - 1 : at] if at else "", self.text[at + 1 : at + 2]
        if mark not in (before, after):
            if mark in self.opened and not before.isspace() and not _is_word(after):
                self._close(mark)
                return
            if mark not in self.opened and after and not after.isspace() and not _is_word(before):
                self.opened[mark] = len(self.pieces)
        self.pieces.append(mark)

    def _close(self, mark: str) -> None:
        """What was opened inside and did not end stays a sign."""
        place = self.opened[mark]
        self.pieces[place] = f"<{_TAGS[mark]}>"
        self.pieces.append(f"</{_TAGS[mark]}>")
        self.opened = {each: at for each, at in self.opened.items() if at < place}


def _is_word(letter: str) -> bool:
    return letter.isalnum() and not is_unspaced(letter)


def _anchor(line: str, link: Link) -> str:
    address = escape(line[link.start : link.end])
    return f'<a href="{address}" class="isolate" target="_blank" rel="noopener noreferrer nofollow">{address}</a>'
