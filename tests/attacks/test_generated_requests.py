"""Whatever comes to whatever route, from whomever: no answer says that the mistake is ours.

Forms, queries, JSON and heads are made of what the routes know and of what nobody expects. Each request's effects
are undone, so that one does not end the session of the next.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulars.api import rate_limits
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.filing import add_file
from regulars.cases.operations.opening import NewCase, open_case
from regulars.conversations.models import Message
from regulars.inboxes.models import Delivery
from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.media.operations import store_upload
from regulars.tags.operations import create_tag
from regulars.workspaces.jobs import add_schedule
from tests.cast import ALICE, Cast, parked_event
from tests.running.routes import Place, all_places, fields_of, page_fields, rest_fields

EXAMPLES = 60
"""for each kind of request and each person"""

ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "-1",
    "0",
    "1",
    "9" * 25,
    "9" * 5_000,
    "-" + "9" * 400,
    "1e400",
    "nan",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "[" * 2_000,
    '{"a":' * 500,
    "../../etc/passwd",
    "..\\..\\x",
    "\u202egpj.exe",
    "%00",
    "%s%d%(x)s{0}{x}",
    "<script>alert(1)</script>",
    "x" * 20_000,
    "é" * 300,
    "🙂" * 300,
    "\r\nSet-Cookie: a=b",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30",
    "٣٤٥",
    "١",
    "²",
    "Ⅷ",
    "+974 0",
    "100 200",
]
ODD_JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**30, -(10**30), 2**31, 2**63, 2**64, 1e308, -1e308, 0.1]),
        st.sampled_from(ODD_TEXTS),
        st.text(max_size=20),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(rest_fields()), inner, max_size=5)
    ),
    max_leaves=12,
)
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=30), ODD_JSON.map(json.dumps))
ODD_HEADER_VALUES = {
    "Range": (
        [
            "bytes=0-",
            f"bytes={'9' * 5_000}-",
            f"bytes=-{'9' * 5_000}",
            "bytes=5-1",
            "bytes=-",
            "x=1-2",
            "²-",
        ]
    ),
    "Accept-Language": (["xx", "ko;q=9", "a" * 5_000, "*", "th,,;;q=", "en-\xff", "zh-hant-x"]),
    "Cookie": (
        [
            "a",
            r'regulars_session="\000"',
            r'regulars_session="\377\012"',
            "regulars_session=" + "z" * 3_000,
            "regulars_language=\x00",
            "regulars_language=../..",
            "regulars_csrf=\xff",
            "=;=;",
            "a=" + "b" * 5_000,
        ]
    ),
    "Host": (["a b", "", "[::1", "x" * 500, "a,b", "-", "evil.example:99999", "\xff"]),
    "X-Fragment": (["1", "\xff", "a b"]),
    "X-Forwarded-Proto": (["https", "\xff", "ftp"]),
    "X-Forwarded-For": (["", "1,2,3", "::::", "\xff"]),
    "Referer": (["http://[", "\xff", "x" * 3_000]),
    "Origin": (["null", "http://[", "\xff"]),
    "If-Modified-Since": (["yesterday", "Mon, 99 Foo 99999 99:99:99 GMT", "9" * 400]),
    "If-None-Match": (["*", '"', "W/", "\xff"]),
    "Idempotency-Key": (["", "\xff", "a" * 5_000, "k"]),
    "Accept": (["", "*/*;q=x", "\xff/\xff"]),
    "Content-Encoding": (["gzip", "\xff"]),
}
ODD_HEADERS = st.lists(
    st.sampled_from([(name, value) for name, values in ODD_HEADER_VALUES.items() for value in values]),
    max_size=2,
).map(dict)
ODD_TYPES = ["application/json", "", "\xff", "text/xml"]
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SEGMENTS = st.one_of(
    st.sampled_from(
        ["x", "%00", "%FF", "0", "..", "%2e%2e", "9" * 60, "a" * 2_000, "%F0%9F%99%82", "%ED%A0%80"]
    ),
    st.text(min_size=1, max_size=8).map(
        lambda text: quote_from_bytes(text.encode("utf-8", "replace"), safe="")
    ),
)


@st.composite
def pairs(draw: st.DrawFn, names: list[str]) -> list[tuple[str, str]]:
    """Some fields, now and then a great many."""
    some = draw(st.lists(st.tuples(st.one_of(st.sampled_from(names), TEXTS), TEXTS), max_size=6))
    return some * 400 if some and draw(st.integers(0, 19)) == 7 else some


def encoded(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(
        [(k.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass")) for k, v in fields]
    ).encode()


@st.composite
def multipart(draw: st.DrawFn, names: list[str]) -> tuple[bytes, str]:
    """A form with files, whose names and heads may be anything."""
    boundary = draw(st.sampled_from(["xyz", "a b", "", "é", "x" * 80]))
    parts = []
    for name, value in draw(pairs(names))[:50]:
        file_name = draw(
            st.sampled_from(
                [
                    None,
                    None,
                    "a.png",
                    "",
                    "\x00",
                    "../../x",
                    "a" * 400,
                    "\u202egpj.exe",
                    ".",
                    "é.é",
                    "a\tb.pdf",
                ]
            )
        )
        file_part = "" if file_name is None else f'; filename="{file_name}"'
        kind = draw(
            st.sampled_from(
                [
                    "",
                    "\r\nContent-Type: image/png",
                    "\r\nContent-Type: \x00",
                    "\r\nContent-Transfer-Encoding: base64",
                    "\r\nContent-Type: text/plain; charset=utf-7",
                ]
            )
        )
        head = f'Content-Disposition: form-data; name="{name}"{file_part}{kind}'
        parts.append(f"--{boundary}\r\n{head}\r\n\r\n{value}\r\n".encode("utf-8", "surrogatepass"))
    end = draw(st.sampled_from([f"--{boundary}--\r\n", "", f"--{boundary}"]))
    return b"".join(parts) + end.encode(), f"{MULTIPART}; boundary={boundary}"


@st.composite
def page_requests(draw: st.DrawFn) -> Request:
    place = draw(st.sampled_from(PAGES))
    names = draw(st.sampled_from([fields_of(place), fields_of(place), page_fields()]))
    if draw(st.booleans()):
        body, content_type = encoded(draw(pairs(names))), FORM
    else:
        body, content_type = draw(multipart(names))
    return draw(requests_of(place, names, body, content_type))


@st.composite
def rest_requests(draw: st.DrawFn) -> Request:
    place, names = draw(st.sampled_from(REST)), rest_fields()
    kind = draw(st.integers(0, 3))
    if kind == 0:
        body, content_type = draw(multipart(["file", "mime_type", *names]))
    elif kind == 1:
        body, content_type = draw(st.binary(max_size=60)), draw(st.sampled_from(ODD_TYPES))
    else:
        tree = draw(st.dictionaries(st.sampled_from(names), ODD_JSON, max_size=8))
        body, content_type = (
            json.dumps(tree).encode(),
            "application/json",
        )
    return draw(requests_of(place, names, body, content_type))


@st.composite
def requests_of(draw: st.DrawFn, place: Place, names: list[str], body: bytes, content_type: str) -> Request:
    ends = st.sampled_from(["", "", "", "%", "&&=", "%FF=%ED%A0%80", ";", "next=-1"])
    return Request(
        place,
        draw(st.one_of(st.none(), st.none(), st.none(), SEGMENTS)),
        draw(st.sampled_from(["POST", "POST", "GET", *METHODS])),
        encoded(draw(pairs(names))[:60]).decode() + draw(ends),
        body,
        content_type,
        draw(ODD_HEADERS),
    )


@dataclass
class Request:
    """One request to one of the places."""

    place: Place
    odd_segment: str | None
    method: str
    query: str
    body: bytes
    content_type: str
    headers: dict[str, str]


PAGES = [place for place in all_places() if not place.is_rest]
REST = [place for place in all_places() if place.is_rest]


@dataclass
class Stage:
    """The cast, objects that exist by the names that the routes give them, and who asks."""

    cast: Cast
    objects: dict[str, str]
    cookies: dict[str, str]
    headers: dict[str, str]

    def ask(self, request: Request) -> int:
        """The status that a request is answered with; what it did is undone."""
        odd = request.odd_segment
        path = request.place.filled(self.objects if odd is None else dict.fromkeys(request.place.names, odd))
        client = Client(raise_request_exception=False)
        client.cookies.load(self.cookies)
        headers = {**request.headers, **self.headers}
        if self.cookies:
            headers.pop("Cookie", None)
        before = transaction.savepoint()  # no block of ours: what wants to be the outermost one may begin
        response = client.generic(
            request.method,
            path,
            request.body,
            content_type=request.content_type,
            QUERY_STRING=request.query,
            headers=headers,
        )
        if hasattr(response, "streaming_content"):
            list(response.streaming_content)
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)
        return response.status_code


def objects_of(cast: Cast) -> dict[str, str]:
    conversation = cast.hears(ALICE, "hello")
    cast.hears(ALICE, "again")
    client = Client()
    client.force_login(cast.owner.user)
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x", "application/pdf")
    case = open_case(NewCase(title="Late"), by=cast.actor())
    upload = store_upload(
        cast.workspace.id, "document", [b"%PDF-1.4 y"], "b.pdf", "application/pdf", by=cast.actor()
    )
    delivery = Delivery.objects.create(connection=cast.connection, body=b"{}", state="failed")
    parked = parked_event(cast.workspace.id, reaction="whatsapp.show_typing", error="LookupError")
    return {
        "delivery_id": str(delivery.id),
        "event_id": str(parked.id),
        "job_id": str(start_replay(WhichDeliveries(), by=cast.actor(cast.owner)).id),
        "schedule_id": str(add_schedule("inboxes.replay", None, "0 3 * * *", by=cast.actor(cast.owner)).id),
        "conversation_id": str(conversation.id),
        "contact_id": str(conversation.contact_id),
        "message_id": str(Message.objects.filter(conversation=conversation).latest("id").id),
        "media_id": client.post("/media", {"file": file}).json()["id"],
        "inbox_id": str(cast.inbox.id),
        "connection_id": str(cast.connection.id),
        "member_id": str(cast.mate.id),
        "token_id": str(cast.token_actor("agent").id),
        "team_id": str(cast.team.id),
        "tag_id": str(create_tag(cast.workspace.id, "vip", by=cast.actor()).id),
        "case_id": str(case.id),
        "file_id": str(add_file(case, upload, by=cast.actor()).id),
        "category_id": str(create_category(cast.workspace.id, "Repair", by=cast.actor()).id),
        "tag": "vip",
        "view": "mine",
        "language": "ko",
    }


@pytest.fixture
def stage(cast: Cast, who: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(rate_limits, "buckets", rate_limits.Buckets(1_000_000, 1_000_000))
    client = Client()
    if who:
        client.force_login(cast.members[who].user)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    headers = {"Authorization": f"Bearer {cast.token(who)}"} if who and who != "owner" else {}
    return Stage(cast, objects_of(cast), cookies, headers)


as_usual = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def is_no_mistake_of_ours(status: int) -> bool:
    """502 says that the platform cannot be reached, and /readyz with 503 that no worker runs: so it is in tests."""
    return status < 500 or status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


KNOWN = [
    ("POST", "/conversations/{conversation_id}/messages", {"text": "a\x00b"}, {}, 422),
    ("POST", "/conversations/{conversation_id}/notes", {"text": "\x00"}, {}, 422),
    ("POST", "/conversations/{conversation_id}/draft", {"text": "\x00", "mode": "reply"}, {}, 422),
    ("GET", "/inbox?cursor=%00", {}, {}, 422),
    ("GET", "/search?q=%00", {}, {}, 422),
    ("GET", "/invitations/%00", {}, {}, 422),
    ("GET", "/set-up?secret=%00", {}, {}, 422),
    ("POST", "/set-up", {"secret": "\x00"}, {}, 422),
    ("POST", "/language?next=-1", {"language": "ko"}, {}, 302),
    ("POST", "/preferences", {"next": "-1"}, {}, 302),
    ("GET", "/sign-in?next=-1", {}, {}, 302),
    ("GET", "/media/{media_id}", {}, {"Range": f"bytes={'9' * 5_000}-"}, 416),
    ("GET", "/media/{media_id}", {}, {"Range": f"bytes=0-{'9' * 18}"}, 206),
    ("POST", "/conversations/{conversation_id}/notes", {f"f{n}": "x" for n in range(1_500)}, {}, 413),
    ("GET", "/readyz", {}, {"Cookie": r'regulars_session="\000"'}, None),
    ("GET", "/inbox", {}, {"Cookie": r'regulars_session="\000"'}, 302),
]


@pytest.mark.parametrize("who", ["owner"])
@pytest.mark.parametrize(("method", "path", "form", "headers", "status"), KNOWN)
def test_what_broke_once(
    stage: Stage,
    who: str,
    method: str,
    path: str,
    form: dict[str, str],
    headers: dict[str, str],
    status: int | None,
):
    body = encoded(list(form.items()))
    client = Client(raise_request_exception=False)
    if "Cookie" not in headers:
        client.cookies.load(stage.cookies)
    response = client.generic(method, path.format(**stage.objects), body, content_type=FORM, headers=headers)
    if hasattr(response, "streaming_content"):
        list(response.streaming_content)
    assert response.status_code == status or (status is None and path == "/readyz")


@pytest.mark.parametrize("who", ["admin"])
def test_rest_says_that_a_form_is_too_long(stage: Stage, who: str):
    client = Client(raise_request_exception=False, headers=stage.headers)
    many = {f"f{n}": "x" for n in range(1_500)}
    asked = client.post("/api/v1/media", many)
    assert (asked.status_code, asked.json()["code"]) == (413, "form-too-long")


@pytest.mark.parametrize("who", ["owner", "agent", ""])
@as_usual
@given(request=page_requests())
def test_no_page_breaks(stage: Stage, who: str, request: Request):
    assert is_no_mistake_of_ours(stage.ask(request))


@pytest.mark.parametrize("who", ["admin", "agent", ""])
@as_usual
@given(request=rest_requests())
def test_no_call_breaks(stage: Stage, who: str, request: Request):
    assert is_no_mistake_of_ours(stage.ask(request))
