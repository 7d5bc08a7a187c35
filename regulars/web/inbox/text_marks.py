"""WhatsApp's text marks as HTML: *bold*, _italic_, ~strike~, ```mono```, `code`, and links. Pure."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_MARKS = (("*", "strong"), ("_", "i"), ("~", "s"))
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LINK = re.compile(r"\bhttps?://[^\s<>\"']{2,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»”’'\""


def marked(text: str) -> SafeString:
    """Safe HTML of a message's text. Marks count only around words and within one line, as on the phone."""
    parts: list[str] = []
    end = 0
    for match in _CODE.finditer(text):
        parts.append(_linked(text[end : match.start()]))
        parts.append(f"<code>{escape(match[1] or match[2])}</code>")
        end = match.end()
    parts.append(_linked(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 -- every piece is escaped


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_TRAILING)
        parts.append(_with_marks(text[end : match.start()]))
        parts.append(
            f'<a href="{escape(address)}" class="isolate" target="_blank" rel="noopener noreferrer nofollow">'
            f"{escape(address)}</a>"
        )
        end = match.start() + len(address)
    parts.append(_with_marks(text[end:]))
    return "".join(parts)


def _with_marks(text: str) -> str:
    html = str(escape(text))
    for mark, tag in _MARKS:
        sign = re.escape(mark)
        html = re.sub(
            rf"(?<![\w{sign}]){sign}(?=\S)([^\n{sign}]*[^\s{sign}]){sign}(?![\w{sign}])",
            rf"<{tag}>\1</{tag}>",
            html,
        )
    return html
