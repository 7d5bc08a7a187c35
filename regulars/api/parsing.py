"""From bytes and query strings to typed values; whatever does not fit becomes ``Invalid`` with the field's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.api.problems import NotJSON
from regulars.conversations.operations.seeing import Seen
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id

T = TypeVar("T")

DEEPEST = 64
"""levels of values within values in a body"""

_AT_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_NAMED_FIELD = re.compile(r"(?P<verb>missing required|unknown) field `(?P<name>[^`]*)`")


def parse_body(raw: bytes, wanted: type[T] | Any) -> T:
    """Raises ``NotJSON`` or ``Invalid``."""
    try:
        tree = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJSON(
            _("The body must be one JSON value in UTF-8: %(reason)s") % {"reason": error}
        ) from error
    _refuse_unstorable(tree)
    body: T = _convert(tree, wanted, strict=True)
    for path, moment in _times_in(body):
        if not clock.is_nameable(moment):
            raise Invalid(_("This time is too far from now"), fields={path: "a time between 1970 and 2100"})
    return body


def parse_query(query: QueryDict, wanted: type[T]) -> T:
    """Of a parameter given twice the last one counts."""
    tree = {str(name): str(value) for name, value in query.items()}
    _refuse_unstorable(tree)
    return _convert(tree, wanted, strict=False)


def parse_reference(written: str, field: str) -> UUID:
    parsed = parse_id(written)
    if parsed is None:
        raise Invalid(_("This is not an id"), fields={field: "an id that the API gave"})
    return parsed


def parse_seen(written: str | UnsetType | None) -> Seen | None:
    if written is UNSET:
        return None
    return Seen(parse_reference(written, "last_seen") if written else None)


def _convert(tree: Any, wanted: type[T] | Any, *, strict: bool) -> T:
    try:
        converted: T = msgspec.convert(tree, wanted, strict=strict)
        return converted
    except msgspec.ValidationError as error:
        raise _to_invalid(str(error), wanted) from error


def _to_invalid(text: str, wanted: Any) -> Invalid:
    """``Expected `str`, got `int` - at `$.text``` names the field ``text`` and says what would be right."""
    found = _AT_PATH.match(text)
    what = found["what"] if found else text
    path = (found["path"] or "").lstrip(".") if found else ""
    if named := _NAMED_FIELD.search(what):
        path = f"{path}.{named['name']}" if path else named["name"]
        what = "is required" if named["verb"] != "unknown" else _known_names(wanted)
    elif "timezone component" in what:
        what = "a time with its zone, such as 2026-11-29T08:00:00Z"
    elif what.startswith("Invalid value") and (tags := sorted(_tags(wanted))):
        what = f"{what}; one of {', '.join(tags)}"
    return Invalid(
        _("%(field)s: %(what)s") % {"field": path or "body", "what": what}, fields={path or "body": what}
    )


def _known_names(wanted: Any) -> str:
    fields = getattr(wanted, "__struct_fields__", ())
    return f"unknown; known are {', '.join(fields)}" if fields else "unknown"


def _tags(wanted: Any) -> Iterator[str]:
    info = msgspec.inspect.type_info(wanted)
    members = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    for each in members:
        if isinstance(each, msgspec.inspect.StructType) and each.tag is not None:
            yield str(each.tag)


def _times_in(value: Any, path: str = "") -> Iterator[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _times_in(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _times_in(each, f"{path}[{index}]")


def _refuse_unstorable(tree: Any, path: str = "", depth: int = 0) -> None:
    """What cannot be stored, sent or read by everybody; better refused than silently changed.

    U+0000 and lone surrogates, whole numbers above 64 bits, and values within values without end.
    """
    if depth > DEEPEST:
        raise Invalid(_("The body nests too deep"), fields={"body": f"at most {DEEPEST} levels"})
    if isinstance(tree, int) and not -(2**63) <= tree < 2**63:
        raise Invalid(
            _("%(field)s is too large a number") % {"field": path or "body"},
            fields={path or "body": "a whole number of at most 64 bits"},
        )
    if isinstance(tree, str):
        if "\x00" in tree or any("\ud800" <= character <= "\udfff" for character in tree):
            reason = "text without U+0000 and without unpaired surrogates"
            raise Invalid(
                _("%(field)s contains a character that is not text") % {"field": path}, fields={path: reason}
            )
    elif isinstance(tree, dict):
        for key, value in tree.items():
            _refuse_unstorable(key, path or "body", depth + 1)
            _refuse_unstorable(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            _refuse_unstorable(value, f"{path}[{index}]", depth + 1)
