"""Names in a text, and what is put in their place. Pure.

A name is written ``{{name}}``, ``{{name|there}}`` with what is said when nothing is known (``{{name|}}``: nothing), or
``%order%``. What is known stands in the filled text as it is; what is not stays as ``{{name}}``, a gap that somebody
has to close before it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_NAME = r"[A-Za-z][A-Za-z0-9_]{0,39}"
_WRITTEN = re.compile(
    rf"\{{\{{\s*(?P<braced>{_NAME})\s*(?:\|(?P<fallback>[^{{}}|]*))?\}}\}}"
    # "5%off%": a figure before the sign makes it a percentage
    rf"|(?<![0-9A-Za-z_%])%(?P<percent>{_NAME})%(?![0-9A-Za-z_%])"
)
_GAP = re.compile(rf"\{{\{{({_NAME})\}}\}}")
_NO_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True)
class Written:
    """A name as it stands in a text; ``fallback`` is None where none is given."""

    name: str
    fallback: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filled:
    """``gaps``: the names that stand for nothing, in their order, each once."""

    text: str
    gaps: tuple[str, ...] = ()


def names_in(text: str) -> list[Written]:
    return [
        Written((found["braced"] or found["percent"]).lower(), _stripped(found["fallback"]), *found.span())
        for found in _WRITTEN.finditer(text)
    ]


def unknown_in(text: str, known: Collection[str]) -> list[str]:
    """As they are written, each once."""
    unknown = (text[each.start : each.end] for each in names_in(text) if each.name not in known)
    return list(dict.fromkeys(unknown))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """A value that cannot be seen counts as none. Braces in a value are no braces any more: it brings no gap."""
    filled = "".join(_pieces(text, values))
    return Filled(filled, gaps_in(filled))


def gaps_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_GAP.findall(text)))


def _pieces(text: str, values: Mapping[str, str]) -> Iterator[str]:
    at = 0
    for each in names_in(text):
        yield text[at : each.start]
        yield _said(each, values.get(each.name, ""))
        at = each.end
    yield text[at:]


def _said(written: Written, value: str) -> str:
    known = value.strip().translate(_NO_BRACES)
    if known:
        return known
    return "{{" + written.name + "}}" if written.fallback is None else written.fallback


def _stripped(fallback: str | None) -> str | None:
    return None if fallback is None else fallback.strip()
