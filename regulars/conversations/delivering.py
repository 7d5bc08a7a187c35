"""The sender: takes queued messages of the numbers it owns and gives them to their channel, at their pace.

A number is owned by one sender at a time (a session-level advisory lock), so its throughput and each person's
pace need no shared state. Whoever takes over a number settles what its dead owner left half done: those
messages are *unknown*, never sent again by themselves. Order holds per conversation: the next message leaves
when the one before has an outcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from regulars.conversations.operations.claiming import Claimed, claim_batch
from regulars.conversations.operations.settling import (
    give_up_lost_leases,
    record_results,
    release_own_leases,
)
from regulars.conversations.pacing import PeoplePace, Throughput
from regulars.conversations.ports import Transport
from regulars.inboxes.operations import pause_connection
from regulars.inboxes.ports import Deferred, Refused, SendResult, Uncertain
from regulars.kernel.metrics import SENDS

logger = logging.getLogger(__name__)

T = TypeVar("T")
CLAIM_SIZE = 300
IN_FLIGHT = 400
"""messages on their way at a time in this process; a provider that answers slowly is not asked for more"""
IN_FLIGHT_PER_NUMBER = 300
RECORD_SIZE = 200
ROUND_SECONDS = 0.02
BUSY_ROUND_SECONDS = 0.03
"""from one round to the next while (many) messages are on their way, and how long a result waits for company: claiming
and settling them one by one costs more than sending them"""
MANY = 50
IDLE_SECONDS = 1.0
LEASE_CHECK_SECONDS = 5.0
GIVE_BACK_SECONDS = 30.0
"""an idle number is given back after this, so that another sender may own it"""
HOLD_AFTER_FAULT_SECONDS = 5.0
_LOCK_CLASS = 7_303
_LOST_DATABASE = (OperationalError, InterfaceError, psycopg.OperationalError)


@dataclass(slots=True)
class _Number:
    """What the sender knows of a number that it owns."""

    inbox_id: UUID
    connection_id: UUID
    channel: str
    throughput: Throughput
    pace: PeoplePace = field(default_factory=PeoplePace)
    in_flight: int = 0
    held_until: float = 0.0
    worked_at: float = 0.0

    def is_idle(self, now: float) -> bool:
        """Quiet for so long that it may be given back; who waits is remembered until the wait is over."""
        is_waiting = self.held_until > now or bool(self.pace.held(now))
        return self.in_flight == 0 and not is_waiting and now - self.worked_at > GIVE_BACK_SECONDS


class Sender:
    """Runs until ``stop``; ``wake`` may be called from any thread. One for each worker process."""

    def __init__(self, transports: Mapping[str, Transport], database_url: str) -> None:
        self._transports = transports
        self._url = database_url
        self._numbers: dict[UUID, _Number] = {}
        self._results: list[tuple[Claimed, SendResult]] = []
        self._have_results = asyncio.Event()
        self._is_recording = False
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sender")
        self._locks: psycopg.AsyncConnection[Any] | None = None
        self._checked_leases_at = 0.0

    def wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is on its way has an outcome."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        recorder = asyncio.create_task(self._record_forever())
        while not self._stopping:
            try:
                await self._step()
            except _LOST_DATABASE as error:
                logger.warning("the sender lost the database", extra={"error": type(error).__name__})
                await self._lose_locks()
            except Exception:
                logger.exception("a round of the sender failed")
            await self._rest()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=20)
        while self._results or self._is_recording:  # noqa: ASYNC110 - only while stopping
            await asyncio.sleep(0.01)
        recorder.cancel()
        await self._lose_locks()

    async def _rest(self) -> None:
        if self._in_flight():
            await asyncio.sleep(self._round())
            return
        try:
            await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()

    def _round(self) -> float:
        return BUSY_ROUND_SECONDS if self._in_flight() > MANY else ROUND_SECONDS

    def _in_flight(self) -> int:
        return sum(number.in_flight for number in self._numbers.values())

    async def _step(self) -> None:
        """One round over the numbers with work."""
        await self._check_leases()
        waiting = await self._ask(_numbers_with_work)
        await self._own(waiting)
        for inbox_id in waiting:
            number = self._numbers.get(inbox_id)
            if number is not None:
                await self._claim_or_hold(number)
        await self._give_back_idle()

    async def _check_leases(self) -> None:
        """Give up what nobody sends any more, and notice when the session of our locks is gone."""
        if monotonic() - self._checked_leases_at > LEASE_CHECK_SECONDS:
            self._checked_leases_at = monotonic()
            if self._locks is not None:
                await self._locks.execute("SELECT 1")
            lost = await self._ask(give_up_lost_leases)
            if lost:
                logger.warning("messages with an unknown result", extra={"count": lost})

    async def _claim_or_hold(self, number: _Number) -> None:
        """Claim; a number whose messages cannot be claimed waits and leaves the others alone."""
        try:
            await self._claim(number)
        except _LOST_DATABASE:
            raise
        except Exception:
            logger.exception("a number cannot be served", extra={"inbox": str(number.inbox_id)})
            number.held_until = monotonic() + HOLD_AFTER_FAULT_SECONDS

    async def _claim(self, number: _Number) -> None:
        now = monotonic()
        room = min(CLAIM_SIZE, IN_FLIGHT - self._in_flight(), IN_FLIGHT_PER_NUMBER - number.in_flight)
        limit = min(room, number.throughput.available(now))
        if limit <= 0 or number.held_until > now:
            return
        claimed = await self._ask(claim_batch, number.inbox_id, limit, number.pace.held(now))
        number.throughput.take(len(claimed))
        number.in_flight += len(claimed)
        number.worked_at = now
        for each in claimed:
            number.pace.note_sent(each.conversation_id, now)
            task = asyncio.create_task(self._send(number, each))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, number: _Number, claimed: Claimed) -> None:
        try:
            result = await self._transports[number.channel].send(claimed)
        except Exception as error:  # a fault of ours: whether the request left is not known
            logger.exception("a transport failed", extra={"message_id": claimed.to_send.message_id})
            result = Uncertain(reason=f"transport-failed: {type(error).__name__}")
        SENDS.labels(type(result).__name__.lower()).inc()
        number.in_flight -= 1
        self._follow(number, claimed, result)
        self._results.append((claimed, result))
        self._have_results.set()
        self._wake.set()

    def _follow(self, number: _Number, claimed: Claimed, result: SendResult) -> None:
        """What an answer means for the messages behind it."""
        if not isinstance(result, Deferred | Refused) or result.pauses == "message":
            return
        wait = result.wait.total_seconds() if isinstance(result, Deferred) else 60.0
        until = monotonic() + wait
        if result.pauses == "contact":
            number.pace.hold(claimed.conversation_id, until)
        elif result.pauses == "number":
            number.held_until = max(number.held_until, until)
        else:
            for other in self._numbers.values():
                if other.connection_id == number.connection_id:
                    other.held_until = max(other.held_until, until)
            if isinstance(result, Refused):
                self._pause(number.connection_id, result.error.title)

    def _pause(self, connection_id: UUID, problem: str) -> None:
        task = asyncio.create_task(self._ask(pause_connection, connection_id, problem))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _record_forever(self) -> None:
        while True:
            await self._have_results.wait()
            await asyncio.sleep(self._round())
            batch, self._results = self._results[:RECORD_SIZE], self._results[RECORD_SIZE:]
            if not self._results:
                self._have_results.clear()
            self._is_recording = True
            await self._record(batch)
            self._is_recording = False

    async def _record(self, batch: list[tuple[Claimed, SendResult]]) -> None:
        """Write outcomes down; while the database is away they are kept here and tried again."""
        while True:
            try:
                await self._ask(record_results, batch)
                return
            except _LOST_DATABASE as error:
                count = len(batch)
                logger.warning(
                    "outcomes wait for the database", extra={"count": count, "error": type(error).__name__}
                )
                await asyncio.sleep(1)
            except Exception:
                logger.exception("outcomes were not written", extra={"count": len(batch)})
                if len(batch) > 1:
                    for each in batch:
                        await self._record([each])
                return

    async def _own(self, waiting: Mapping[UUID, tuple[UUID, str, int]]) -> None:
        """Try to become the owner of numbers with work; keep their throughput up to date."""
        fresh = []
        for inbox_id, (connection_id, channel, per_second) in waiting.items():
            number = self._numbers.get(inbox_id)
            if number is not None:
                number.throughput.per_second = per_second
            elif await self._lock(inbox_id):
                self._numbers[inbox_id] = _Number(
                    inbox_id, connection_id, channel, Throughput(per_second), worked_at=monotonic()
                )
                fresh.append(inbox_id)
        if fresh:
            await self._ask(release_own_leases, fresh)
            await self._ask(give_up_lost_leases)

    async def _lock(self, inbox_id: UUID) -> bool:
        if self._locks is None or self._locks.closed:
            self._locks = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
        cursor = await self._locks.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, _lock_number(inbox_id)]
        )
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def _give_back_idle(self) -> None:
        now = monotonic()
        for number in list(self._numbers.values()):
            if self._locks and number.is_idle(now):
                await self._locks.execute(
                    "SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, _lock_number(number.inbox_id)]
                )
                del self._numbers[number.inbox_id]

    async def _lose_locks(self) -> None:
        """Without its session the locks are gone, and so is the ownership."""
        if self._locks is not None:
            await self._locks.close()
            self._locks = None
        self._numbers.clear()

    async def _ask(self, question: Callable[..., T], *arguments: Any) -> T:
        def ask() -> T:
            close_old_connections()
            return question(*arguments)

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


def _lock_number(inbox_id: UUID) -> int:
    """A signed 32-bit number for the advisory lock. Two numbers that share one are owned together, no harm done."""
    return crc32(inbox_id.bytes) - 2**31


def _numbers_with_work() -> dict[UUID, tuple[UUID, str, int]]:
    """Numbers that have something to send now: inbox -> (connection, channel, messages per second)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.connection_id, c.channel, i.messages_per_second"
            " FROM inboxes_inbox i JOIN inboxes_connection c ON c.id = i.connection_id"
            " WHERE EXISTS (SELECT 1 FROM conversations_outgoingmessage o"
            "   WHERE o.inbox_id = i.id AND o.state = 'queued' AND o.not_before <= now())"
        )
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}
