"""Columns in which what is protected lies sealed, and everything else as it is.

A sealed text begins with ``SEALED``; sealed JSON is an object with that one key. Whoever reads one through the model
gets ``Opened`` or ``OpenedContent`` if they may read what is protected (``workspaces.sight``), which is written back
sealed; else ``Hidden`` or ``HiddenContent``, which cannot be written at all: so nobody loses words that they never saw.
What is to be protected is written as ``Opened``, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from regulars.kernel.crypto import SealedField, Undecryptable, decrypt, encrypt, reseal
from regulars.workspaces.sight import PROTECTED, seeing, sees

SEALED = "sealed/1:"


class Opened(str):
    """A text that is protected, readable."""

    __slots__ = ()


class Hidden(str):
    """In place of a text that is protected: what is shown instead, in the language of whoever reads it."""

    __slots__ = ()


class OpenedContent(dict[str, Any]):
    """JSON that is protected, readable."""


class OpenedList(list[Any]):
    """The same of a list."""


class HiddenContent(dict[str, Any]):
    """In place of JSON that is protected: what of it is no secret."""


def is_protected(value: object) -> bool:
    return isinstance(value, Opened | Hidden | OpenedContent | OpenedList | HiddenContent)


def is_hidden(value: object) -> bool:
    return isinstance(value, Hidden | HiddenContent)


def sealed_text(text: str) -> str:
    """As it lies in the column."""
    return SEALED + encrypt(text)


def sealed_content(content: Mapping[str, Any] | list[Any]) -> dict[str, Any]:
    """As it lies in the column: what is no secret, and is asked for in SQL, beside what is sealed."""
    return {SEALED: encrypt(json.dumps(content, ensure_ascii=False)), **_open_part(content)}


def _open_part(content: Mapping[str, Any] | list[Any]) -> dict[str, Any]:
    """That it goes out, and as which template."""
    outgoing = content.get("outgoing") if isinstance(content, Mapping) else None
    if not isinstance(outgoing, Mapping):
        return {}
    return {"outgoing": {name: outgoing[name] for name in ("kind", "name", "language") if name in outgoing}}


def open_text(stored: str) -> str | None:
    """What lies sealed in ``stored``, whoever asks; None where nothing does."""
    if not stored.startswith(SEALED):
        return None
    try:
        return decrypt(stored.removeprefix(SEALED))
    except Undecryptable:
        return None


def open_content(stored: Any) -> Any:
    """The same of JSON."""
    sealed = stored.get(SEALED) if isinstance(stored, dict) else None
    if not isinstance(sealed, str):
        return None
    try:
        return json.loads(decrypt(sealed))
    except Undecryptable:
        return None


def read_text(stored: str) -> str:
    """What a column holds, as whoever looks may read it."""
    if not stored.startswith(SEALED):
        return stored
    opened = open_text(stored) if sees(PROTECTED) else None
    return Hidden(_("Protected message")) if opened is None else Opened(opened)


@contextmanager
def opened() -> Iterator[None]:
    """For what reads words for somebody else than who looks: to send them, or to find them by."""
    with seeing(PROTECTED):
        yield


class UnreadWordsError(ValueError):
    """What nobody could read was to be written: the words would be lost."""


class ProtectedTextField(SealedField, models.TextField):  # type: ignore[type-arg]
    """A text that is sealed where it is ``Opened``."""

    holds = f"starts_with({{}}, '{SEALED}')"

    def anew(self, stored: Any) -> Any:
        if not stored.startswith(SEALED):
            return None
        sealed = reseal(stored.removeprefix(SEALED))
        return None if sealed is None else SEALED + sealed

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Hidden):
            raise UnreadWordsError("a protected text cannot be written by somebody who may not read it")
        return sealed_text(value) if isinstance(value, Opened) else super().get_prep_value(value)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        return None if value is None else read_text(value)


class ProtectedJSONField(SealedField, models.JSONField):
    """JSON that is sealed where it is ``OpenedContent`` or ``OpenedList``."""

    holds = f"{{}} ? '{SEALED}'"

    def anew(self, stored: Any) -> Any:
        value = json.loads(stored) if isinstance(stored, str) else stored
        if not isinstance(value, dict) or SEALED not in value:
            return None
        sealed = reseal(value[SEALED])
        return None if sealed is None else json.dumps({**value, SEALED: sealed})

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, HiddenContent):
            raise UnreadWordsError("protected JSON cannot be written by somebody who may not read it")
        if isinstance(value, OpenedContent | OpenedList):
            value = sealed_content(value)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if not isinstance(found, dict) or SEALED not in found:
            return found
        opened = open_content(found) if sees(PROTECTED) else None
        if isinstance(opened, list):
            return OpenedList(opened)
        if opened is None:
            return HiddenContent({name: each for name, each in found.items() if name != SEALED})
        return OpenedContent(opened)
