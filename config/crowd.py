"""All connections of the web process: nobody stays who does nothing, and there is always room for the next.

A connection costs a file descriptor, whoever holds it, so what is unfinished has a deadline; and when the process is
full, those go first who have shown the least: who said nothing yet or is still at their head, then idle ones, then
those whose body has not come. Whoever waits for an answer of ours is never cut.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple, Protocol

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
HEAD_SECONDS = 20.0
"""for a whole head, from its first byte; also for a connection's first byte"""
SILENCE_SECONDS = 30.0
"""between two pieces of a body"""
BODY_SECONDS = 180.0
"""for a body, however slowly it comes, and then a second for each ``SLOWEST`` bytes"""
SLOWEST = 2_000
STALLED_SECONDS = 60.0
"""for somebody who takes nothing of an answer"""
LEAVING_SECONDS, LEAVING_SILENCE_SECONDS = 30.0, 5.0
"""for the rest of a body that was refused: who reads only after sending gets the answer"""
MOST_CONNECTIONS = 8_192
MOST_FILES = 65_536
NEVER = float("inf")


class Phase(IntEnum):
    """What a connection is at, in the order in which they go when there is no room."""

    UNPROVEN = 0
    """nothing said yet, a head under way, or the rest of a refused body"""
    IDLE = 1
    BODY = 2
    ANSWER = 3


class Standing(NamedTuple):
    """Since when a connection is at something, and until when it may be (both of the event loop's clock)."""

    phase: Phase
    since: float
    until: float


class Connection(Protocol):
    """What the crowd asks of a protocol."""

    def standing(self) -> Standing: ...

    def end(self) -> None:
        """Say so, where it is due, and close."""


def until_of_body(since: float, heard_at: float, received: int) -> float:
    return min(heard_at + SILENCE_SECONDS, since + BODY_SECONDS + received / SLOWEST)


def raise_file_limit() -> None:
    """Take the file descriptors that the system allows: a shell's usual 1,024 are few for a server."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def backlog() -> int:
    """How many may wait to be accepted: all of them can come in one turn of the event loop."""
    return min(4096, _files() // 4)


def most_connections() -> int:
    """What is left for connections beside the files, the database and a turn's new ones."""
    return min(MOST_CONNECTIONS, _files() * 3 // 4 - 192)


def _files() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft


class Crowd:
    """Looks after uvicorn's set of connections, each a :class:`Connection`."""

    def __init__(self, limit: int) -> None:
        self._limit = max(limit, 64)
        self._connections: set[Connection] | None = None

    def welcome(self, connections: set[Connection]) -> None:
        if self._connections is None:
            self._connections = connections
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
        if len(connections) > self._limit:
            self._make_room(connections)

    def _look(self) -> None:
        """End what is overdue, every second; a timer for each connection would cost more."""
        loop = asyncio.get_running_loop()
        loop.call_later(LOOK_SECONDS, self._look)
        moment = loop.time()
        _end(each for each in tuple(self._connections or ()) if each.standing().until <= moment)

    def _make_room(self, connections: set[Connection]) -> None:
        """End a twentieth of the crowd at once, so that not every newcomer has to look for one."""
        found = [(each.standing(), each) for each in connections]
        endable = [(standing, each) for standing, each in found if standing.phase is not Phase.ANSWER]
        endable.sort(key=lambda pair: (pair[0].phase, pair[0].since))
        going = endable[: max(1, self._limit // 20)]
        logger.warning("too many connections", extra={"count": len(connections), "ended": len(going)})
        _end(each for _standing, each in going)


def _end(connections: Iterable[Connection]) -> None:
    for each in connections:
        each.end()
