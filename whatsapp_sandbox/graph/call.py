"""One Graph request, parsed once, and small readers for its parameters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from whatsapp_sandbox.account import Token
from whatsapp_sandbox.errors import GraphError

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox


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
        """Query and body together (the body wins). Raises GraphError 100 when the body is not a JSON object."""
        if self._parameters is None:
            values: dict[str, Any] = dict(self.request.query)
            values.update(await self._body())
            self._parameters = values
        return self._parameters

    async def _body(self) -> dict[str, Any]:
        kind = self.request.content_type
        if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return {
                key: value for key, value in (await self.request.post()).items() if isinstance(value, str)
            }
        raw = await self.request.read()
        return read_object(raw) if raw else {}

    def require(self, permission: str) -> None:
        """Raises GraphError 10 when the token lacks the permission."""
        if permission not in self.token.permissions:
            raise GraphError(10, f"Application does not have permission for this action ({permission}).")


Handler = Callable[[Call], Awaitable[dict[str, Any]]]


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in the bytes. Raises GraphError 100 for anything else."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise GraphError(100, f"The request body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return body


def need_text(values: dict[str, Any], key: str, longest: int | None = None) -> str:
    """A required string parameter. Raises GraphError 100."""
    value = values.get(key)
    if not isinstance(value, str) or not value:
        raise GraphError(100, f"The parameter {key} is required.", title=f"The parameter {key} is required.")
    if longest is not None and len(value) > longest:
        raise GraphError(100, f"Param {key} must be at most {longest} characters long.")
    return value


def pick_fields(values: dict[str, Any], wanted: str | None, default: list[str]) -> dict[str, Any]:
    """Only the fields asked for in ``fields=a,b{c}``; ``id`` always. Unknown names are refused with 100."""
    names = split_fields(wanted) if wanted else default
    for name in names:
        if name not in values:
            raise GraphError(100, f"Tried accessing nonexisting field ({name})")
    chosen = {name: values[name] for name in names if values[name] is not None}
    return ({"id": values["id"]} if "id" in values else {}) | chosen


def split_fields(wanted: str) -> list[str]:
    """``a,b.limit(3){c,d},e`` to ``["a", "b", "e"]``."""
    names, name, depth = [], "", 0
    for character in wanted:
        depth += (character in "({") - (character in ")}")
        if character == "," and depth == 0:
            names.append(name)
            name = ""
        elif depth == 0 and character not in ")}":
            name += character
    return [found.split(".")[0].strip() for found in [*names, name] if found.strip()]


def page(items: list[dict[str, Any]], values: dict[str, Any], *, most: int = 1_000) -> dict[str, Any]:
    """A cursor page: ``{"data": […], "paging": {"cursors": {before, after}, "next"?}}``.

    Cursors are the offset in base64. Raises GraphError 131059 for one that we did not give.
    """
    try:
        limit = min(int(values.get("limit") or 25), most)
        after, before = values.get("after"), values.get("before")
        cursor = after or before
        offset = int(base64.b64decode(cursor, validate=True)) if cursor else 0
    except (ValueError, binascii.Error) as error:
        raise GraphError(131059, "The paging cursor is not valid; start again without it.") from error
    start = max(0, offset if not before else offset - limit)
    chosen = items[start : start + limit]
    if not chosen:
        return {"data": []}
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(start + len(chosen))}}
    if start + limit < len(items):
        paging["next"] = f"?limit={limit}&after={paging['cursors']['after']}"
    if start > 0:
        paging["previous"] = f"?limit={limit}&before={paging['cursors']['before']}"
    return {"data": chosen, "paging": paging}


def _cursor(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()
