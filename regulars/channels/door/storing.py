"""Group commit: what arrives at the door while a commit runs goes together into the next INSERT and commit.

One statement on one connection at a time, driven by libpq's own asynchronous calls: psycopg's cursors cost 0.3 ms
for a statement with so many arrays, which is more than the rest of a group of eight webhooks.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection, Error, OperationalError, pq

from regulars.inboxes.queue import DELIVERIES_CHANNEL
from regulars.kernel.arrays import BIGINT, BYTEA, TEXT, UUID_TYPE, pack_array
from regulars.kernel.crypto import seal_bytes
from regulars.kernel.room import ROOM

logger = logging.getLogger(__name__)

MAX_GROUP = 512
MAX_GROUP_BYTES = 16 * 1024 * 1024
MAX_WAITING_BYTES = 128 * 1024 * 1024
"""beyond this the door answers 503: the platform keeps what we cannot"""
COMMIT_DEADLINE_SECONDS = 8.0
ANSWER_DEADLINE_SECONDS = 9.0
"""letting go of a database that hangs takes the driver longer still; the platform's patience is some 10 s"""
EXPIRY_CHECK_SECONDS = 0.5
NUDGE_SECONDS = 0.02
"""workers are woken at most so often: a NOTIFY in each commit took a tenth of its time"""
NUDGE_DEADLINE_SECONDS = 5.0
_NO_ROOM = "53"
"""class of SQLSTATE: disk full, out of memory, too many connections"""


Ended = Callable[[str], None]
"""hears once how a request ended: an empty word when its row is committed, else what prevented it"""


class Unavailable(Exception):
    """The database cannot take the delivery now."""


@dataclass(slots=True)
class _Waiting:
    """One request waiting for the commit: a delivery, or (``reason``) a refusal to be counted."""

    connection_id: UUID | None
    body: bytes
    counts: dict[str, int]
    reason: str
    tell: Ended
    deadline: float
    """of the event loop's clock"""
    is_over: bool = False

    def end(self, problem: str) -> None:
        """Tells once; ``problem`` is empty when the row is committed."""
        if not self.is_over:
            self.is_over = True
            self.tell(problem)


