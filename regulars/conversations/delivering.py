"""The sender: takes queued messages of the numbers it owns and gives them to their channel, at their pace.

A number is owned by one sender at a time (a session-level advisory lock), so its throughput and each person's
pace need no shared state. Whoever takes over a number settles what its dead owner left half done: those
messages are *unknown*, never sent again by themselves. Order holds per conversation: the next message leaves
when the one before has an outcome. What stops a whole number or account stands in the database
(``inboxes.problems``): nothing of it is claimed until a probe is answered well, and then one message goes first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple, TypeVar
from uuid import UUID
from zlib import crc32

import psycopg
from django.db import InterfaceError, OperationalError, connection
from msgspec.structs import replace

from regulars.conversations.operations.claiming import Claimed, claim_batch, refuse_outdated
from regulars.conversations.operations.settling import (
    announce_waits,
    give_up_lost_leases,
    record_results,
    release_own_leases,
)
from regulars.conversations.pacing import PeoplePace, Throughput
from regulars.conversations.ports import Transport
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import Accepted, Deferred, ProviderError, Refused, SendResult, Uncertain
from regulars.inboxes.problems import DueProbe, claim_probes, end_problem, forget_problem, note_problem
from regulars.kernel.database import check_connection
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
PROBE_CHECK_SECONDS = 1.0
CONVERSATIONS_IN_DOUBT = 5
"""so many conversations in a row without a clear answer are no accident: the others wait until a probe is answered,
for each message tried would be one more that a person must decide about"""
UNCLEAR_WAIT = timedelta(seconds=5)
NO_CODE = -1
_LOCK_CLASS = 7_303
_LOST_DATABASE = (OperationalError, InterfaceError, psycopg.OperationalError)


@dataclass(slots=True)
class _Number:
    """What the sender knows of a number that it owns."""

    inbox_id: UUID
    connection_id: UUID
    channel: str
    throughput: Throughput
    pace: PeoplePace
    in_flight: int = 0
    on_trial: bool = False
    """it had a problem, and no message has passed since: one goes ahead of the others"""
    suspects: dict[UUID, float] = field(default_factory=dict)
    """conversations whose message met a problem, and when: it may be the message's own, which no probe sees, so on
    trial the others go first"""
    alone: set[UUID] = field(default_factory=set)
    """those of the suspects after whom another was claimed and accepted: the problem is their message's own"""
    in_doubt: set[UUID] = field(default_factory=set)
    """conversations whose messages may or may not have gone out, since the last clear answer"""
    problem_noted_at: float = float("-inf")
    notes_problem: bool = False
    held_until: float = 0.0
    worked_at: float = 0.0

    def is_idle(self, now: float) -> bool:
        """Who waits is remembered until the wait is over."""
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
        self._checked_probes_at = 0.0

    def wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """``run`` returns when what is on its way has an outcome."""
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
        await self._check_leases()
        await self._probe_what_is_due()
        waiting = await self._ask(_numbers_with_work)
        await self._own(waiting)
        for inbox_id in waiting:
            number = self._numbers.get(inbox_id)
            if number is not None:
                await self._claim_or_hold(number)
        await self._give_back_idle()

    async def _check_leases(self) -> None:
        if monotonic() - self._checked_leases_at > LEASE_CHECK_SECONDS:
            self._checked_leases_at = monotonic()
            if self._locks is not None:
                await self._locks.execute("SELECT 1")
            await self._ask(refuse_outdated)
            lost = await self._ask(give_up_lost_leases)
            if lost:
                logger.warning("messages with an unknown result", extra={"count": lost})

    async def _probe_what_is_due(self) -> None:
        if monotonic() - self._checked_probes_at < PROBE_CHECK_SECONDS:
            return
        self._checked_probes_at = monotonic()
        for due in await self._ask(claim_probes):
            self._start(self._probe(due))

    async def _probe(self, due: DueProbe) -> None:
        try:
            transport = self._transports[due.channel]
            transport.forget(due.connection_id)
            result = await transport.probe(due.connection_id, due.address)
            if result is None or (due.reach == "connection" and result.pauses == "number"):
                await self._ask(end_problem, due)
            else:
                await self._ask(note_problem, due.inbox_id, due.connection_id, result)
        except Exception:
            logger.exception("a probe failed", extra={"connection": str(due.connection_id)})
        self._wake.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _claim_or_hold(self, number: _Number) -> None:
        """A number whose messages cannot be claimed waits and leaves the others alone."""
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
        if number.on_trial:
            limit = min(limit, 1 - number.in_flight)
        if limit <= 0 or number.held_until > now or number.notes_problem:
            return
        claimed = await self._take(number, limit, number.pace.held(now))
        number.throughput.take(len(claimed))
        number.in_flight += len(claimed)
        number.worked_at = now
        for each in claimed:
            number.pace.note_sent(each.conversation_id, now)
            self._start(self._send(number, each, now))

    async def _take(self, number: _Number, limit: int, held: Sequence[UUID]) -> list[Claimed]:
        if number.on_trial and number.suspects:
            others: list[Claimed] = await self._ask(
                claim_batch, number.inbox_id, limit, [*held, *number.suspects]
            )
            if others:
                return others
        claimed: list[Claimed] = await self._ask(claim_batch, number.inbox_id, limit, held)
        return claimed

    async def _send(self, number: _Number, claimed: Claimed, claimed_at: float) -> None:
        try:
            result = await self._transports[number.channel].send(claimed)
        except Exception as error:  # a fault of ours: whether the request left is not known
            logger.exception("a transport failed", extra={"message_id": claimed.to_send.message_id})
            result = Uncertain(reason=f"transport-failed: {type(error).__name__}")
        SENDS.labels(type(result).__name__.lower()).inc()
        number.in_flight -= 1
        result = self._judged_again(number, claimed, result, claimed_at)
        self._follow(number, claimed, result, claimed_at)
        self._results.append((claimed, result))
        self._have_results.set()
        self._wake.set()

    def _judged_again(
        self, number: _Number, claimed: Claimed, result: SendResult, claimed_at: float
    ) -> SendResult:
        """A problem of the account that meets one message while others pass is that message's, tried only so often."""
        conversation_id = claimed.conversation_id
        if isinstance(result, Accepted | Refused):
            number.suspects.pop(conversation_id, None)
            number.alone.discard(conversation_id)
        if isinstance(result, Accepted):
            number.alone.update(each for each, met_at in number.suspects.items() if met_at < claimed_at)
        if not isinstance(result, Deferred) or not result.may_be_its_own:
            return result
        is_alone = conversation_id in number.alone
        number.alone.discard(conversation_id)  # the next time others must have passed again
        number.suspects[conversation_id] = monotonic()
        return replace(result, pauses="message", is_counted=True) if is_alone else result

    def _follow(self, number: _Number, claimed: Claimed, result: SendResult, claimed_at: float) -> None:
        if isinstance(result, Uncertain):
            number.in_doubt.add(claimed.conversation_id)
            if len(number.in_doubt) >= CONVERSATIONS_IN_DOUBT:
                self._stop_all(number, _no_clear_answer(result), claimed_at)
            return
        number.in_doubt.clear()
        if isinstance(result, Deferred) and result.pauses in {"number", "connection"}:
            self._stop_all(number, result, claimed_at)
            return
        if isinstance(result, Deferred) and result.pauses == "contact":
            number.pace.hold(claimed.conversation_id, monotonic() + result.wait.total_seconds())
        if number.on_trial:
            number.on_trial = False
            self._start(self._ask(forget_problem, number.inbox_id, number.connection_id))

    def _stop_all(self, number: _Number, result: Deferred, claimed_at: float) -> None:
        """Nothing more of the number, or of all of its connection, until a probe is answered well.

        Many messages on their way at once meet the same problem: it is noted once.
        """
        if claimed_at < number.problem_noted_at:
            return
        stopped = [
            other
            for other in self._numbers.values()
            if other is number
            or (result.pauses == "connection" and other.connection_id == number.connection_id)
        ]
        for each in stopped:
            each.problem_noted_at = monotonic()
        self._transports[number.channel].forget(number.connection_id)
        self._start(self._note_problem(number, stopped, result))

    async def _note_problem(self, number: _Number, stopped: list[_Number], result: Deferred) -> None:
        """From the moment on that it is written down, the database keeps the numbers back."""
        for each in stopped:
            each.notes_problem = True
        try:
            if await self._ask(note_problem, number.inbox_id, number.connection_id, result):
                await self._ask(announce_waits, number.inbox_id)
        except Exception:
            logger.exception("a problem was not noted", extra={"connection": str(number.connection_id)})
            for each in stopped:
                each.held_until = monotonic() + HOLD_AFTER_FAULT_SECONDS
        finally:
            for each in stopped:
                each.notes_problem = False

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
        """While the database is away they are kept here and tried again."""
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

    async def _own(self, waiting: Mapping[UUID, _Work]) -> None:
        fresh = []
        for inbox_id, work in waiting.items():
            number = self._numbers.get(inbox_id)
            if number is None and await self._lock(inbox_id):
                throughput = Throughput(work.per_second)
                pace = PeoplePace(facts_of(work.channel).person_pace)
                number = _Number(
                    inbox_id, work.connection_id, work.channel, throughput, pace, worked_at=monotonic()
                )
                self._numbers[inbox_id] = number
                fresh.append(inbox_id)
            if number is not None:
                number.throughput.per_second = work.per_second
                number.on_trial = work.had_problem
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
            check_connection()
            return question(*arguments)

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


def _lock_number(inbox_id: UUID) -> int:
    """A signed 32-bit number for the advisory lock. Two numbers that share one are owned together, no harm done."""
    return crc32(inbox_id.bytes) - 2**31


def _no_clear_answer(result: Uncertain) -> Deferred:
    error = result.error or ProviderError(code=NO_CODE, title=result.reason)
    return Deferred(error=error, wait=UNCLEAR_WAIT, pauses="connection")


class _Work(NamedTuple):
    connection_id: UUID
    channel: str
    per_second: int
    had_problem: bool


def _numbers_with_work() -> dict[UUID, _Work]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.connection_id, c.channel, i.messages_per_second, i.probe_count + c.probe_count > 0"
            " FROM inboxes_inbox i JOIN inboxes_connection c ON c.id = i.connection_id"
            " WHERE i.problem = '' AND c.problem = '' AND EXISTS (SELECT 1 FROM conversations_outgoingmessage o"
            "   WHERE o.inbox_id = i.id AND o.state = 'queued' AND o.not_before <= now())"
        )
        return {row[0]: _Work(*row[1:]) for row in cursor.fetchall()}
