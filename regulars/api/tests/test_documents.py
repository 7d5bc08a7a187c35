"""The OpenAPI document is valid, complete and true; the page needs no script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import validate

from regulars.api.openapi import build_document
from regulars.api.problems import CATALOG
from regulars.api.routes import ROUTES
from regulars.api.tests.client import Api, check_described
from tests.cast import Cast

PUBLIC = Api(None)


def test_the_document_is_valid_openapi_3_1(db: None):
    document = PUBLIC.get("/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_what_takes_away_answers_nothing_and_what_cancels_answers_the_job():
    answers = {
        route.status for route in ROUTES if route.method == "DELETE" and route.path != "/jobs/{job_id}"
    }
    assert answers == {HTTPStatus.NO_CONTENT}


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
    assert sorted(names) == ["conditions", "cursor", "limit", "person", "q"]


def test_everything_is_described_and_has_an_example(db: None):
    """Every shape, property and parameter; each example fits its own schema."""
    document = build_document()
    schemas, parts = document["components"]["schemas"], {"components": document["components"]}
    nodes = {f"{name}.{field}": node for name, field, node in properties_in(schemas)}
    nodes |= schemas
    nodes |= {
        f"{method} {path} {each['name']}": {**each["schema"], "description": each["description"]}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for each in operation["parameters"]
        if "$ref" not in each
    }
    bare = [name for name, node in nodes.items() if not (node.get("description") and node.get("examples"))]
    assert bare == []
    wrong = [
        f"{name}: {error.message}"
        for name, node in nodes.items()
        for example in node["examples"]
        for error in OAS31Validator({**node, **parts}, format_checker=oas31_format_checker).iter_errors(
            example
        )
    ]
    assert wrong == []


def test_times_and_closed_sets_say_so(db: None):
    schemas = build_document()["components"]["schemas"]
    loose = [
        f"{name}.{field}"
        for name, field, node in properties_in(schemas)
        if re.search(r"(^|_)(at|until|since)$", field) and "date-time" not in str(node)
    ]
    assert loose == []
    message = schemas["Message"]["properties"]
    assert {"image", "unknown", "revoke"} < set(message["kind"]["enum"])
    assert {"received", "queued", "failed"} < set(message["status"]["enum"])
    assert message["content"]["$ref"] == "#/components/schemas/Content"
    assert set(schemas["Content"]["discriminator"]["mapping"]) == set(message["kind"]["enum"])
    assert schemas["Inbox"]["properties"]["problem"]["anyOf"][0]["$ref"].endswith("/InboxProblem")
    assert schemas["NewIdentity"]["properties"]["channel"]["type"] == "string"


def test_every_reference_leads_somewhere(db: None):
    document = build_document()
    for reference in references_in(document):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert isinstance(node, dict)


def test_an_answer_that_is_not_as_described_is_found(api: Api, cast: Cast):
    """Every answer of the tests is checked so (``client.py``)."""
    answer = api.get("/me")
    answer._container = [answer.content.replace(b'"kind":"token"', b'"kind":"member"')]
    with pytest.raises(AssertionError, match="member"):
        check_described(answer)


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


def properties_in(schemas: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, schema in schemas.items():
        for field, node in schema.get("properties", {}).items():
            yield name, field, node


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
