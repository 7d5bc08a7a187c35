"""The OpenAPI document is valid, complete and true; the page needs no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from regulars.api.openapi import build_document
from regulars.api.problems import CATALOG
from regulars.api.routes import ROUTES
from regulars.api.tests.client import Api
from tests.cast import ALICE, Cast

PUBLIC = Api(None)


def test_the_document_is_valid_openapi_3_1(db: None):
    document = PUBLIC.get("/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_route_is_described_with_permission_and_problems(db: None):
    paths = build_document()["paths"]
    described = {
        (method.upper(), path): operation["x-permission"]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert described == {(route.method, route.path): route.permission for route in ROUTES}
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert {"401", "429", "500", "503"} <= set(operation["responses"]), (method, path)
            assert bool(operation["summary"]), (method, path)


def test_changes_describe_the_key_and_lists_the_cursor(db: None):
    for path, methods in build_document()["paths"].items():
        for method, operation in methods.items():
            references = {each.get("$ref") for each in operation["parameters"]}
            assert ("#/components/parameters/IdempotencyKey" in references) == (method != "get"), (
                method,
                path,
            )
    names = [each["name"] for each in build_document()["paths"]["/contacts"]["get"]["parameters"]]
    assert sorted(names) == ["cursor", "limit", "q"]


def test_notes_in_the_source_describe_the_fields(db: None):
    schemas = build_document()["components"]["schemas"]
    assert schemas["Media"]["properties"]["size"]["description"] == "bytes"
    assert schemas["TextToAddress"]["properties"]["reply_to"]["description"] == (
        "the id of a message of the same conversation to quote"
    )
    parameters = {
        each["name"]: each for each in build_document()["paths"]["/conversations"]["get"]["parameters"]
    }
    assert parameters["assignee"]["description"] == "a member's id, or `none`"


def test_every_reference_leads_somewhere(db: None):
    document = build_document()
    for reference in references_in(document):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert isinstance(node, dict)


def test_answers_are_what_the_document_says(api: Api, cast: Cast):
    """Real answers against the described shapes."""
    conversation = cast.hears(ALICE, "hello")
    sent = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"}).json()
    api.post(f"/conversations/{conversation.id}/notes", {"text": "note"})
    ids = {
        "contact_id": cast.alice.id,
        "conversation_id": conversation.id,
        "message_id": sent["id"],
        "inbox_id": cast.inbox.id,
    }
    document = build_document()
    checked = 0
    for route in ROUTES:
        if route.method == "GET" and set(route.id_names) <= set(ids):
            answer = api.get(route.path.format(**ids))
            operation = document["paths"][route.path]["get"]
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            OAS31Validator({**schema, "components": document["components"]}).validate(answer.json())
            checked += 1
    assert checked == 18


def test_problems_in_the_wild_are_in_the_catalog(api: Api):
    problem = api.get("/contacts/none").json()
    document = build_document()
    schema = document["components"]["schemas"]["Problem"]
    OAS31Validator(schema).validate(problem)
    assert set(schema["properties"]["code"]["enum"]) == set(CATALOG)


def test_the_page_shows_every_operation_without_scripts(db: None):
    response = PUBLIC.get("/docs")
    page = response.content.decode()
    outline = Outline()
    outline.feed(page)
    assert {route.handler.__name__ for route in ROUTES} <= outline.ids
    assert outline.anchors <= outline.ids
    assert (outline.tags & {"script", "style", "iframe"}, outline.inline) == (set(), [])
    assert outline.links == ["docs.css", "data:,"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert PUBLIC.get("/docs.css")["Content-Type"] == "text/css; charset=utf-8"


def test_every_problem_in_the_code_is_in_the_catalog():
    """Codes that handlers may raise are found by their class."""
    from regulars.kernel.errors import ProductError

    def every(kind: type[ProductError]) -> Iterator[type[ProductError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from every(child)

    ours = {
        each.code
        for each in every(ProductError)
        if each.__module__.startswith(("regulars.api", "regulars.kernel"))
    }
    said_otherwise = {
        "intent-used",
        "intent-in-progress",
    }  # REST says idempotency-key-reused, idempotency-in-progress
    assert ours - said_otherwise - {"problem"} <= set(CATALOG)


def references_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            elif key == "mapping":
                yield from value.values()
            else:
                yield from references_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value)


class Outline(HTMLParser):
    """Ids, anchors, style sheets and anything inline of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.anchors: set[str] = set()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids.add(values.get("id", ""))
        if values.get("href", "").startswith("#"):
            self.anchors.add(values["href"][1:])
        if tag == "link":
            self.links.append(values["href"])
        self.inline += [name for name in values if re.match(r"on|style$", name)]
