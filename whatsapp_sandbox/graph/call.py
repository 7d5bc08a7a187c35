"""One Graph request, parsed once, and small readers for its parameters."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from whatsapp_sandbox.account import Token
from whatsapp_sandbox.errors import GraphError
from whatsapp_sandbox.json_text import Unreadable, read_inside, read_object

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

PAGE_USUAL, PAGE_LARGEST = 25, 1_000
_NAME = re.compile(r"[.({)}]")
_ARGUMENT = re.compile(r"\.\s*([a-z_]+)\s*\(([^()]*)\)")
UNREADABLE_FORM = (ValueError, LookupError, RuntimeError, BadHttpMessage)
"""What the server's library says of a part without its boundary or with a broken head, and of an unknown charset."""


@dataclass(slots=True)
class Call:
    """A request to ``/{object}/{edge}/{rest}``."""

    sandbox: Sandbox
    request: web.Request
    method: str
    object_id: str
    edge: str
    rest: str
    token: Token
    _parameters: dict[str, Any] | None = field(default=None)

    async def parameters(self) -> dict[str, Any]:
        """Query and body together (the body wins), JSON text read. Raises GraphError 100 for a body without them."""
        if self._parameters is None:
            values: dict[str, Any] = dict(self.request.query)
            try:
                self._parameters = read_inside(values | await self._body())
            except Unreadable as error:
                raise GraphError(100, f"The request {error}.") from error
        return self._parameters

    async def _body(self) -> dict[str, Any]:
        kind = self.request.content_type
        if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return await form_of(self.request)
        raw = await self.request.read()
        try:
            return read_object(raw) if raw else {}
        except Unreadable as error:
            raise GraphError(100, f"The request body {error}.") from error

    def require(self, permission: str) -> None:
        if permission not in self.token.permissions:
            raise GraphError(10, f"Application does not have permission for this action ({permission}).")


Handler = Callable[[Call], Awaitable[dict[str, Any]]]


async def form_of(request: web.Request) -> dict[str, str]:
    try:
        posted = await request.post()
    except UNREADABLE_FORM as error:
        raise GraphError(100, f"The request body is not a form: {error}") from error
    return {key: value for key, value in posted.items() if isinstance(value, str)}


def text_of(values: dict[str, Any], key: str, longest: int) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise GraphError(100, f"Param {key} must be a string.")
    if len(value) > longest:
        raise GraphError(100, f"Param {key} must be at most {longest} characters long.")
    return value


def flag_of(values: dict[str, Any], key: str) -> bool:
    """Also the words that forms and queries carry. Raises GraphError 100 for anything else."""
    value = values.get(key)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    raise GraphError(100, f"Param {key} must be a boolean.")


def texts_of(values: dict[str, Any], key: str, most: int, longest: int) -> list[str]:
    value = values.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise GraphError(100, f"Param {key} must be a list of strings.")
    if len(value) > most or any(len(item) > longest for item in value):
        raise GraphError(
            100, f"Param {key} must have at most {most} entries of at most {longest} characters."
        )
    return value


def ids_of(values: dict[str, Any], key: str, most: int = 100) -> list[str] | None:
    """Each a text or a number, or ``1,2``; None when it is not there. Raises GraphError 100."""
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, (str, int)) and re.fullmatch(r"[0-9]+(\s*,\s*[0-9]+)*", str(value)):
        value = re.split(r"\s*,\s*", str(value))
    known = isinstance(value, list) and all(isinstance(item, (str, int)) for item in value)
    if not known or len(value) > most:
        raise GraphError(100, f"Param {key} must be a list of at most {most} ids.")
    return [str(item) for item in value]


def pick_fields(values: dict[str, Any], wanted: Any, default: list[str]) -> dict[str, Any]:
    """``wanted``: ``a,b{c}``; ``id`` always. Unknown names are refused with 100."""
    if isinstance(wanted, list) and all(isinstance(name, str) for name in wanted):
        wanted = ",".join(wanted)
    if wanted is not None and not isinstance(wanted, str):
        raise GraphError(100, "Param fields must be a list of field names.")
    names = split_fields(wanted) if wanted else default
    for name in names:
        if name not in values:
            raise GraphError(100, f"Tried accessing nonexisting field ({name})")
    chosen = {name: values[name] for name in names if values[name] is not None}
    return ({"id": values["id"]} if "id" in values else {}) | chosen


