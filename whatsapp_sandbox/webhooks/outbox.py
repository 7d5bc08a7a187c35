"""Delivery at least once: queues per receiver, concurrent signed POSTs, retries with falling frequency."""

from __future__ import annotations

import asyncio
import io
import logging
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from whatsapp_sandbox.account import App
from whatsapp_sandbox.webhooks.envelope import BODY_LIMIT, Update, build_body, sign

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

logger = logging.getLogger(__name__)

_APP_FIELDS = (
    "message_template_",
    "template_",
    "account_",
    "phone_number_",
    "business_capability",
    "security",
)
_SHUFFLE_SPAN = 50
_STREAMED_FROM = 500_000  # bytes; aiohttp warns about larger bodies given whole


@dataclass(slots=True)
class Parcel:
    """A body that was or will be posted, with the updates in it."""

    updates: int
    body: bytes
    first_at: float
    attempts: int = 0
    tracked: tuple[Update, ...] = ()
    """Those whose fate is told by message_history."""


class Lane:
    """The queue of one app at one address, with its workers."""

    def __init__(self, sandbox: Sandbox, app: App, url: str, counters: Counter[str]) -> None:
        self._sandbox = sandbox
        self._app = app
        self._url = url
        self._counters = counters
        self._queue: deque[Update] = deque()
        self._parcels: deque[Parcel] = deque()
        self._wake = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []
        self.waiting = 0
        """Updates queued, on their way or waiting for a retry."""

    def add(self, update: Update) -> None:
        self._queue.append(update)
        self.waiting += 1
        self._counters["updates"] += 1
        if update.receipts is not None:
            update.receipts[self._app.id] = ["PENDING", self._url]
        if len(self._queue) > self._sandbox.switches.webhooks.queue_limit:
            self._note((self._queue.popleft(),), "FAILED")
            self._gone(1, "dropped")
        self._wake.set()
        if len(self._workers) < min(self._sandbox.switches.webhooks.concurrency, len(self._queue)):
            self._workers.append(asyncio.get_running_loop().create_task(self._work()))

    def clear(self) -> None:
        self._queue.clear()
        self._parcels.clear()
        self.waiting = 0

    async def close(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            parcel = await self._next()
            if parcel is not None:
                await self._post(parcel)
            if len(self._workers) > self._sandbox.switches.webhooks.concurrency:
                current = asyncio.current_task()
                self._workers = [worker for worker in self._workers if worker is not current]
                return

    async def _next(self) -> Parcel | None:
        switches = self._sandbox.switches.webhooks
        while not self._parcels and not self._queue:
            self._wake.clear()
            await self._wake.wait()
        if self._parcels:
            return self._parcels.popleft()
        if switches.batch_wait and len(self._queue) < switches.batch:
            await asyncio.sleep(switches.batch_wait)
        return self._pack(switches.batch)

    def _pack(self, batch: int) -> Parcel | None:
        if self._sandbox.switches.webhooks.shuffle:
            self._shuffle_front()
        updates = [self._queue.popleft() for _ in range(min(batch, len(self._queue)))]
        raw = next((index for index, update in enumerate(updates) if update.raw is not None), None)
        if raw is not None and len(updates) > 1:
            keep = max(raw, 1)
            self._queue.extendleft(reversed(updates[keep:]))
            updates = updates[:keep]
        return self._seal(updates) if updates else None

    def _shuffle_front(self) -> None:
        front = [self._queue.popleft() for _ in range(min(_SHUFFLE_SPAN, len(self._queue)))]
        self._sandbox.random.shuffle(front)
        self._queue.extendleft(front)

    def _seal(self, updates: list[Update]) -> Parcel:
        body = build_body(updates, self._sandbox.switches.webhooks.merge, self._sandbox.random)
        if len(body) > BODY_LIMIT and len(updates) > 1:
            half = len(updates) // 2
            self._queue.extendleft(reversed(updates[half:]))
            return self._seal(updates[:half])
        tracked = tuple(update for update in updates if update.receipts is not None)
        parcel = Parcel(len(updates), body, self._sandbox.now(), tracked=tracked)
        if self._sandbox.chance(self._sandbox.switches.webhooks.duplicate_percent):
            self._counters["duplicated"] += parcel.updates
            self.waiting += parcel.updates
            self._parcels.append(Parcel(parcel.updates, body, parcel.first_at))
            self._wake.set()
        return parcel

    async def _post(self, parcel: Parcel) -> None:
        parcel.attempts += 1
        self._counters["posts"] += 1
        status = await post_signed(
            self._sandbox.outbox.session,
            self._url,
            parcel.body,
            self._app.secret,
            self._sandbox.switches.webhooks.timeout,
        )
        if status == 200:
            self._counters["acknowledged_posts"] += 1
            self._note(parcel.tracked, "DELIVERED")
            self._gone(parcel.updates, "acknowledged")
        else:
            self._counters[f"answer_{status or 'none'}"] += 1
            self._try_again(parcel)

    def _try_again(self, parcel: Parcel) -> None:
        switches = self._sandbox.switches.webhooks
        age = self._sandbox.now() - parcel.first_at
        if parcel.attempts >= switches.retry_attempts or age > switches.retry_age:
            self._note(parcel.tracked, "FAILED")
            self._gone(parcel.updates, "dropped")
            return
        self._note(parcel.tracked, "RETRYING")
        self._counters["retries"] += 1
        power = min(parcel.attempts - 1, 60)
        wait = min(switches.retry_longest, switches.retry_first * switches.retry_factor**power)
        self._sandbox.scheduler.after(wait, self._queue_again, parcel, counted=False)

    def _queue_again(self, parcel: Parcel) -> None:
        self._parcels.append(parcel)
        self._wake.set()

    def _note(self, updates: tuple[Update, ...], state: str) -> None:
        for update in updates:
            if update.receipts is not None:
                update.receipts[self._app.id] = [state, self._url]

    def _gone(self, updates: int, counter: str) -> None:
        self._counters[counter] += updates
        self.waiting = max(0, self.waiting - updates)


class Outbox:
    """All lanes; decides which receivers an update goes to."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lanes: dict[tuple[str, str], Lane] = {}
        self.counters: Counter[str] = Counter()
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=False),
            headers={"Content-Type": "application/json", "User-Agent": "facebookexternalua"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def add(self, update: Update) -> None:
        for app in self._sandbox.account.apps:
            url = self._address(app, update)
            if url is None or (app.fields is not None and update.field not in app.fields):
                continue
            lane = self._lanes.get((app.id, url))
            if lane is None:
                lane = self._lanes[(app.id, url)] = Lane(self._sandbox, app, url, self.counters)
            lane.add(update)

    def _address(self, app: App, update: Update) -> str | None:
        """Number override before account override before the app's address; template and account fields skip both."""
        waba = self._sandbox.wabas.get(update.waba_id)
        if waba and waba.subscribed is not None and app.id not in waba.subscribed:
            return None
        if update.field.startswith(_APP_FIELDS):
            return app.webhook_url
        number = self._sandbox.numbers.get(update.number_id or "")
        if number and app.id in number.overrides:
            return number.overrides[app.id]
        if waba and app.id in waba.overrides:
            return waba.overrides[app.id]
        return app.webhook_url

    @property
    def waiting(self) -> int:
        return sum(lane.waiting for lane in self._lanes.values())

    def clear(self) -> None:
        for lane in self._lanes.values():
            lane.clear()
        self.counters.clear()

    async def close(self) -> None:
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
        await self.session.close()


async def post_signed(
    session: aiohttp.ClientSession, url: str, body: bytes, secret: str, seconds: float
) -> int:
    headers = {"X-Hub-Signature-256": sign(body, secret)}
    limit = aiohttp.ClientTimeout(total=seconds)
    data = io.BytesIO(body) if len(body) > _STREAMED_FROM else body
    try:
        async with session.post(
            url, data=data, headers=headers, timeout=limit, allow_redirects=False
        ) as response:
            await response.read()
            return response.status
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0


async def verify_address(session: aiohttp.ClientSession, url: str, verify_token: str, challenge: str) -> bool:
    """The handshake: GET with hub.* and the challenge back as the plain body."""
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        limit = aiohttp.ClientTimeout(total=10)
        async with session.get(url, params=query, timeout=limit, allow_redirects=False) as response:
            return response.status == 200 and (await response.text()).strip() == challenge
    except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError):
        return False
