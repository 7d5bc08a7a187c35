"""Entries of what was only looked at: written in batches by a thread of their own, once a second.

A clean stop writes all that is held. Whatever kills the process takes with it what it held: at most a second of looks,
never a change (those are written in their own transaction). While the database is away they are held, up to
``MOST_HELD``; beyond that whoever looks waits for the write.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from django.db import Error, close_old_connections, connection

from regulars.workspaces.models import AuditEntry

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
BATCH = 500
MOST_HELD = 20_000
STOP_TRIES = 5

_held: deque[AuditEntry] = deque()
_writing = threading.Lock()


def hold(entry: AuditEntry) -> None:
    """Without a writer in this process (tests, commands) they wait for ``write_held``, the newest ones only."""
    _held.append(entry)
    while len(_held) > MOST_HELD:
        if TrailWriter.running is None:
            _held.popleft()
        else:
            TrailWriter.running.wake()
            write_held()


def write_held() -> int:
    """Returns how many were written. What could not be written stays held."""
    count = 0
    with _writing:
        while _held:
            batch = [_held.popleft() for _place in range(min(BATCH, len(_held)))]
            try:
                AuditEntry.objects.bulk_create(batch)
            except Error:
                _held.extendleft(reversed(batch))
                raise
            count += len(batch)
    return count


def held_count() -> int:
    return len(_held)


class TrailWriter:
    """The thread. One in each process that serves pages."""

    running: TrailWriter | None = None

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._stops = False
        self._thread = threading.Thread(target=self._write_forever, name="audit trail", daemon=True)

    def start(self) -> None:
        TrailWriter.running = self
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Returns when all is written, or cannot be."""
        self._stops = True
        self._wake.set()
        self._thread.join(timeout=10)
        TrailWriter.running = None

    def _write_forever(self) -> None:
        while not self._stops:
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            _tried(write_held)
        for _try in range(STOP_TRIES):
            if _tried(write_held):
                break
        else:
            logger.error(
                "the last entries of the audit trail could not be written", extra={"entries": len(_held)}
            )
        connection.close()


def _tried(write: Callable[[], int]) -> bool:
    try:
        close_old_connections()
        write()
    except Error as error:
        logger.warning("the audit trail waits for the database", extra={"error": type(error).__name__})
        connection.close()
        return False
    return True
