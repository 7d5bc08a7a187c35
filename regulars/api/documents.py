"""The OpenAPI document and a page to read it: no script, no files from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from regulars.api.openapi import PREFIX, REFERENCE_START, build_document

Node = dict[str, Any]
STYLE = Path(__file__).with_name("docs.css")
_DAY = "public, max-age=86400"
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def openapi_document(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(_document_bytes(), content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def docs_page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", _page())


def docs_style(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(STYLE.read_bytes(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = _DAY
    return response


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a table: a parameter or a property."""

    name: str
    type: SafeString
    is_required: bool
    description: SafeString
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One status with its body."""

    status: str
    type: SafeString
    description: SafeString


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    name: str
    """the function's name as words"""
    summary: SafeString
    description: SafeString
    permission: str
    parameters: list[Field]
    body: SafeString
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema."""

    name: str
    description: SafeString
    fields: list[Field]


@cache
def _document_bytes() -> bytes:
    return orjson.dumps(build_document(), option=orjson.OPT_INDENT_2)


@cache
def _page() -> Node:
    document = build_document()
    operations: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operations[operation["tags"][0]].append(_operation(document, path, method, operation))
    schemas = document["components"]["schemas"]
    return {
        "title": document["info"]["title"],
        "introduction": _prose(document["info"]["description"]),
        "groups": operations,
        "shapes": [_shape(name, schemas[name]) for name in sorted(schemas)],
    }


def _operation(document: Node, path: str, method: str, operation: Node) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=PREFIX + path,
        name=operation["operationId"].replace("_", " ").capitalize(),
        summary=_prose(operation["summary"]),
        description=_prose(operation["description"]),
        permission=operation["x-permission"],
        parameters=[_parameter(document, each) for each in operation["parameters"]],
        body=_joined([_type(each["schema"]) for each in body.values()], ", "),
        answers=[_answer(status, each) for status, each in operation["responses"].items()],
    )


def _parameter(document: Node, node: Node) -> Field:
    if "$ref" in node:
        node = document["components"]["parameters"][node["$ref"].rsplit("/", 1)[-1]]
    return Field(
        node["name"], _type(node["schema"]), node["required"], _prose(node.get("description", "")), node["in"]
    )


def _answer(status: str, node: Node) -> Answer:
    types = [_type(each["schema"]) for each in node.get("content", {}).values()]
    return Answer(status, _joined(types, ", "), _prose(node["description"]))


def _shape(name: str, schema: Node) -> Shape:
    required = schema.get("required", [])
    fields = [
        Field(each, _type(node), each in required, _prose(node.get("description", "")))
        for each, node in schema.get("properties", {}).items()
    ]
    return Shape(name, _prose(schema.get("description", "")), fields)


def _type(schema: Node) -> SafeString:
    return _joined(list(_words(schema)), " | ")


def _words(schema: Node) -> Iterator[SafeString]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE_START)
        yield format_html('<a href="#shape-{}">{}</a>', name, name)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _words(each)
    elif "enum" in schema:
        yield from (format_html("<code>{}</code>", orjson.dumps(each).decode()) for each in schema["enum"])
    elif schema.get("type") == "array":
        yield format_html("list of {}", _type(schema.get("items", {})))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield format_html("object of {}", _type(schema["additionalProperties"]))
    else:
        yield format_html("{}", schema.get("format") or schema.get("type") or "any")


def _joined(parts: list[SafeString], between: str) -> SafeString:
    return mark_safe(escape(between).join(dict.fromkeys(parts)))  # noqa: S308  # the parts are escaped already


def _prose(text: str) -> SafeString:
    """Our own CommonMark; whatever HTML stood in it is escaped."""
    html: str = _MARKDOWN.render(text)
    return mark_safe(html)  # noqa: S308  # raw HTML is switched off
