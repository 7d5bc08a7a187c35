"""The OpenAPI 3.1 document, made from the routes, the signatures of their functions and what the shapes tell."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpResponseBase

from regulars.api import idempotency, preconditions, problems
from regulars.api.dispatch import ANY_TOKEN, ID_TYPES, Route
from regulars.api.examples import add_examples
from regulars.api.preconditions import takes_versions
from regulars.api.rate_limits import BURST, REQUESTS_PER_SECOND
from regulars.api.resources.media import Upload
from regulars.api.routes import BY_PATH, ROUTES
from regulars.api.shapes.common import reference_to
from regulars.api.shapes.contents import Content
from regulars.inboxes.ports.outgoing import MEDIA_KINDS
from regulars.kernel.telling import EXAMPLE_ID

Node = dict[str, Any]
PREFIX = "/api/v1"
REFERENCE_START = reference_to("")

DESCRIPTION = f"""\
The public face of Regulars, for scripts and other systems.

**Tokens.** Every request carries `Authorization: Bearer <token>`. A token has a role and may be narrowed by scopes; \
each operation names the permission it asks for. Objects that a token may not see do not exist for it (404).

**Lists** are paged by cursor: `limit` (1 to 200) and `cursor`, which is the `next_cursor` of the page before; it is \
null on the last page.

**Problems** are `application/problem+json` (RFC 9457). `code` is stable and meant for comparing; `fields` maps a \
field to what would be right, `allowed` names what would be possible, `limits` names each limit that was broken.

**Idempotency.** Every change (POST, PATCH, DELETE) may carry an `{idempotency.HEADER}` (for example a UUID). \
Within 24 hours the same request with the same key has its effect once and gets the same answer \
(`{idempotency.REPLAYED_HEADER}: true`); another request with that key is refused with \
`idempotency-key-reused`. Refused requests keep \
nothing: the key may be used again.

**Versions.** What people edit has a version, told as `ETag` by whatever reads or changes it alone: another one after \
each change of what can be changed, whatever else moves. A change with `If-Match` is made to that version alone; when \
somebody was quicker it is refused with 412 `changed-meanwhile`, and nothing is lost.

**Rate.** A token may make {REQUESTS_PER_SECOND} requests a second and {BURST} at once per web process; beyond that \
comes 429 with `Retry-After` in seconds.

