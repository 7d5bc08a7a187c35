"""A request that breaks off in mid-body was never made, whatever its form says so far: over real sockets, all routes.

Each body is cut at every tenth of its length, half of the times by a closed connection and half by a closed
direction; then the database is what it was. Whole, the same body does what it says.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import pytest

from tests.running.browsers import signed_in
from tests.running.ledgers import wait_until_heard
from tests.running.product import Product, wait_until
from tests.running.routes import all_places, fields_of
from tests.stories.customers import Customer

TENTHS = range(1, 10)
BOUNDARY = "cut-here"
SENTENCE = "We pay you 500, minus the fee of 450"
KEEPS_CHANGING = {
    "kernel_heartbeat",
    "kernel_periodicrun",
    "kernel_reactioncursor",
    "procrastinate_workers",
    "workspaces_auditseal",  # of each minute, over what was noted before
}
NOTED_OF_USE = {"workspaces_browsersession": ["last_seen_at", "source", "browser"]}
"""at most once a minute, so that it depends on how long the tests take"""
FORM, MULTIPART, JSON = (
    "application/x-www-form-urlencoded",
    f"multipart/form-data; boundary={BOUNDARY}",
    "application/json",
)


@dataclass(frozen=True)
class Whole:
    """A request before it is cut."""

    method: str
    path: str
    content_type: str
    body: bytes


@dataclass
class People:
    """Who is signed in, and what exists."""

    product: Product
    browser: httpx.Client
    objects: dict[str, str]

    def head(self, request: Whole) -> bytes:
        is_rest = request.path.startswith("/api/")
        cookies = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
        who = (
            f"Authorization: Bearer {self.product.ready['api_token']}"
            if is_rest
            else f"Cookie: {cookies}\r\nX-CSRFToken: {self.browser.cookies['regulars_csrf']}\r\nX-Fragment: 1"
        )
        return (
            f"{request.method} {request.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.product.port}\r\n{who}\r\n"
            f"Content-Type: {request.content_type}\r\nContent-Length: {len(request.body)}\r\n\r\n"
        ).encode()

    def make(self, request: Whole) -> int:
        with socket.create_connection(("127.0.0.1", self.product.port), timeout=20) as line:
            line.sendall(self.head(request) + request.body)
            return int(line.recv(4_096).split(b" ")[1])

    def cut(self, request: Whole, tenth: int) -> bytes:
        """Send so many tenths and go; returns what was answered, if one could still hear it."""
        part = request.body[: max(1, len(request.body) * tenth // 10)]
        with socket.create_connection(("127.0.0.1", self.product.port), timeout=20) as line:
            line.sendall(self.head(request) + part[:-1])
            line.sendall(part[-1:])
            if tenth % 2:
                return b""
            line.shutdown(socket.SHUT_WR)
            try:
                return line.recv(4_096)
            except ConnectionResetError:
                return b""


@pytest.fixture(scope="module")
def people(product: Product) -> Iterator[People]:
    Customer(product, "Cora Whole").says("What do I get for it?")
    wait_until_heard(product)
    conversation = product.api("GET", "/conversations").json()["items"][0]
    message = product.api("GET", f"/conversations/{conversation['id']}/messages").json()["items"][0]
    me = product.sql("SELECT id FROM workspaces_member ORDER BY created_at DESC LIMIT 1")[0][0]
    file = product.api("POST", "/media", files={"file": ("a.pdf", b"%PDF-1.4 x", "application/pdf")}).json()
    case = product.api("POST", "/cases", json={"title": "Late"}).json()
    filed = product.api("POST", f"/cases/{case['id']}/files", json={"media": file["id"]}).json()
    category = product.api("POST", "/case-categories", json={"name": "Half a category"}).json()
    objects = {
        "case_id": case["id"],
        "file_id": filed["id"],
        "category_id": category["id"],
        "conversation_id": conversation["id"],
        "contact_id": conversation["contact"]["id"],
        "message_id": message["id"],
        "media_id": file["id"],
        "inbox_id": conversation["inbox"]["id"],
        "connection_id": str(product.sql("SELECT id FROM inboxes_connection")[0][0]),
        "delivery_id": str(product.sql("SELECT max(id) FROM inboxes_delivery")[0][0]),
        "event_id": "1",
        "member_id": str(me),
        "token_id": str(product.sql("SELECT id FROM workspaces_apitoken ORDER BY created_at DESC")[0][0]),
        "team_id": str(product.sql("SELECT id FROM workspaces_team")[0][0]),
        "tag_id": str(product.sql("SELECT id FROM tags_tag")[0][0]),
        "tag": "vip",
        "view": "mine",
        "language": "ko",
    }
    browser = signed_in(product)
    wait_until_heard(product)
    # what the sign-in looked at last is noted within a second, and not as something that a cut request did
    noted = "SELECT 1 FROM workspaces_auditentry WHERE act = 'look' AND route = 'inbox-view'"
    assert wait_until(lambda: product.sql(noted) != [], 10)
    yield People(product, browser, objects)
    browser.close()


FIELDS = {
    "text": SENTENCE,
    "status": "resolved",
    "mode": "reply",
    "state": "resolved",
    "name": "Half A Name",
    "email": "half@example.com",
    "password": "half a password",
    "role": "agent",
    "emoji": "👍",
    "then": "resolve",
    "decision": "again",
    "language": "ko",
    "theme": "dark",
    "density": "compact",
}
"""what stands in the fields of a page's form; another field holds the sentence"""
STRUCTS = {
    "contacts": {"name": "Cut Short", "identities": [{"kind": "phone", "value": "+12025550188"}]},
    "contacts/{contact_id}": {"name": SENTENCE},
    "conversations/{conversation_id}": {"status": "resolved"},
    "conversations/{conversation_id}/messages": {"type": "text", "text": SENTENCE},
    "conversations/{conversation_id}/notes": {"text": SENTENCE},
    "tokens": {"name": SENTENCE, "role": "agent"},
}
"""bodies of REST; another route gets the sentence"""


