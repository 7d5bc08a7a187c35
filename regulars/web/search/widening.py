"""What was searched when nothing was found, and how to search further."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.search.asking import Asked
from regulars.search.operators import HAS, IS, OPERATORS, STATUS, Name, operator_named

_WRITTEN = re.compile(r"""(?P<name>[^\s:："“”«»]+)[:：](?:["“”«»][^"“”«»]*["“”«»]?|[^\s"“”«»]+)""")


@dataclass(frozen=True, slots=True)
class Way:
    """A wider search."""

    label: str
    url: str


def narrowings(asked: Asked) -> list[str]:
    """What must hold besides the words, as somebody would write it."""
    language = get_language() or "en"

    def said(name: Name, value: str) -> str:
        return f"{OPERATORS[name].offered(language)}: {value}"

    return [
        *(said("from", each) for each in asked.who),
        *(said("in", each) for each in asked.where),
        *(said("tag", each) for each in asked.tags),
        *(said("has", HAS[each].offered(language)) for each in asked.has),
        *(said("status", STATUS[each].offered(language)) for each in asked.statuses),
        *(said("is", IS[each].offered(language)) for each in asked.states),
        *([said("after", formats.date_format(asked.since, "DATE_FORMAT"))] if asked.since else []),
        *([said("before", formats.date_format(asked.until, "DATE_FORMAT"))] if asked.until else []),
    ]


def ways_to_widen(asked: Asked, written: str, plural: str) -> list[Way]:
    ways = list(_ways(asked, written))
    return [
        Way(label, f"{reverse('search')}?{urlencode({'q': text, 'in': plural})}")
        for label, text in ways
        if text
    ]


def _ways(asked: Asked, written: str) -> Iterator[tuple[str, str]]:
    if asked.statuses:
        yield _("Also in resolved conversations"), _without(written, {"status"})
    if asked.since or asked.until:
        yield _("At any time"), _without(written, {"before", "after"})
    if asked.is_narrowed:
        yield _("Only the words"), _without(written, set(OPERATORS))
    if any(term.is_phrase for term in asked.terms):
        yield _("The words anywhere, not side by side"), re.sub('["“”«»]', " ", written).strip()


def _without(written: str, names: set[Name]) -> str:
    def kept(found: re.Match[str]) -> str:
        return "" if operator_named(found["name"]) in names else found[0]

    return " ".join(_WRITTEN.sub(kept, written).split())