class DeliveryStore:
    """Gathers requests and writes them with one transaction at a time. Use it inside one event loop."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._group: list[_Waiting] = []
        """what is being written"""
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._line: _Line | None = None
        self._commit: asyncio.Future[None] | None = None
        self._commit_by = 0.0
        self._nudge = _Nudge(database_url)

    async def put(
        self, connection_id: UUID | None, body: bytes, counts: dict[str, int], reason: str = ""
    ) -> None:
        """Returns once the row is committed; raises :class:`Unavailable` when it certainly or possibly is not."""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def tell(problem: str) -> None:
            if not done.done():
                done.set_result(problem)

        self.add(connection_id, body, counts, reason, tell)
        problem = await done
        if problem:
            raise Unavailable(problem)

    def add(
        self, connection_id: UUID | None, body: bytes, counts: dict[str, int], reason: str, tell: Ended
    ) -> None:
        """Have a row stored; ``tell`` is called when it is committed, or certainly or possibly is not."""
        if self._waiting_bytes + len(body) > MAX_WAITING_BYTES:
            tell("too much is waiting for the database")
            return
        loop = asyncio.get_running_loop()
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write_forever())
        if self._expiry is None:
            self._expiry = loop.call_later(EXPIRY_CHECK_SECONDS, self._expire)
        deadline = loop.time() + ANSWER_DEADLINE_SECONDS
        self._waiting.append(_Waiting(connection_id, body, counts, reason, tell, deadline))
        self._waiting_bytes += len(body)
        if len(self._waiting) == 1:
            self._wake.set()

    async def close(self) -> None:
        while self._waiting or self._group:  # noqa: ASYNC110 (only while stopping)
            await asyncio.sleep(0.01)
        if self._writer:
            self._writer.cancel()
        if self._expiry:
            self._expiry.cancel()
        if self._line:
            await self._line.close()
        await self._nudge.close()

    async def _write_forever(self) -> None:
        stored: list[_Waiting] = []
        while True:
            if not self._waiting:
                _end(stored)
                stored = []
                await self._wake.wait()
                await asyncio.sleep(0)  # what arrived in this turn comes along; a running commit gathers more
            self._group = self._take()
            if self._group:
                stored = await self._write(self._group, stored)
                self._group = []

    def _take(self) -> list[_Waiting]:
        size = taken = 0
        for waiting in self._waiting[:MAX_GROUP]:
            size += len(waiting.body)
            if taken and size > MAX_GROUP_BYTES:
                size -= len(waiting.body)
                break
            taken += 1
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._waiting_bytes -= size
        if not self._waiting:
            self._wake.clear()
        return [waiting for waiting in group if not waiting.is_over]  # who was told 503 comes again

    async def _write(self, group: list[_Waiting], stored: list[_Waiting]) -> list[_Waiting]:
        """Write a group; answer the one before, which is stored, while the database works. Returns what is stored."""
        try:
            if self._line is None or self._line.is_lost:
                _end(stored)
                async with asyncio.timeout(COMMIT_DEADLINE_SECONDS):
                    await self._drop_line()
                    self._line = await _Line.open(self._url)
            self._commit_by = asyncio.get_running_loop().time() + COMMIT_DEADLINE_SECONDS
            self._commit = self._line.start(*_statement(group))
            _end(stored)
            await self._commit
        except Exception as error:  # noqa: BLE001 - whatever it was, every request of the group gets its answer
            _end(stored)
            reason = str(error) if isinstance(error, _Failed) else type(error).__name__
            if isinstance(error, _Failed) and error.is_for_room:
                ROOM.note_refused()
            logger.warning("deliveries were not stored", extra={"count": len(group), "error": reason})
            await self._drop_line()
            _end(group, reason)
            return []
        self._nudge.ask()
        ROOM.note_stored()
        return group

    async def _drop_line(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            await line.close()

    def _expire(self) -> None:
        """Answer those who have waited too long; one timer for all, since one for each costs more than the rest."""
        loop = asyncio.get_running_loop()
        moment = loop.time()
        if self._commit and not self._commit.done() and self._commit_by <= moment:
            self._commit.set_exception(TimeoutError())
        for waiting in (*self._group, *self._waiting):
            if waiting.deadline > moment:
                break  # they came in this order
            waiting.end("the database does not answer")
        is_idle = not (self._group or self._waiting)
        self._expiry = None if is_idle else loop.call_later(EXPIRY_CHECK_SECONDS, self._expire)


def _end(group: Sequence[_Waiting], problem: str = "") -> None:
    for waiting in group:
        waiting.end(problem)


class _Failed(Exception):
    """PostgreSQL refused the statement; says with which SQLSTATE, never with what content."""

    def __init__(self, state: str) -> None:
        super().__init__(f"SQLSTATE {state}")
        self.is_for_room = state.startswith(_NO_ROOM)


_STATEMENTS = {
    # nearly always: deliveries for one number
    b"take_deliveries_of_one": """
WITH stored AS (
  INSERT INTO inboxes_delivery (connection_id, body, update_counts)
  SELECT $3::uuid, b, n::jsonb FROM unnest($1::bytea[], $2::text[])
    WITH ORDINALITY AS new(b, n, place) ORDER BY place
)
INSERT INTO inboxes_ledgerentry (connection_id, address, flow, outcome, reason, update_count, delivery_count)
VALUES ($3::uuid, $4::text, 'inbound', 'received', '', $5::bigint, $6::bigint)
""",
    b"take_deliveries": """
WITH stored AS (
  INSERT INTO inboxes_delivery (connection_id, body, update_counts)
  SELECT c, b, n::jsonb FROM unnest($3::uuid[], $1::bytea[], $2::text[])
    WITH ORDINALITY AS new(c, b, n, place) ORDER BY place
)
INSERT INTO inboxes_ledgerentry (connection_id, address, flow, outcome, reason, update_count, delivery_count)
SELECT * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
""",
}
"""deliveries and ledger: one transaction in one round trip"""
_BINARY = 1
_NUMBER = struct.Struct("!q")


def _statement(group: Sequence[_Waiting]) -> tuple[bytes, list[bytes]]:
    """The statement's name and its parameters in binary form (text would write bodies out in hexadecimal)."""
    kept = [waiting for waiting in group if not waiting.reason]
    values = [
        pack_array(BYTEA, [seal_bytes(waiting.body) for waiting in kept]),
        pack_array(TEXT, [orjson.dumps(waiting.counts) for waiting in kept]),
    ]
    sums: dict[tuple[UUID | None, str, str], list[int]] = {}
    for waiting in group:
        deliveries = 1
        for address, updates in waiting.counts.items():
            total = sums.setdefault((waiting.connection_id, address, waiting.reason), [0, 0])
            total[0] += updates
            total[1] += deliveries
            deliveries = 0
    if len(sums) == 1:
        (((owner, address, reason), total),) = sums.items()
        if owner and not reason:
            entry = [owner.bytes, address.encode(), *map(_NUMBER.pack, total)]
            return b"take_deliveries_of_one", [*values, *entry]
    owners = pack_array(UUID_TYPE, [_uuid(waiting.connection_id) for waiting in kept])
    return b"take_deliveries", [*values, owners, *_ledger_values(sums)]