def whole_requests(people: People) -> list[Whole]:
    """Of every route: a form in both encodings, or JSON; and an upload large enough to be spooled."""
    found = []
    for place in all_places():
        path = place.filled(people.objects)
        if place.is_rest:
            body = json.dumps(STRUCTS.get(place.path.removeprefix("/api/v1/"), {"text": SENTENCE})).encode()
            found += [Whole(method, path, JSON, body) for method in ("POST", "PATCH", "DELETE")]
        else:
            fields = {name: FIELDS.get(name, SENTENCE) for name in fields_of(place)}
            found += [
                Whole("POST", path, FORM, urlencode(fields).encode()),
                Whole("POST", path, MULTIPART, multipart(fields)),
            ]
    file = b"%PDF-1.4 " + b"x" * 400_000
    found += [Whole("POST", path, MULTIPART, multipart({}, file)) for path in ("/media", "/api/v1/media")]
    return found


def multipart(fields: dict[str, str], file: bytes = b"") -> bytes:
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    if file:
        parts.append(b'name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + file)
    opening = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(opening + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def all_rows(product: Product) -> dict[str, str]:
    """All but what is noted of a browser's use, whatever it asks for."""
    tables = product.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    digest = (
        "SELECT md5(string_agg(row, chr(10) ORDER BY row))"
        " FROM (SELECT (to_jsonb(r) - %s::text[])::text AS row FROM {} r) rows"
    )
    return {
        name: str(product.sql(digest.format(name), NOTED_OF_USE.get(name, []))[0][0])
        for (name,) in tables
        if name not in KEEPS_CHANGING
    }


def test_nothing_is_done_that_was_not_said_to_its_end(product: Product, people: People):
    before = all_rows(product)
    for request in whole_requests(people):
        for tenth in TENTHS:
            answer = people.cut(request, tenth)
            assert answer == b"", (request.method, request.path, answer)
    assert product.status_of("/readyz") == 200
    time.sleep(0.5)  # for what might still be on its way
    assert {name: rows for name, rows in all_rows(product).items() if rows != before.get(name)} == {}


def test_chunks_without_their_end_are_not_taken_for_a_body(product: Product, people: People):
    before = all_rows(product)
    for path in (f"/conversations/{people.objects['conversation_id']}/messages", "/api/v1/contacts"):
        request = Whole("POST", path, FORM, b"")
        head = people.head(request).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        with socket.create_connection(("127.0.0.1", product.port), timeout=20) as line:
            line.sendall(head + b"5\r\ntext=\r\n")
            assert line.recv(4_096).split(b" ")[1] == b"411"
    assert all_rows(product) == before


def test_whole_bodies_do_what_they_say(product: Product, people: People):
    """Else the tests above would show nothing."""
    thread = f"/conversations/{people.objects['conversation_id']}"
    said = urlencode({"text": SENTENCE}).encode()
    spooled = Whole("POST", "/media", MULTIPART, multipart({}, b"%PDF-1.4 " + b"x" * 400_000))
    assert [
        people.make(Whole("POST", f"{thread}/messages", FORM, said)),
        people.make(Whole("POST", f"{thread}/notes", FORM, said)),
        people.make(Whole("POST", f"{thread}/notes", MULTIPART, multipart({"text": SENTENCE}))),
        people.make(Whole("POST", f"/api/v1{thread}/notes", JSON, json.dumps({"text": SENTENCE}).encode())),
        people.make(spooled),
        people.make(Whole("POST", "/api/v1/media", MULTIPART, spooled.body)),
    ] == [201] * 6
