"""Whatever goes wrong leaves as a problem: paths, methods, bodies, our own mistakes, a lost database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError

from regulars.api import dispatch, rate_limits
from regulars.api.tests.client import Api, problem
from tests.cast import Cast


@pytest.mark.parametrize("path", ["/nothing", "/contacts/", "/", "/../admin", "/contacts/1/2/3"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_unknown_paths(api: Api, method: str, path: str):
    assert problem(api.send(method, path)) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/contacts"), ("DELETE", "/ledger"), ("OPTIONS", "/tokens")]
)
def test_unknown_methods_name_the_known_ones(api: Api, method: str, path: str):
    refused = api.send(method, path)
    assert problem(refused) == (405, "method-not-allowed")
    assert refused["Allow"] == {"/contacts": "GET, POST", "/ledger": "GET", "/tokens": "GET, POST"}[path]


def test_head_is_get_without_a_body(api: Api):
    response = api.send("HEAD", "/me")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"name": "\xed\xa0\x80"}', b"[" * 100_000, b"nul"])
def test_what_is_not_json(api: Api, body: bytes):
    assert problem(api.send("POST", "/contacts", body)) == (400, "not-json")


@pytest.mark.parametrize(
    "text", ['{"name": "\\u0000"}', '{"fields": {"\\u0000": 1}}', '{"tags": ["a\\u0000"]}']
)
def test_characters_that_cannot_be_stored(api: Api, cast: Cast, text: str):
    assert problem(api.send("PATCH", f"/contacts/{cast.alice.id}", text.encode())) == (422, "invalid")


def test_a_body_may_be_four_megabytes(api: Api):
    refused = api.send("POST", "/contacts", b'"' + b"x" * (4 * 1024 * 1024) + b'"')
    assert problem(refused) == (413, "too-large")
    assert refused.json()["limit"] == 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"page": 2}, "page"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WzEsMl0"}, "cursor"),
        (
            {
                "cursor": "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgIjAxODkwYTVkLWFjOTYtNzc0Yi1iY2NlLWIzMDIwOTlhODA1NyJd"
            },
            "cursor",
        ),
        ({"q": "\x00"}, "q"),
    ],
)
@pytest.mark.parametrize("path", ["/contacts", "/conversations"])
def test_wrong_parameters_are_named(api: Api, path: str, query: dict[str, object], field: str):
    refused = api.get(path, **query)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]


def test_our_own_mistake_tells_nothing_but_an_incident(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def burst(*_arguments: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(dispatch, "_to_response", burst)
    response = api.get("/me")
    assert problem(response) == (500, "internal-error")
    assert "secret" not in response.content.decode()
    (record,) = (each for each in caplog.records if each.name == dispatch.__name__)
    assert record.__dict__["incident"] == response.json()["incident"]


def test_a_lost_database_is_503_with_retry_after(api: Api, monkeypatch: pytest.MonkeyPatch):
    def lose(_request: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(dispatch, "authenticate", lose)
    response = api.get("/me")
    assert problem(response) == (503, "unavailable")
    assert (response["Retry-After"], response.json()["retry_after"]) == ("5", 5)


def test_a_runaway_token_is_slowed_down(as_role: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch):
    moments = [0.0]
    monkeypatch.setattr(rate_limits, "buckets", rate_limits.Buckets(2, 3, clock=lambda: moments[0]))
    greedy, other = as_role("agent"), as_role("agent")
    assert [greedy.get("/me/permissions").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = greedy.get("/me/permissions")
    assert problem(refused) == (429, "too-many-requests")
    assert refused["Retry-After"] == "1"
    assert other.get("/me/permissions").status_code == 200
    moments[0] = 0.5
    assert [greedy.get("/me/permissions").status_code for _ in range(2)] == [200, 429]


def test_problems_speak_the_callers_language(api: Api):
    api.headers["Accept-Language"] = "ko"
    assert problem(api.get("/contacts/none")) == (404, "not-found")


def test_a_body_without_its_length_is_refused_and_not_taken_for_empty(api: Api):
    for content_type in ("application/json", "multipart/form-data; boundary=x"):
        response = api.client.post(
            "/api/v1/media" if "form" in content_type else "/api/v1/contacts",
            b"",
            content_type=content_type,
            headers={**api.headers, "Transfer-Encoding": "chunked"},
            CONTENT_LENGTH="",
        )
        assert problem(response) == (411, "length-required")
