"""Every route of the product, and every name of a field that its code or its pages know: for tests over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import get_resolver

PROJECT = Path(__file__).resolve().parents[2]
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_READ = re.compile(r"""\b(?:POST|GET|FILES)(?:\.get|\.getlist|\.pop)?[(\[]\s*["']([\w.-]+)["']""")
_FORM_FIELD = re.compile(r"^    (\w+) = forms\.\w+Field", re.MULTILINE)
_INPUT = re.compile(r"""\bname="([\w.-]+)\"""")
_STRUCT_FIELD = re.compile(r"^    (\w+): ", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """One route: ``/conversations/{conversation_id}/notes`` with the names of its parts."""

    path: str
    names: tuple[str, ...]
    module: str
    """of its view"""

    @property
    def is_rest(self) -> bool:
        return self.path.startswith("/api/v1/")

    def filled(self, values: dict[str, str]) -> str:
        """The path of the objects given; a name that is not there stays a word."""
        return self.path.format(**{name: values.get(name, name) for name in self.names})


def all_places() -> list[Place]:
    return sorted(set(_walk(get_resolver().url_patterns, "/")), key=lambda place: place.path)


def _walk(patterns: list[Any], prefix: str) -> Iterator[Place]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        elif "^" in route:
            yield Place(route.split("^")[0] + "nothing", (), "")
        else:
            yield Place(_PLACE.sub(r"{\1}", route), tuple(_PLACE.findall(route)), pattern.callback.__module__)


@cache
def page_fields() -> list[str]:
    """What the pages' code reads of forms and query strings, and what their forms send."""
    web = PROJECT / "regulars" / "web"
    found = set()
    for file in web.rglob("*.html"):
        found |= set(_INPUT.findall(file.read_text(encoding="utf-8")))
    return sorted(found.union(*map(_fields_in, web.rglob("*.py"))))


@cache
def fields_of(place: Place) -> list[str]:
    """What the code beside a page's view reads."""
    file = PROJECT / (place.module.replace(".", "/") + ".py")
    beside = (
        file,
        file.parent / "forms.py",
        file.parent.parent / "forms.py",
        file.parent.parent / "building.py",
    )
    return sorted({"text"}.union(*(_fields_in(each) for each in beside if each.exists())))


def _fields_in(file: Path) -> set[str]:
    source = file.read_text(encoding="utf-8")
    return {*_READ.findall(source), *_FORM_FIELD.findall(source)}


@cache
def rest_fields() -> list[str]:
    api = PROJECT / "regulars" / "api"
    found = {"type", "file"}
    for file in (*(api / "shapes").rglob("*.py"), *(api / "resources").rglob("*.py"), api / "paging.py"):
        found |= set(_STRUCT_FIELD.findall(file.read_text(encoding="utf-8")))
    return sorted(found)
