"""Nobody known, nothing free: slow, half and idle connections cost themselves, and nobody else.

Meanwhile a good webhook, a page, REST and the questions of machines are answered as always.
"""

from __future__ import annotations

import resource
import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from tests.running.bodies import written
from tests.running.browsers import signed_in
from tests.running.product import PROJECT, Product, wait_until
from tests.running.webhooks import encode, post, sign

AT_ONCE = 5.0
"""seconds in which everything is answered, on a busy machine too; an attack that works takes it for minutes"""
MANY = 1_500
SMALL_LIMIT = 1_024
ENOUGH = 500
"""connections that are still there while the others are served; more where the product may have more files"""


@pytest.fixture(scope="module")
def product(home, request: pytest.FixtureRequest) -> Iterator[Product]:
    """One product with few file descriptors, which is what most shells give."""
    from tests.running import pristine

    pristine.fill_home(home)
    running = Product(home)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        with few_files():
            running.start()
        yield running
    finally:
        running.stop()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


@contextmanager
def few_files() -> Iterator[None]:
    """For a child that is started now; it may take more when the system lets it."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (SMALL_LIMIT, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def connections(product: Product, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that said something and wait."""
    with ExitStack() as opened:
        lines = []
        for _ in range(count):
            line = opened.enter_context(socket.create_connection(("127.0.0.1", product.port), timeout=20))
            if said:
                line.sendall(said)
            lines.append(line)
        yield lines


def waiting(lines: list[socket.socket]) -> int:
    """How many connections are neither ended nor answered."""
    looking = select.poll()
    for line in lines:
        looking.register(line, select.POLLIN)
    return len(lines) - len(looking.poll(0))


def everybody_is_served(product: Product, key: str) -> None:
    """A webhook is stored, a page drawn, REST and machines answered, each at once."""
    began = time.monotonic()
    assert post(product, encode(written(key, 1))).status_code == 200
    for path in ("/sign-in", "/readyz", "/healthz", "/metrics"):
        assert product.status_of(path) == 200
    assert product.api("GET", "/me").status_code == 200
    assert time.monotonic() - began < AT_ONCE


def half_post(product: Product, path: str, length: int = 1_000, sent: bytes = b"text=half") -> bytes:
    host = f"Host: 127.0.0.1:{product.port}"
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"POST {path} HTTP/1.1\r\n{host}\r\n{kind}\r\nContent-Length: {length}\r\n\r\n".encode() + sent


def test_idle_connections_and_heads(product: Product):
    head = b"GET / HTTP/1.1\r\nHost: a\r\n"
    with connections(product, MANY, b"") as idle, connections(product, MANY, head) as heads:
        everybody_is_served(product, "idle.0")
        assert waiting(idle) + waiting(heads) > ENOUGH
        for number in range(1, 3):
            everybody_is_served(product, f"idle.{number}")


def test_heads_of_webhooks(product: Product):
    path = urlsplit(product.connection["webhook_url"]).path
    with connections(product, MANY, f"POST {path} HTTP/1.1\r\nHost: a\r\n".encode()) as lines:
        everybody_is_served(product, "heads")
        assert waiting(lines) > ENOUGH


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/contacts", "/conversations/x/messages", "/readyz"])
def test_half_posts(product: Product, path: str):
    with connections(product, 60, half_post(product, path)) as lines:
        everybody_is_served(product, f"half.{path}")
        assert waiting(lines) == len(lines)


def test_answers_that_nobody_reads(product: Product):
    """Pages are threads, and a thread does not wait for a reader."""
    built = (PROJECT / "regulars" / "web" / "static_built").iterdir()
    largest = max(
        (file for file in built if file.suffix in {".css", ".js"}), key=lambda file: file.stat().st_size
    )
    assert httpx.get(f"{product.url}/static/{largest.name}").status_code == 200
    asked = f"GET /static/{largest.name} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 100
    with connections(product, 40, asked):
        everybody_is_served(product, "unread")


def test_a_flood_of_guesses(product: Product):
    """Judging a password takes a third of a second of a core; who works meanwhile has theirs."""
    with httpx.Client() as browser:
        browser.get(f"{product.url}/sign-in")
        secret = browser.cookies["regulars_csrf"]
    form = f"csrfmiddlewaretoken={secret}&email=nobody%40example.com&password=wrong".encode()
    head = half_post(product, "/sign-in", len(form), b"").replace(b"\r\n\r\n", b"\r\n", 1)
    asked = head + f"Cookie: regulars_csrf={secret}\r\n\r\n".encode() + form
    with connections(product, 60, asked) as lines:
        everybody_is_served(product, "guesses")
        first = lines[0].makefile("rb").readline()
    assert first.split()[1] in {b"200", b"422", b"429"}, first


@pytest.mark.parametrize("head", [b"GET /" + b"a" * 200_000, b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000])
def test_heads_have_an_end(product: Product, head: bytes):
    with connections(product, 1, b"") as (line,):
        try:
            line.sendall(head)
            assert line.makefile("rb").readline().split(b" ")[1] == b"431"
        except (BrokenPipeError, ConnectionResetError):
            pass
    everybody_is_served(product, "long.head")


# ---------------------------------------------------------------- slow ones, while the rest goes on


class Slowly(NamedTuple):
    """What became of connections that take their time; they take it while other tests run."""

    heads: Future[tuple[list[bytes], float]]
    webhook: Future[bytes]


