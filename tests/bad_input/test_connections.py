"""One connection and what may come over it: webhooks take a short way of their own, and nobody may notice."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.running.bodies import written
from tests.running.ledgers import wait_until_read
from tests.running.product import Product
from tests.running.webhooks import encode, sign

PAGE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


pytestmark = pytest.mark.usefixtures("the_ledger_adds_up_and_nobody_died")


class Line:
    """A raw connection; reads answers one by one."""

    def __init__(self, product: Product) -> None:
        self._socket = socket.create_connection(("127.0.0.1", product.port), timeout=20)
        self._file = self._socket.makefile("rb")

    def say(self, raw: bytes) -> Line:
        self._socket.sendall(raw)
        return self

    def answer(self) -> int:
        """The status of the next answer; 0 when the server has closed the connection."""
        line = self._file.readline()
        if not line:
            return 0
        status, length = int(line.split(b" ")[1]), 0
        while (header := self._file.readline()).strip():
            name, _colon, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self._file.read(length)
        return status

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture
def line(product: Product) -> Iterator[Line]:
    opened = Line(product)
    yield opened
    opened.close()


def webhook(product: Product, key: str, *more: str, version: str = "1.1", query: str = "") -> bytes:
    raw = encode(written(key, 1))
    path = urlsplit(product.connection["webhook_url"]).path
    lines = [
        f"POST {path}{query} HTTP/{version}",
        f"Host: 127.0.0.1:{product.port}",
        "Content-Type: application/json",
        f"CONTENT-LENGTH: {len(raw)}",
        f"x-hub-signature-256: {sign(raw, product.connection['app_secret'])}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw


def stored(product: Product, prefix: str) -> list[str]:
    """Keys of the messages that begin so, in the order in which they were stored."""
    wait_until_read(product)
    rows = product.sql(
        "SELECT provider_id FROM conversations_message WHERE provider_id LIKE %s ORDER BY delivery_id",
        f"wamid.{prefix}%",
    )
    return [str(row[0]).removeprefix("wamid.") for row in rows]


def test_webhooks_and_pages_share_a_connection(product: Product, line: Line):
    for number in range(3):
        assert line.say(webhook(product, f"share.{number}")).answer() == 200
    assert line.say(PAGE).answer() == 200
    for number in range(3, 6):
        assert line.say(webhook(product, f"share.{number}")).answer() == 200
    assert line.say(PAGE).answer() == 200
    assert stored(product, "share.") == [f"share.{number}" for number in range(6)]


def test_requests_that_do_not_wait_for_answers_are_answered_in_turn(product: Product, line: Line):
    keys = [f"hasty.{number}" for number in range(8)]
    line.say(b"".join(webhook(product, key) for key in keys))
    assert [line.answer() for _ in keys] == [200] * 8
    assert stored(product, "hasty.") == keys


def test_a_request_that_comes_while_the_one_before_is_stored_waits(product: Product, line: Line):
    keys = [f"close.{number}" for number in range(8)]
    for key in keys:
        line.say(webhook(product, key))
        time.sleep(0.0003)
    assert [line.answer() for _ in keys] == [200] * 8
    assert stored(product, "close.") == keys


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_request_in_small_pieces(product: Product, line: Line, size: int):
    raw = webhook(product, f"crumbs.{size}")
    for start in range(0, len(raw), size):
        line.say(raw[start : start + size])
    assert line.answer() == 200
    assert line.say(webhook(product, f"crumbs.{size}.next")).answer() == 200
    assert len(stored(product, f"crumbs.{size}")) == 2


def test_who_wants_the_connection_closed_gets_it_closed(product: Product, line: Line):
    line.say(webhook(product, "last", "Connection: close"))
    assert [line.answer(), line.answer()] == [200, 0]
    assert stored(product, "last") == ["last"]


def test_the_old_protocol_is_understood(product: Product, line: Line):
    line.say(webhook(product, "old", version="1.0"))
    assert [line.answer(), line.answer()] == [200, 0]
    assert stored(product, "old") == ["old"]


def test_a_sender_that_asks_first_is_told_to_go_on(product: Product, line: Line):
    head, gap, body = webhook(product, "asks", "Expect: 100-continue").partition(b"\r\n\r\n")
    assert line.say(head + gap).answer() == 100
    assert line.say(body).answer() == 200
    assert stored(product, "asks") == ["asks"]


def test_a_query_changes_nothing(product: Product, line: Line):
    assert line.say(webhook(product, "query", query="?from=meta&x=%41")).answer() == 200
    assert stored(product, "query") == ["query"]


@pytest.mark.parametrize(
    "spoiled",
    [
        b"POST /webhooks/whatsapp/x HTTP/9.9\r\n\r\n",
        b"POST /webhooks/whatsapp/ \x00\xff\r\n\r\n",
        b"POST /webhooks/whatsapp/x HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /webhooks/whatsapp/x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /webhooks/whatsapp/x HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"BREW /coffee HTCPCP/1.0\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(line: Line, spoiled: bytes):
    assert line.say(spoiled).answer() == 400
    assert line.answer() == 0


def test_a_head_without_end_does_not_grow_without_end(product: Product, line: Line):
    line.say(b"POST /webhooks/whatsapp/x HTTP/1.1\r\n")
    try:
        for _ in range(64):
            line.say(b"x-padding: " + b"a" * 1_000 + b"\r\n")
        line.say(b"content-length: 2\r\n\r\n{}")
        assert line.answer() == 431
    except (BrokenPipeError, ConnectionResetError):
        pass
    with closing(Line(product)) as other:
        assert other.say(webhook(product, "after.padding")).answer() == 200
    assert stored(product, "after.padding") == ["after.padding"]


def test_errors_say_what_was_wrong_and_leave_the_connection_open(product: Product, line: Line):
    good = webhook(product, "good")
    assert (
        line.say(good.replace(b"x-hub-signature-256: sha256=", b"x-hub-signature-256: sha256=0")).answer()
        == 401
    )
    assert line.say(good.replace(b"/webhooks/whatsapp/", b"/webhooks/whatsapp/nobody-")).answer() == 404
    assert line.say(good).answer() == 200
    assert stored(product, "good") == ["good"]