def split_fields(wanted: str) -> list[str]:
    """``a,b.limit(3){c,d},e`` to ``["a", "b", "e"]``."""
    return [name for name, _ in field_calls(wanted)]


def field_calls(wanted: str) -> list[tuple[str, dict[str, str]]]:
    """``a,b.limit(3).order(asc){c,d}`` to ``[("a", {}), ("b", {"limit": "3", "order": "asc"})]``."""
    parts, text, depth = [], "", 0
    for character in wanted:
        depth += (character in "({") - (character in ")}")
        if character == "," and depth <= 0:
            parts.append(text)
            text = ""
        else:
            text += character
    asked = [part.strip() for part in [*parts, text] if part.strip()]
    return [(_NAME.split(part, maxsplit=1)[0].strip(), _arguments(part)) for part in asked]


def _arguments(text: str) -> dict[str, str]:
    """Of the field itself: what stands in braces belongs to the fields inside it."""
    return {name: value.strip() for name, value in _ARGUMENT.findall(text.split("{", 1)[0])}


async def page(
    call: Call, items: list[dict[str, Any]], summary: dict[str, Any] | None = None
) -> dict[str, Any]:
    """``{"data": […], "paging"?: {"cursors": {before, after}, "next"?, "previous"?}, "summary"?}``.

    ``next`` and ``previous`` are whole addresses, for clients that just follow them. ``summary`` is what
    ``?summary=a,b`` may ask for besides ``total_count``. Cursors are the offset in base64; raises GraphError 131059
    for one that we did not give.
    """
    values = await call.parameters()
    limit, offset, backwards = _limit(values.get("limit")), *_offset(values)
    start = max(0, offset if not backwards else offset - limit)
    end = min(len(items), start + limit if not backwards else offset)
    found: dict[str, Any] = {"data": items[start:end]}
    if found["data"]:
        cursors = {"before": _cursor(start), "after": _cursor(end)}
        found["paging"] = {"cursors": cursors}
        if end < len(items):
            found["paging"]["next"] = _address(call, limit, after=cursors["after"])
        if start > 0:
            found["paging"]["previous"] = _address(call, limit, before=cursors["before"])
    if values.get("summary"):
        found["summary"] = _summary({"total_count": len(items)} | (summary or {}), values["summary"])
    return found


def _limit(value: Any) -> int:
    if value is None or value == "":
        return PAGE_USUAL
    if not isinstance(value, (str, int)) or not re.fullmatch(r"[0-9]{1,9}", str(value)) or int(value) == 0:
        raise GraphError(100, "Param limit must be a whole number above 0.")
    return min(int(value), PAGE_LARGEST)


def _offset(values: dict[str, Any]) -> tuple[int, bool]:
    after, before = values.get("after"), values.get("before")
    cursor = after or before
    if not cursor:
        return 0, False
    try:
        decoded = base64.b64decode(cursor, validate=True).decode("ascii")
    except (ValueError, TypeError) as error:
        raise GraphError(131059, "The paging cursor is not valid; start again without it.") from error
    if not re.fullmatch(r"[0-9]{1,9}", decoded):
        raise GraphError(131059, "The paging cursor is not valid; start again without it.")
    return int(decoded), not after


def _address(call: Call, limit: int, **cursor: str) -> str:
    kept = {
        key: value for key, value in call.request.query.items() if key not in ("limit", "after", "before")
    }
    query = urlencode(kept | {"limit": str(limit)} | cursor)
    return f"{call.request.scheme}://{call.request.host}{call.request.rel_url.raw_path}?{query}"


def _summary(known: dict[str, Any], asked: Any) -> dict[str, Any]:
    names = str(asked).strip("[]").replace('"', "").split(",")
    wanted = ["total_count"] if names[0].lower() in ("true", "1") else [name.strip() for name in names]
    for name in wanted:
        if name not in known:
            raise GraphError(100, f"Tried accessing nonexisting summary field ({name})")
    return {name: known[name] for name in wanted}


def _cursor(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()