@pytest.fixture(scope="module")
def slowly(product: Product) -> Iterator[Slowly]:
    with ThreadPoolExecutor(2) as pool:
        yield Slowly(pool.submit(dribble_heads, product), pool.submit(dribble_a_webhook, product))


def dribble_heads(product: Product) -> tuple[list[bytes], float]:
    """The first lines of the answers to heads that never end, and after how many seconds the first came."""
    with connections(product, 3, b"GET / HTTP/1.1\r\n") as lines:
        began = time.monotonic()
        answers = [line.makefile("rb").readline() for line in each_dribbles(lines)]
        return answers, time.monotonic() - began


def each_dribbles(lines: list[socket.socket]) -> list[socket.socket]:
    """A letter a second, until the server has had enough."""
    for line in lines:
        line.settimeout(0.05)
    while True:
        for line in lines:
            try:
                line.sendall(b"x")
                if line.recv(1, socket.MSG_PEEK):
                    line.settimeout(20)
                    return [line]
            except TimeoutError:
                continue
        time.sleep(0.5)


def dribble_a_webhook(product: Product) -> bytes:
    """The first line of the answer to a webhook that took longer than an idle connection may stay."""
    raw = encode(written("slowly", 1))
    path = urlsplit(product.connection["webhook_url"]).path
    signature = sign(raw, product.connection["app_secret"])
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(raw)}\r\n"
        f"X-Hub-Signature-256: {signature}\r\n\r\n"
    )
    with connections(product, 1, head.encode()) as (line,):
        for place in range(0, len(raw), len(raw) // 80 + 1):
            line.sendall(raw[place : place + len(raw) // 80 + 1])
            time.sleep(1)
        return line.makefile("rb").readline()


# ---------------------------------------------------------------- memory and disk


def held(product: Product) -> int:
    """Bytes of memory that the web process holds."""
    pid = product.pids()["web"]
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def send_most(line: socket.socket, raw: bytes) -> None:
    line.settimeout(0.5)
    try:
        line.sendall(raw)
    except OSError:
        pass


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("suffix", ["", "?x=1"], ids=["plain", "through uvicorn"])
def test_bodies_to_unknown_addresses_hold_nothing(product: Product, suffix: str):
    before, size = held(product), 4 * 1024 * 1024
    head = half_post(product, f"/webhooks/whatsapp/nobody{suffix}", size, b"")
    with connections(product, 200, head) as lines:
        for line in lines:
            send_most(line, b"x" * (size - 10))
        assert held(product) - before < 100 * 1024 * 1024
        everybody_is_served(product, f"unknown{len(suffix)}")
        assert {line.recv(12)[9:] for line in lines[:20]} == {b"404"}


def test_bodies_to_a_known_address_take_turns(product: Product):
    """Whoever knows an address gets no more memory than there is, and those who end in time are served."""
    before, size = held(product), 4 * 1024 * 1024
    head = half_post(product, urlsplit(product.connection["webhook_url"]).path, size, b"")
    with connections(product, 100, head) as lines:
        for line in lines:
            send_most(line, b"x" * (size - 10))
        assert held(product) - before < 200 * 1024 * 1024
        everybody_is_served(product, "turns")
    assert wait_until(lambda: post(product, b" " * 1_000_000).status_code == 400, 20)


@pytest.mark.parametrize("path", ["/media", "/api/v1/media", "/sign-in"])
def test_large_bodies_of_strangers_are_refused_from_the_head(product: Product, path: str):
    with connections(product, 1, half_post(product, path, 90_000_000)) as (line,):
        assert line.makefile("rb").readline().split(b" ")[1] == b"401"


def test_a_body_larger_than_any_file_is_refused_from_the_head(product: Product):
    with connections(product, 1, half_post(product, "/media", 600_000_000)) as (line,):
        assert line.makefile("rb").readline().split(b" ")[1] == b"413"


@pytest.mark.parametrize(
    "charset", ["utf-7", "utf-16", "hex", "punycode", "idna", "no", "\xff", "x" * 20_000]
)
def test_another_charset_is_refused_and_not_guessed(product: Product, charset: str):
    for path in ("/sign-in?a=%zz", "/api/v1/contacts?a=%zz"):
        request = half_post(product, path, 4, b"a=%c").replace(b"-urlencoded", b"-urlencoded; charset=")
        with connections(
            product, 1, request.replace(b"charset=", f"charset={charset}".encode("latin-1"))
        ) as (line,):
            assert line.makefile("rb").readline().split(b" ")[1] == b"415"


def test_refusals_are_for_people_and_for_programs(product: Product):
    large = {"file": ("a.pdf", b"%PDF" + b"x" * 500_000, "application/pdf")}
    refused = httpx.post(product.url + "/api/v1/media", files=large, timeout=20)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    with closing(signed_in(product)) as browser:
        headers = {"X-CSRFToken": browser.cookies["regulars_csrf"], "X-Fragment": "1"}
        assert browser.post("/media", files=large, headers=headers).status_code == 201
        assert product.api("POST", "/media", files=large).status_code == 201
    assert list((product.home / "incoming").iterdir()) == []


# ---------------------------------------------------------------- what became of the slow ones


def test_slow_heads_are_ended(slowly: Slowly):
    answers, seconds = slowly.heads.result(60)
    assert all(b" 408 " in answer for answer in answers), answers
    assert 15 < seconds < 60


@pytest.mark.slow
def test_a_webhook_that_comes_slowly_is_taken(slowly: Slowly):
    """Longer than an idle connection may stay: it is not idle."""
    assert slowly.webhook.result(120).split(b" ")[1] == b"200"