**Times** are RFC 3339 in UTC, ids are opaque strings, and fields may be added at any time: ignore what you do not know.
"""

_ALWAYS = ("unauthorized", "too-many-requests", "internal-error", "unavailable")


@cache
def build_document() -> Node:
    types = list(_types())
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE_START + "{name}")
    shapes = dict(zip(map(repr, types), schemas, strict=True))
    components["Content"] = {**shapes[repr(Content)], "description": _CONTENT}
    queries = {route.hints["query"].__name__ for route in ROUTES if "query" in route.hints}
    paths: dict[str, Node] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shapes, components)
    document: Node = {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Regulars",
            "version": "1",
            "summary": "A shared WhatsApp inbox",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{"bearer": []}],
        "tags": [{"name": each} for each in dict.fromkeys(map(tag_of, ROUTES))],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                **{name: schema for name, schema in components.items() if name not in queries},
                "Problem": _PROBLEM,
                "BrokenLimit": _BROKEN_LIMIT,
                "Upload": _UPLOAD,
            },
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY, "IfMatch": _IF_MATCH},
            "headers": {"RetryAfter": _RETRY_AFTER},
        },
    }
    plain: Node = _with_plain_names(document)
    for schema in plain["components"]["schemas"].values():
        _describe_tag(schema)
    add_examples(plain["components"]["schemas"], REFERENCE_START)
    return plain


def _describe_tag(schema: Node) -> None:
    """The property that says which of several shapes a value has: msgspec adds it, and nothing to it."""
    for node in schema.get("properties", {}).values():
        if len(node.get("enum", ())) == 1:
            node.setdefault("description", f"Always `{node['enum'][0]}`.")


def tag_of(route: Route) -> str:
    return route.path.split("/")[1]


def _types() -> Iterator[Any]:
    yield Content
    for route in ROUTES:
        hints = route.hints
        if "body" in hints:
            yield hints["body"]
        if "query" in hints:
            yield hints["query"]
        if _has_body(hints["return"]):
            yield hints["return"]


def _has_body(answer: Any) -> bool:
    is_response = isinstance(answer, type) and issubclass(answer, HttpResponseBase)
    return answer is not type(None) and not is_response


def _operation(route: Route, shapes: Mapping[str, Node], components: Mapping[str, Node]) -> Node:
    summary, _gap, rest = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    asks = "any valid token" if route.permission == ANY_TOKEN else f"the permission `{route.permission}`"
    operation: Node = {
        "operationId": route.handler.__name__,
        "tags": [tag_of(route)],
        "summary": " ".join(summary.split()),
        "description": f"{rest}\n\nAsks for {asks}.".strip(),
        "x-permission": route.permission,
        "parameters": list(_parameters(route, components)),
        "responses": _responses(route, shapes),
    }
    if "body" in route.hints:
        content = {"application/json": {"schema": shapes[repr(route.hints["body"])]}}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.hints.get("form") is Upload:
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": {"$ref": reference_to("Upload")}}},
        }
    return operation


def _parameters(route: Route, components: Mapping[str, Node]) -> Iterator[Node]:
    for name, hint in route.hints.items():
        if hint in ID_TYPES and name != "return":
            yield _path_parameter(name, hint)
    if "query" in route.hints:
        query = components[route.hints["query"].__name__]
        needed = query.get("required", ())
        for name, schema in query["properties"].items():
            shown = {key: value for key, value in schema.items() if key != "description"}
            text = schema["description"]
            yield {
                "name": name,
                "in": "query",
                "required": name in needed,
                "description": text,
                "schema": shown,
            }
    if route.method != "GET":
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    if takes_versions(route, BY_PATH[route.path]):
        yield {"$ref": "#/components/parameters/IfMatch"}


def _path_parameter(name: str, hint: type) -> Node:
    what = name.removesuffix("_id").replace("_", " ")
    example = {int: "48213", str: "vip"}.get(hint, EXAMPLE_ID)
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The id or the name of the {what}." if hint is str else f"The id of the {what}.",
        "schema": {"type": "string", "examples": [example]},
    }


def _responses(route: Route, shapes: Mapping[str, Node]) -> Node:
    answer = route.hints["return"]
    success: Node = {"description": route.status.phrase}
    if not _has_body(answer):
        if answer is not type(None):
            # the file's own type, or the first where a browser must not show it
            success["content"] = dict.fromkeys(("application/octet-stream", "*/*"), _BYTES)
    else:
        success["content"] = {"application/json": {"schema": shapes[repr(answer)]}}
    by_status: dict[HTTPStatus, list[str]] = {}
    for code in dict.fromkeys(_codes(route)):
        by_status.setdefault(problems.CATALOG[code][0], []).append(code)
    refusals = {str(int(status)): _refusal(codes) for status, codes in sorted(by_status.items())}
    return {str(int(route.status)): success, **refusals}


def _codes(route: Route) -> Iterator[str]:
    yield from _ALWAYS
    if route.permission != ANY_TOKEN:
        yield "not-allowed"
    if "body" in route.hints or "form" in route.hints:
        yield from ("not-json", "length-required", "too-large", "invalid")
    elif "query" in route.hints:
        yield "invalid"
    if route.id_names or route.handler.__name__ == "send_to_address":
        yield "not-found"
    if route.method != "GET":
        yield from ("idempotency-in-progress", "idempotency-key-reused")
    if takes_versions(route, BY_PATH[route.path]):
        yield from ("changed-meanwhile", "invalid")
    yield from route.problems


def _refusal(codes: Sequence[str]) -> Node:
    text = "\n".join(f"- `{code}`: {problems.CATALOG[code][1]}" for code in codes)
    refusal: Node = {
        "description": text,
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": reference_to("Problem")}}},
    }
    if {"too-many-requests", "unavailable"} & set(codes):
        refusal["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return refusal


def _with_plain_names(node: Any, key: str = "") -> Any:
    """Our classes end in ``Shape`` where a room has a class of the same name; callers see the plain name."""
    if isinstance(node, dict):
        is_list_of_names = key in {"schemas", "mapping"}
        named = {
            _plain(name) if is_list_of_names else name: _with_plain_names(value, name)
            for name, value in node.items()
        }
        if len(named) < len(node):
            raise ValueError(f"two shapes would have one name in {key}: {sorted(node)}")
        return named
    if isinstance(node, list | tuple):
        return [_with_plain_names(value, key) for value in node]
    if key == "title" or (isinstance(node, str) and node.startswith(REFERENCE_START)):
        return _plain(node)
    return node


def _plain(name: str) -> str:
    return re.sub(r"Page_(\w+?)(Shape)?_$", r"PageOf\1", name).removesuffix("Shape")


_CONTENT = """\
What a message says besides its text and file, by the message's kind. What came in is under a name of its own \
(`location`, `cards`, `choice`, `order` …), what we sent under `outgoing`."""
_BYTES: Node = {"schema": {"type": "string", "format": "binary"}}


