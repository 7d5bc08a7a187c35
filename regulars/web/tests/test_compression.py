"""Pages are compressed for whoever takes that, and nothing else is."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from regulars.web.compression import CompressPagesMiddleware
from regulars.workspaces.models import Member
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]
LONG = b"<p>hello</p>" * 100


def encoding_of(answer: HttpResponseBase, accepted: str) -> str:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    passed = CompressPagesMiddleware(lambda _request: answer).process_response(request, answer)
    return passed.get("Content-Encoding", "")


def test_a_page_and_its_strings_are_compressed(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "is the blue one left?")
    client = sign_in(cast.agent)
    paths = ["/inbox/unassigned", "/strings/ko.js"]
    plain = [client.get(path) for path in paths]
    small = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in paths]
    assert [each["Content-Encoding"] for each in small] == ["gzip"] * 2
    assert ["Accept-Encoding" in each["Vary"] for each in small] == [True] * 2
    assert [len(each.content) * 3 < len(other.content) for each, other in zip(small, plain, strict=True)] == [
        True
    ] * 2
    assert b"is the blue one left?" in gzip.decompress(small[0].content)
    assert plain[0].get("Content-Encoding") is None
    assert "immutable" in plain[1]["Cache-Control"]


def test_what_is_no_page_stays_as_it_is() -> None:
    answers: dict[str, HttpResponseBase] = {
        "page": HttpResponse(LONG),
        "for a browser that takes none": HttpResponse(LONG),
        "short": HttpResponse(b"<p>hello</p>"),
        "picture": HttpResponse(LONG, content_type="image/png"),
        "file": FileResponse(LONG, content_type="text/html"),
        "stream": StreamingHttpResponse([LONG], content_type="text/event-stream; charset=utf-8"),
        "REST": HttpResponse(LONG, content_type="application/json"),
    }
    found = {
        name: encoding_of(each, "identity" if "takes none" in name else "gzip")
        for name, each in answers.items()
    }
    assert found == {name: "gzip" if name == "page" else "" for name in answers}


def test_two_answers_of_one_page_differ_in_length(cast: Cast, sign_in: SignIn) -> None:
    """Neither the token in it nor its length is the same twice: nothing is learned by asking often (BREACH)."""
    client = sign_in(cast.agent)
    asked = [client.get("/inbox/open", headers={"Accept-Encoding": "gzip"}) for _ in range(12)]
    assert len({len(each.content) for each in asked}) > 1
    assert len({gzip.decompress(each.content) for each in asked}) == len(asked)
