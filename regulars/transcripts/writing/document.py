"""Lines as one HTML document that stands by itself: no address is asked for anything, and nothing in it runs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from regulars.transcripts.lines import Line, day_words, time_words
from regulars.transcripts.writing import Head

_STYLE = SafeString("""
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c1c1f; background: #fff; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt, .quiet, .state, time { color: #66666e; font-size: .85em; }
dd, p { margin: 0; }
h2 { text-align: center; font-size: .9rem; color: #66666e; margin: 2rem 0 1rem; }
article { max-width: 82%; width: fit-content; min-width: 14rem; margin-block: .5rem; }
article { padding: .5rem .75rem; border-radius: .5rem; background: #f3f3f5; }
article.out { margin-inline-start: auto; background: #eef4ec; }
article.note { background: #fdf5dc; }
header { display: flex; justify-content: space-between; gap: 1rem; font-size: .9em; }
blockquote { margin: .25rem 0; padding-inline-start: .5rem; border-inline-start: 3px solid #9a9aa3; font-size: .9em; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; }
.deleted .said { color: #66666e; font-style: italic; }
.state { text-align: end; }
img { max-width: 100%; max-height: 12rem; display: block; margin: .25rem 0; border-radius: .25rem; }
@media print { article { break-inside: avoid; } }
""")


def opening(head: Head) -> str:
    return format_html(
        '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n<title>{}</title>\n<style>{}</style>\n'
        "</head>\n<body>\n<h1>{}</h1>\n<dl>{}</dl>\n<main>\n",
        head.language,
        head.title,
        _STYLE,
        head.title,
        format_html_join("", "<dt>{}</dt><dd><bdi>{}</bdi></dd>", head.facts),
    )


CLOSING = "</main>\n</body>\n</html>\n"


def html_part(lines: Sequence[Line], thumbnails: Mapping[UUID, bytes], *, last_day: str) -> str:
    return "".join(_written(lines, thumbnails, last_day))


def _written(lines: Sequence[Line], thumbnails: Mapping[UUID, bytes], last_day: str) -> Iterator[str]:
    for line in lines:
        day = day_words(line.at)
        if day != last_day:
            yield format_html("<h2>{}</h2>\n", day)
            last_day = day
        yield _article(line, thumbnails)


def _article(line: Line, thumbnails: Mapping[UUID, bytes]) -> str:
    return format_html(
        '<article class="{}{}"><header><b><bdi>{}</bdi></b><time datetime="{}">{}</time></header>'
        "{}{}{}{}{}{}{}</article>\n",
        line.side,
        " deleted" if line.is_deleted else "",
        line.who,
        line.at.isoformat(),
        time_words(line.at),
        _each("quiet", line.labels),
        _quote(line),
        _picture(line, thumbnails),
        format_html('<p class="said" dir="auto">{}</p>', line.text) if line.text else "",
        _each("quiet", line.about),
        _each("quiet", [" · ".join(line.reactions)] if line.reactions else []),
        _each("state", [line.state] if line.state else []),
    )


def _each(kind: str, words: Sequence[str]) -> SafeString:
    return format_html_join("", '<p class="{}" dir="auto">{}</p>', ((kind, each) for each in words))


def _quote(line: Line) -> str:
    if line.quoted is None:
        return ""
    return format_html(
        '<blockquote><b><bdi>{}</bdi></b><p dir="auto">{}</p></blockquote>', line.quoted.who, line.quoted.text
    )


def _picture(line: Line, thumbnails: Mapping[UUID, bytes]) -> str:
    content = thumbnails.get(line.picture.id) if line.picture else None
    if content is None:
        return ""
    return format_html('<img alt="" src="data:image/webp;base64,{}">', b64encode(content).decode())
