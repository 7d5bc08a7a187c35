"""Ten sessions of one member with the same conversation open: how soon all of them know what one of them did (IN-4).

A draft, a hold (another member begins to answer), an assignment and a read mark, one after the other; the time runs
from the request until a stream has told.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping

import httpx

from benchmarks.accepting import Effort
from benchmarks.figures import Figure
from benchmarks.load import percentile
from benchmarks.product import Product
from benchmarks.seeding import seed
from benchmarks.showing import conversations_of

SESSIONS = 10
MOST_P95 = 200.0
"""milliseconds"""
ROUNDS_A_SECOND = 4
PATIENCE = 10.0
_CSRF = re.compile(r'data-csrf="([^"]+)"')
DEEDS: Mapping[str, tuple[str, bytes]] = {
    "draft": ("a draft", b"event: draft"),
    "presence": ("who answers", b"event: answering"),
    "assignment": ("an assignment", b"event: thread"),
    "reading": ("a read mark", b"event: row"),
}
"""by the address of what is done: its name, and how a stream tells of it"""


def measure_syncing(product: Product, effort: Effort) -> Iterator[Figure]:
    product.start_worker()
    conversation = next(iter(conversations_of(product).values()))
    product.cookies = product.cookies or seed(product, "sign-in", SESSIONS)["cookies"]
    turns = max(2, int(effort.seconds * ROUNDS_A_SECOND)) * effort.rounds
    took = asyncio.run(_measure(product, conversation, turns))
    for deed, (name, _event) in DEEDS.items():
        yield Figure(
            f"{name} in {SESSIONS} sessions of one member, p95",
            percentile(took[deed], 95),
            "ms",
            at_most=MOST_P95,
        )


class _Session:
    """A browser with the conversation open; ``heard`` is when its stream told of what is waited for."""

    def __init__(self, product: Product, cookie: str, conversation: str) -> None:
        name, _, value = cookie.partition("=")
        self.client = httpx.AsyncClient(
            base_url=str(product.facts["url"]), cookies={name: value.partition(";")[0]}, timeout=60
        )
        self.conversation = conversation
        self.awaited = b""
        self.heard = asyncio.Event()
        self.ready = asyncio.Event()
        self.heard_at = 0.0

    async def sit_down(self) -> None:
        page = await self.client.get("/inbox/open")
        token = _CSRF.search(page.text)
        if token is None:
            raise RuntimeError(f"no page for this cookie: {page.status_code}")
        self.client.headers.update(
            {"X-CSRFToken": token[1], "X-Fragment": "1", "Referer": str(self.client.base_url)}
        )

    async def follow(self) -> None:
        url = f"/live?conversation={self.conversation}&topics=inbox,later"
        async with self.client.stream("GET", url) as stream:
            async for part in stream.aiter_bytes():
                if b"event: hello" in part:
                    self.ready.set()
                if self.awaited and self.awaited in part and not self.heard.is_set():
                    self.heard_at = time.perf_counter()
                    self.heard.set()

    async def post(self, what: str, **form: str) -> None:
        answer = await self.client.post(f"/conversations/{self.conversation}/{what}", data=form)
        answer.raise_for_status()


async def _measure(product: Product, conversation: str, turns: int) -> dict[str, list[float]]:
    sessions = [_Session(product, product.cookies[0], conversation) for _ in range(SESSIONS)]
    colleague = _Session(product, product.cookies[1], conversation)
    for each in (*sessions, colleague):
        await each.sit_down()
    streams = [asyncio.create_task(each.follow()) for each in sessions]
    try:
        for each in sessions:
            await asyncio.wait_for(each.ready.wait(), PATIENCE)
        await sessions[0].post("reading", state="read")  # what it is already would be told to nobody
        await sessions[0].post("assignment", member="")
        took: dict[str, list[float]] = {deed: [] for deed in DEEDS}
        for turn in range(turns):
            for deed in DEEDS:
                took[deed] += await _one(sessions, colleague, deed, turn)
        return took
    finally:
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        for each in (*sessions, colleague):
            await each.client.aclose()


async def _one(sessions: list[_Session], colleague: _Session, deed: str, turn: int) -> list[float]:
    """Milliseconds until each session has been told of one deed."""
    await colleague.post("presence", state="gone")
    await asyncio.sleep(0.1)  # what came before has been told
    for each in sessions:
        each.awaited = DEEDS[deed][1]
        each.heard.clear()
    began = time.perf_counter()
    doer = colleague if deed == "presence" else sessions[0]
    await doer.post(deed, **_form(deed, turn))
    await asyncio.wait_for(asyncio.gather(*(each.heard.wait() for each in sessions)), PATIENCE)
    return [(each.heard_at - began) * 1000 for each in sessions]


def _form(deed: str, turn: int) -> dict[str, str]:
    forms: dict[str, dict[str, str]] = {
        "draft": {"mode": "reply", "text": f"As far as I have come: {turn}"},
        "presence": {"state": "writing"},
        "assignment": {"member": "" if turn % 2 else "me"},
        "reading": {"state": "read" if turn % 2 else "unread"},
    }
    return forms[deed]
