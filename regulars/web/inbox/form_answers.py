"""The answers of a form that a contact filled in, as lines to read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import pgettext

_HIDDEN = frozenset({"flow_token"})
"""what the platform adds for programs (reference: Cloud API, ``nfm_reply``)"""
_BUILT = re.compile(r"screen_[0-9]+_(.+)_[0-9]+")
"""the builder's names, ``screen_0_Date_1``"""
_BUILT_CHOICE = re.compile(r"[0-9]{1,3}_(.+)", re.DOTALL)
"""what the builder's lists give as an answer, ``0_Very_good``"""
_LONGEST = 2_000
_DEEPEST = 8


class Answer(NamedTuple):
    """One question's key and what was answered; ``key`` is empty when the form did not come as fields."""

    key: str
    text: str

    @property
    def label(self) -> str:
        """The key for people: what the builder of forms put around a field's name is left out."""
        named = _BUILT.fullmatch(self.key)
        name = named[1] if named else self.key.removeprefix("values.")
        return name.replace("_", " ").strip() or self.key


def answers_in(data: object) -> list[Answer]:
    if not isinstance(data, Mapping):
        text = _words(data)
        return [Answer("", text)] if text else []
    return list(_fields(data, "", 0))


def _fields(data: Mapping[object, object], path: str, depth: int) -> Iterator[Answer]:
    for name, value in sorted(data.items(), key=_place):
        key = f"{path}{name}"
        if key in _HIDDEN:
            continue
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            yield from _fields(value, f"{key}.", depth + 1)
        else:
            said = _words(value, is_built=_BUILT.fullmatch(key) is not None)
            yield Answer(key[:_LONGEST], said or "—")


def _place(field: tuple[object, object]) -> tuple[list[int], str]:
    """The builder of forms numbers its fields, ``screen_0_Date_1``; the database keeps no order of keys."""
    name = str(field[0])
    return [int(digits) for digits in re.findall(r"[0-9]{1,9}", name)], name


def _words(value: object, *, is_built: bool = False) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return pgettext("answer in a form", "Yes") if value else pgettext("answer in a form", "No")
    if isinstance(value, list):
        said = (_words(each, is_built=is_built) for each in value[:200])
        return ", ".join(filter(None, said))[:_LONGEST]
    chosen = _BUILT_CHOICE.fullmatch(value) if is_built and isinstance(value, str) else None
    return (chosen[1].replace("_", " ").strip() or chosen[0] if chosen else str(value))[:_LONGEST]