def _text(description: str, *examples: object, **more: object) -> Node:
    return {"type": "string", "description": description, "examples": list(examples), **more}


_PROBLEM: Node = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457). Facts of the refusal stand beside these members.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": _text("Names the kind of problem.", "/problems/invalid", format="uri-reference"),
        "title": _text("The kind of problem in words; always the same.", "Please check the input"),
        "status": {"type": "integer", "description": "The HTTP status.", "examples": [422]},
        "detail": _text("What was wrong with this request, and what would be right.", "text: is required"),
        "code": _text("The last part of `type`, for comparing.", "invalid", enum=sorted(problems.CATALOG)),
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Each field that was wrong, and what would be right.",
            "examples": [{"text": "is required"}],
        },
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What would be possible instead.",
            "examples": [["template"]],
        },
        "permission": _text("What the token lacks.", "messages:send"),
        "limits": {
            "type": "array",
            "items": {"$ref": reference_to("BrokenLimit")},
            "description": "Each limit of the channel that the message breaks.",
        },
        "retry_after": {
            "type": "integer",
            "description": "Seconds after which it may work.",
            "examples": [5],
        },
    },
    "additionalProperties": True,
}
_BROKEN_LIMIT: Node = {
    "title": "BrokenLimit",
    "description": "A limit of the channel that a message breaks.",
    "type": "object",
    "required": ["field", "code"],
    "properties": {
        "field": _text("Where.", "body"),
        "code": _text("What about it.", "too_long"),
        "limit": {"type": ["integer", "null"], "description": "What is allowed.", "examples": [4096]},
        "actual": {"type": ["integer", "null"], "description": "What was given.", "examples": [5000]},
        "found": _text("The part that is wrong.", "image/heic"),
    },
}
_IDEMPOTENCY_KEY: Node = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Makes repeating this request harmless for 24 hours.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": idempotency.LONGEST_KEY,
        "examples": ["order-4821-shipped"],
    },
}
_IF_MATCH: Node = {
    "name": preconditions.HEADER,
    "in": "header",
    "required": False,
    "description": "Changes only the version that was read: 412 when somebody was quicker.",
    "schema": {"type": "string", "examples": ['"5f0c6a1b9d3e4721"']},
}
_RETRY_AFTER: Node = {"description": "Seconds to wait.", "schema": {"type": "integer", "examples": [5]}}
_UPLOAD: Node = {
    "title": "Upload",
    "description": "A file to send.",
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "The bytes, with a file name.",
            "examples": ["%PDF-1.7"],
        },
        "kind": _text("As what it will be sent; guessed when left out.", "image", enum=list(MEDIA_KINDS)),
    },
}