def _ledger_values(sums: dict[tuple[UUID | None, str, str], list[int]]) -> list[bytes]:
    flows = [(b"door", b"rejected") if reason else (b"inbound", b"received") for _o, _a, reason in sums]
    return [
        pack_array(UUID_TYPE, [_uuid(owner) for owner, _address, _reason in sums]),
        pack_array(TEXT, [address.encode() for _owner, address, _reason in sums]),
        pack_array(TEXT, [flow for flow, _outcome in flows]),
        pack_array(TEXT, [outcome for _flow, outcome in flows]),
        pack_array(TEXT, [reason.encode() for _owner, _address, reason in sums]),
        pack_array(BIGINT, [_NUMBER.pack(updates) for updates, _deliveries in sums.values()]),
        pack_array(BIGINT, [_NUMBER.pack(deliveries) for _updates, deliveries in sums.values()]),
    ]


def _uuid(value: UUID | None) -> bytes | None:
    return value.bytes if value else None


class _Nudge:
    """Wakes the workers after commits: at once, then every ``NUDGE_SECONDS``. A lost one costs them a second."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: AsyncConnection[Any] | None = None

    def ask(self) -> None:
        self._wanted.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._nudge_forever())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
        if self._wanted.is_set():
            await self._nudge()
        if self._connection:
            await self._connection.close()

    async def _nudge_forever(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._nudge()
            await asyncio.sleep(NUDGE_SECONDS)

    async def _nudge(self) -> None:
        try:
            async with asyncio.timeout(NUDGE_DEADLINE_SECONDS):
                if self._connection is None or self._connection.closed:
                    self._connection = await AsyncConnection.connect(
                        self._url, autocommit=True, connect_timeout=3
                    )
                await self._connection.execute("SELECT pg_notify(%s, '')", [DELIVERIES_CHANNEL])
        except (Error, OSError, TimeoutError) as error:
            logger.info("the workers were not woken", extra={"error": type(error).__name__})
            if self._connection:
                await self._connection.close()
                self._connection = None


class _Line:
    """One connection with the prepared statements. A statement starts when the one before has finished."""

    def __init__(self, connection: AsyncConnection[object]) -> None:
        self.is_lost = False
        self._connection = connection
        self._libpq = connection.pgconn
        self._libpq.nonblocking = 1
        self._loop = asyncio.get_running_loop()
        self._socket = self._libpq.socket
        self._answer: asyncio.Future[None] | None = None
        self._error = b""
        self._loop.add_reader(self._socket, self._read)

    @classmethod
    async def open(cls, database_url: str) -> _Line:
        """Raises ``psycopg.OperationalError`` when the database cannot be reached."""
        connection = await AsyncConnection.connect(database_url, autocommit=True, connect_timeout=3)
        line = cls(connection)
        try:
            for name, statement in _STATEMENTS.items():
                line._libpq.send_prepare(name, statement.encode())
                await line._begin()
        except BaseException:
            await line.close()
            raise
        return line

    def start(self, name: bytes, values: Sequence[bytes]) -> asyncio.Future[None]:
        """The future ends with its commit, or raises when it failed or the connection is lost."""
        self._libpq.send_query_prepared(name, values, [_BINARY] * len(values))
        return self._begin()

    async def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        await self._connection.close()

    def _begin(self) -> asyncio.Future[None]:
        self._answer = answer = self._loop.create_future()
        self._error = b""
        self._flush()
        return answer

    def _flush(self) -> None:
        """Give the kernel what it takes now; the rest of a large group when it takes more."""
        try:
            if self._libpq.flush():
                self._loop.add_writer(self._socket, self._flush)
            else:
                self._loop.remove_writer(self._socket)
        except OperationalError as error:
            self._fail(error)

    def _read(self) -> None:
        try:
            self._libpq.consume_input()
            while not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    self._end()
                    return
                if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
                    self._error = result.error_field(pq.DiagnosticField.SQLSTATE) or b"unknown"
        except OperationalError as error:
            self._fail(error)

    def _end(self) -> None:
        if self._answer is not None and not self._answer.done():
            if self._error:
                self._answer.set_exception(_Failed(self._error.decode()))
            else:
                self._answer.set_result(None)

    def _fail(self, error: OperationalError) -> None:
        self.is_lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
